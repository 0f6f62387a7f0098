"""An entry that its workers die of is tried alone, then put aside for an operator; no ticket is lost."""

from datetime import timedelta
from typing import Any

import pytest

from app.delivery.suspects import TOGETHER
from intake.model.messages import Media, MediaKind
from intake.model.ports import Unavailable
from storage.messages import attachments
from storage.outbox import outbox
from storage.outbox.backoff import MOST_UNENDED, REST

LEASE = 61


class Killed(BaseException):
    """The process is gone."""


async def dies(office: Any, times: int, *destinations: str) -> None:
    """So many workers in a row claim what is due, and are never heard of again."""
    for _ in range(times):
        async with office.database.write() as tx:
            lease = timedelta(seconds=60)
            claimed = await outbox.claim(
                tx, now=office.now, lease=lease, limit=16, destinations=destinations or None
            )
        office.now = max(entry.until for entry in claimed) + timedelta(seconds=1)


async def entry(office: Any, kind: str) -> Any:
    async with office.database.read() as tx:
        [found] = [one for one in await outbox.entries(tx, limit=1000) if one.kind == kind]
    return found


async def a_fetch(office: Any) -> None:
    await office.queue("收到")
    await office.worker.round("wechat")
    async with office.database.write() as tx:
        file = await attachments.register(tx, 1, Media(MediaKind.PHOTO, "m"), office.now)
        await outbox.queue(
            tx,
            destination="wechat",
            kind="fetch",
            lane=f"file:{file}",
            body={"attachment": file, "kind": "photo", "media_id": "m", "language": "zh"},
            now=office.now,
            conversation_id=1,
        )


async def an_event(office: Any, kind: str = "alert") -> None:
    body = {"event_id": "1", "at": office.now.isoformat(), "kind": "fire", "text": "x", "phone": None}
    async with office.database.write() as tx:
        await outbox.queue(
            tx,
            destination="hotline",
            kind=kind,
            lane="a",
            body=body | {"channel": "WX", "conversation": None},
            now=office.now,
        )


async def test_a_picture_its_workers_die_of_is_put_aside_and_its_citizen_told(office: Any) -> None:
    await a_fetch(office)
    await dies(office, MOST_UNENDED)
    await office.worker.drain()
    aside = await entry(office, "fetch")
    assert aside.state == "buried"
    assert aside.reason == f"claimed {MOST_UNENDED} times, and no worker lived to say how it ended"
    assert "没有收" in office.channel.sent[-1]


async def test_before_that_it_is_only_tried_again(office: Any) -> None:
    await office.queue("一")
    await dies(office, MOST_UNENDED - 1)
    await office.worker.drain()
    assert office.channel.sent == ["一"]


async def test_a_message_its_workers_die_of_is_put_aside_until_an_operator_lets_it_go(office: Any) -> None:
    number = await office.queue("一")
    await dies(office, MOST_UNENDED)
    await office.worker.drain()
    assert await office.states() == {number: "buried"}
    async with office.database.write() as tx:
        assert await outbox.retry(tx, number, office.now)
    await office.worker.drain()
    assert office.channel.sent == ["一"]


async def test_failures_that_were_written_down_never_count(office: Any) -> None:
    number = await office.queue("一")
    office.channel.faults = [Unavailable("busy")] * (2 * MOST_UNENDED)
    for _ in range(2 * MOST_UNENDED):
        await office.worker.round("wechat")
        office.later(hours=1)
    await office.worker.drain()
    assert await office.states() == {number: "done"}


async def test_a_stop_that_gives_entries_back_does_not_count(office: Any) -> None:
    await office.queue("一")
    for _ in range(2 * MOST_UNENDED):
        async with office.database.write() as tx:
            (claimed,) = await outbox.claim(tx, now=office.now, lease=timedelta(seconds=60), limit=1)
            await outbox.give_back(tx, [claimed], office.now)
    await office.worker.drain()
    assert office.channel.sent == ["一"]


@pytest.mark.parametrize("deaths", [MOST_UNENDED, 3 * MOST_UNENDED])
async def test_what_is_for_the_backend_is_never_given_up_for_that_but_rests(office: Any, deaths: int) -> None:
    await an_event(office)
    await dies(office, deaths)
    office.backend.faults = [Killed()]
    with pytest.raises(Killed):
        await office.worker.round("hotline")
    resting = await entry(office, "alert")
    assert (resting.state, resting.due_at) == ("due", office.now + REST)
    assert "no worker lived" in resting.reason
    office.later(seconds=LEASE)
    assert not await office.worker.round("hotline")
    office.later(seconds=REST.total_seconds())
    await office.worker.round("hotline")
    assert [event["kind"] for event in office.backend.told] == ["fire"]
    assert (await entry(office, "alert")).state == "done"


async def test_those_that_died_with_it_are_tried_one_by_one_and_none_is_taken_for_its_like(
    office: Any,
) -> None:
    numbers = {}
    async with office.database.write() as tx:
        for name in ("one", "two", "three"):
            numbers[name] = await outbox.queue(
                tx, destination="wechat", kind="fetch", lane=name, body={"attachment": "1"}, now=office.now
            )
    await dies(office, TOGETHER)
    at_once, most = 0, 0

    async def looked(claimed: Any) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        async with office.database.read() as tx:
            await outbox.entries(tx)
        at_once -= 1

    office.worker._delivery.deliver = looked
    for _ in range(3):
        await office.worker.drain()
        office.later(seconds=20)
    assert most == 1
    assert set((await office.states()).values()) == {"done"}
