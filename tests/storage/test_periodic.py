"""What is done again and again outlives its faults, and ends when it is told to."""

import asyncio
from datetime import timedelta

import pytest

from intake.model.ports import Unavailable
from storage.periodic import every

AT_ONCE = timedelta(0)


async def rounds(stop: asyncio.Event, *faults: Exception | None) -> int:
    """So many rounds were begun until `stop`, which the last one sets; each raises its fault."""
    begun = 0

    async def once() -> None:
        nonlocal begun
        fault = faults[begun]
        begun += 1
        if begun == len(faults):
            stop.set()
        if fault is not None:
            raise fault

    await every(AT_ONCE, once, stop, "looking")
    return begun


async def test_a_fault_waits_for_the_next_round() -> None:
    assert await rounds(asyncio.Event(), ValueError("x"), Unavailable("away"), None) == 3


async def test_what_is_away_is_said_with_its_reason_and_a_fault_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await rounds(asyncio.Event(), ValueError("13900001111"), Unavailable("the database is away"))
    told = capsys.readouterr().out
    assert "the database is away" in told
    assert "ValueError" in told
    assert "13900001111" not in told


async def test_nothing_is_begun_once_it_is_stopped() -> None:
    stop = asyncio.Event()
    stop.set()
    assert await rounds(stop, None) == 0


async def test_a_stop_ends_the_wait_for_the_next_round() -> None:
    stop, begun = asyncio.Event(), asyncio.Event()

    async def once() -> None:
        begun.set()

    loop = asyncio.create_task(every(timedelta(days=1), once, stop, "looking"))
    await begun.wait()
    stop.set()
    await loop
