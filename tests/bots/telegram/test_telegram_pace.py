"""The pace in virtual time: a hundred thousand surveys wait, and somebody writes with us meanwhile."""

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from bots.telegram.outgoing.pace import SendPace
from intake.model.ports import Paused
from storage.cache.rate_limits import LocalBuckets

SURVEYS = 100_000
PLACES = 16  # entries a worker has in hand


class _Leaping(selectors.SelectSelector):
    """Instead of waiting, the clock leaps."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += timeout or 0.0
        return super().select(0)


class VirtualTime(asyncio.SelectorEventLoop):
    """Everything happens in order, and waiting costs nothing."""

    def __init__(self) -> None:
        self.leaping = _Leaping()
        super().__init__(self.leaping)

    def time(self) -> float:
        return self.leaping.now


@pytest.fixture
def virtual() -> Iterator[VirtualTime]:
    loop = VirtualTime()
    yield loop
    loop.close()


def pace_of(loop: VirtualTime) -> SendPace:
    return SendPace(LocalBuckets(loop.time), 4200, str)


def run(loop: VirtualTime, work: Coroutine[Any, Any, None]) -> None:
    loop.run_until_complete(work)


def test_100_000_surveys_take_hours_and_nobody_in_a_dialog_waits_a_second(virtual: VirtualTime) -> None:
    pace, waiting, waits = pace_of(virtual), deque(range(SURVEYS)), list[float]()
    chance = random.Random(1)

    async def bulk_place() -> None:
        while waiting:
            await pace.turn(waiting.popleft(), push=True)

    async def citizen(chat: int, surveys: list[asyncio.Task[None]]) -> None:
        """Somebody who gets an answer every few seconds, as long as surveys go out."""
        while any(not task.done() for task in surveys):
            await asyncio.sleep(chance.uniform(3, 30))
            asked = virtual.time()
            await pace.turn(chat, push=False)
            waits.append(virtual.time() - asked)

    async def day() -> None:
        surveys = [asyncio.create_task(bulk_place()) for _ in range(2 * PLACES)]
        await asyncio.gather(*surveys, *(citizen(-chat, surveys) for chat in range(1, 51)))

    run(virtual, day())
    assert not waiting
    assert 2 * 3600 < virtual.time() < 4 * 3600
    assert len(waits) > 10_000
    assert max(waits) <= 1.0


def test_no_more_than_thirty_a_second_leave_whoever_writes(virtual: VirtualTime) -> None:
    pace, sent = pace_of(virtual), list[float]()

    async def send(chat: int, push: bool) -> None:
        await pace.turn(chat, push=push)
        sent.append(virtual.time())

    async def rush() -> None:
        await asyncio.gather(*(send(chat, push=bool(chat % 2)) for chat in range(300)))

    run(virtual, rush())
    after_the_burst = [at for at in sent if at > 0]
    assert len(sent) == 300
    assert len(after_the_burst) > 200
    for start in range(int(max(sent))):
        assert len([at for at in after_the_burst if start < at <= start + 1]) <= 31


def test_one_chat_gets_three_at_once_and_then_one_a_second(virtual: VirtualTime) -> None:
    pace, sent = pace_of(virtual), list[float]()

    async def talk() -> None:
        for _ in range(6):
            await pace.turn(7, push=False)
            sent.append(round(virtual.time(), 6))

    run(virtual, talk())
    assert sent == [0.0, 0.0, 0.0, 1.0, 2.0, 3.0]


def test_asked_to_wait_everybody_waits_and_a_long_wait_goes_back(virtual: VirtualTime) -> None:
    pace = pace_of(virtual)

    async def asked() -> None:
        await pace.asked_to_wait(15)
        assert not await pace.at_once(8)
        await asyncio.gather(pace.turn(7, push=False), pace.turn(8, push=True))
        assert virtual.time() == pytest.approx(15)
        await pace.asked_to_wait(40)
        with pytest.raises(Paused) as told:
            await pace.turn(9, push=False)
        assert told.value.retry_after == pytest.approx(40)
        assert await pace.rest() == pytest.approx(40)

    run(virtual, asked())
