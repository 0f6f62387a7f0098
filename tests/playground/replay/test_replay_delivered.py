"""What is still on its way when the last citizen is done is waited for, as long as it moves."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from playground.replay import books

Waits = Callable[[Iterable[int]], Any]


class _Clock:
    """A loop whose every look at the time finds a second gone."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def time(self) -> float:
        self.seconds += 1
        return self.seconds


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """So many entries wait, look by look; returns what is left of them when nobody waits any more."""

    def left(numbers: Iterable[int]) -> list[int]:
        waiting = iter(numbers)

        async def look(_database: Any) -> int:
            return next(waiting)

        async def at_once(_seconds: float) -> None: ...

        async def whole() -> None:
            with monkeypatch.context() as patched:
                clock = _Clock()
                patched.setattr(books, "_waiting", look)
                patched.setattr(books.asyncio, "get_running_loop", lambda: clock)
                patched.setattr(books.asyncio, "sleep", at_once)
                await books.delivered(None, 5)  # type: ignore[arg-type]  # nobody looks at it

        asyncio.run(whole())
        return list(waiting)

    return left


def test_a_slow_worker_is_waited_for(waits: Waits) -> None:
    assert waits([*range(30, -1, -1), 99]) == [99]


def test_what_does_not_move_is_given_up(waits: Waits) -> None:
    assert len(waits([3, 2] + [2] * 30)) > 20


def test_nothing_on_its_way_is_not_waited_for(waits: Waits) -> None:
    assert waits([0, 7]) == [7]
