"""WeChat waits five seconds: whatever hangs behind the webhook, the answer is there after four and a half.

The answer is 200 where the push is committed, on the disk, or its sender is told to send it again; what is
nowhere yet is answered 503, so that WeChat brings it again.

Time is virtual: when nothing is ready the loop's clock jumps to the next timer, so that a hang of
hours costs nothing and an answer's second is exact.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from intake.model.messages import Reply
from intake.model.ports import Unavailable
from playground.wechat.wire import ConsoleSettings

LIMIT = 4.5
TEXT = {"MsgType": "text", "Content": "路灯坏了"}
PHOTO = {"MsgType": "image", "MediaId": "M"}
EVENT = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": "1", "Status": "success"}


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: what it would have waited is added to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout is None:
            raise AssertionError("nothing will ever happen again: a hang")
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def in_virtual_time(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work())
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def pushed(stand: Any, number: int = 1, **fields: Any) -> tuple[httpx.Response, float]:
    """One delivery, and the seconds until its answer."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    wire: ConsoleSettings = stand.platform.wire
    whole = {"ToUserName": "gh_1", "FromUserName": "oX", "CreateTime": 1732177800, "MsgId": number} | fields
    added, body = wire.push(whole, "1732177800", "n0nce")
    query = wire.query("1732177800", "n0nce", "oX") | added
    answer = await stand.http.post("/webhooks/wechat", params=query, content=body, timeout=None)
    return answer, loop.time() - started


def hangs(stand: Any, *parts: str) -> None:
    never = asyncio.Event()

    async def hang(*_: Any, **__: Any) -> Any:
        await never.wait()

    for part in parts:
        owner, _, name = part.partition(".")
        setattr(getattr(stand, owner), name, hang)


@pytest.mark.parametrize(
    ("broken", "fields", "status"),
    [
        (["service.receive"], TEXT, 200),
        (["service.receive", "service.keep"], TEXT, 503),
        (["service.receive", "service.put_aside", "service.keep"], TEXT, 503),
        (["service.send_late"], TEXT, 200),
        (["service.handed_over"], TEXT, 200),
        (["service.put_aside"], {"MsgType": ""}, 503),
        (["recorder.record"], EVENT, 503),
        (["recorder.answers_in_turn_only"], PHOTO, 200),
        (["recorder.clear"], TEXT, 200),
        (["service.receive"], PHOTO, 200),
    ],
)
@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_whatever_hangs_the_answer_is_there_in_time_and_says_taken_only_of_what_is(
    build: Any, mode: str, broken: list[str], fields: dict[str, Any], status: int
) -> None:
    stand = build(mode)
    stand.service.replies = (Reply("甲" * 3000),)  # more than one answer holds

    async def story() -> tuple[httpx.Response, float]:
        hangs(stand, *broken)
        return await pushed(stand, **fields)

    answer, seconds = in_virtual_time(story)
    assert answer.status_code == status
    assert seconds <= LIMIT + 1e-6


def test_a_turn_committed_while_the_disk_hangs_is_taken(build: Any) -> None:
    """Its replies are in the outbox: nothing has to come again."""
    stand = build()
    stand.service.gate = asyncio.Event()

    async def story() -> tuple[httpx.Response, float]:
        hangs(stand, "service.keep")
        asyncio.get_running_loop().call_later(4.2, stand.service.gate.set)
        return await pushed(stand, **TEXT)

    answer, _ = in_virtual_time(story)
    assert answer.status_code == 200
    assert list(stand.service.late.values()) == [stand.service.replies]


def test_a_turn_put_off_while_the_disk_hangs_is_nowhere_and_told_so_in_time(build: Any) -> None:
    stand = build()
    stand.service.fault = Unavailable("database")

    async def story() -> tuple[httpx.Response, float]:
        hangs(stand, "service.keep")
        return await pushed(stand, **TEXT)

    answer, seconds = in_virtual_time(story)
    assert (answer.status_code, answer.content) == (503, b"")
    assert seconds <= LIMIT + 1e-6


@pytest.mark.parametrize("fault", [Unavailable("database"), ConnectionError("redis"), RuntimeError("ours")])
@pytest.mark.parametrize(
    ("fields", "status"), [(TEXT, 200), (PHOTO, 200), (EVENT, 503), ({"MsgType": ""}, 503)]
)
def test_whatever_breaks_there_is_an_answer_at_once(
    build: Any, fault: Exception, fields: Any, status: int
) -> None:
    """Who wrote is asked to write again; what nobody wrote must come again by itself."""
    stand = build()
    stand.service.fault = stand.service.aside_fault = stand.service.disk_fault = stand.recorder.fault = fault

    async def story() -> tuple[httpx.Response, float]:
        return await pushed(stand, **fields)

    answer, seconds = in_virtual_time(story)
    assert answer.status_code == status
    assert seconds < 1


def test_the_last_photo_is_held_three_seconds_where_it_is_the_only_chance(build: Any) -> None:
    stand = build()
    stand.recorder.in_turn_only = True

    async def story() -> list[tuple[httpx.Response, float]]:
        first = asyncio.create_task(pushed(stand, 1, **PHOTO))
        await asyncio.sleep(0.5)
        return [await pushed(stand, 2, **PHOTO), await first]

    for answer, seconds in in_virtual_time(story):
        assert answer.status_code == 200
        assert 3.0 <= seconds <= 4.0
    ends = [inbound.id for inbound in stand.service.started if inbound.id.endswith(":end")]
    assert len(ends) == 2


def test_with_rights_to_write_later_no_photo_is_held(build: Any) -> None:
    stand = build()

    async def story() -> tuple[httpx.Response, float]:
        return await pushed(stand, **PHOTO)

    _, seconds = in_virtual_time(story)
    assert seconds < 1
    assert [inbound.id for inbound in stand.service.started if inbound.id.endswith(":end")] == []


def test_a_held_photo_whose_turn_then_hangs_is_still_answered_in_time(build: Any) -> None:
    stand = build()
    stand.recorder.in_turn_only = True
    never = asyncio.Event()
    receive = stand.service.receive

    async def slow_end(inbound: Any) -> Any:
        if inbound.id.endswith(":end"):
            await never.wait()
        return await receive(inbound)

    stand.service.receive = slow_end

    async def story() -> tuple[httpx.Response, float]:
        return await pushed(stand, **PHOTO)

    answer, seconds = in_virtual_time(story)
    assert answer.status_code == 200
    assert seconds <= LIMIT + 1e-6
