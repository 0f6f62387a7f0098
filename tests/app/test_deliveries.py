"""What leaves the house arrives: tickets once, messages at least once, surveys at most once."""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.attachments import store
from app.delivery.handlers import FILES_WAIT
from app.delivery.queue_replies import queue_replies
from intake.model.messages import Media, MediaKind, Reply
from intake.model.ports import NotNow, Rejected, Unavailable, Unreachable, Unsure
from intake.model.status import Status
from storage.db.database import DatabaseDown
from storage.db.tables import tickets
from storage.files.folder import Folder
from storage.messages import conversations
from storage.outbox import outbox
from storage.outbox.backoff import FEWEST
from storage.outbox.circuit_breaker import FAILURES
from storage.outbox.engine import Outbox
from storage.outbox.loop import LEASE
from tests.pictures import a_png

PNG = a_png()


async def push(shell: Any, citizen: Any, text: str, purpose: str = "progress") -> None:
    async with shell.database.write() as tx:
        stored = await conversations.lock(tx, citizen.address, shell.clock())
        replies = (Reply(text, durable=True),)
        await queue_replies(tx, stored.id, stored.address, replies, text, purpose, shell.clock())


async def due_in(shell: Any, kind: str) -> float:
    (entry,) = await shell.entries("due", kind)
    return float((entry.due_at - shell.clock()).total_seconds())


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await true():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def working(shell: Any) -> AsyncIterator[asyncio.Event]:
    """The worker's loops run; at the end they are asked to stop, and waited for."""
    stop = asyncio.Event()
    running = asyncio.create_task(shell.worker.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await running


# --- a backend in trouble


async def test_a_backend_that_is_away_gets_the_ticket_after_growing_pauses(shell: Any, citizen: Any) -> None:
    reference = await citizen.files_a_ticket()
    shell.backend.faults = [Unavailable("away") for _ in range(4)]
    pauses = []
    for _ in range(4):
        await shell.drain()
        pauses.append(await due_in(shell, "submit"))
        shell.clock.tick(pauses[-1])
    await shell.drain()
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 4 * pauses[0]
    assert (await shell.ticket(reference)).hotline_ref == "H1"
    assert len(shell.backend.tickets) == 1


async def test_retry_after_is_obeyed(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    shell.backend.faults = [Unavailable("busy", retry_after=120)]
    await shell.drain()
    assert await due_in(shell, "submit") == 120


async def test_a_full_disk_of_ours_holds_up_no_messages(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform gave each file: it must not be left alone for that, with all that goes by it."""

    async def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Folder, "prepare", full)
    await citizen.goes_to_the_summary()
    for number in range(FAILURES):
        shell.app.files[f"m{number}"] = PNG
        await citizen.sends_photo(f"m{number}")
    await shell.drain()
    fetches = await shell.entries("due", "fetch")
    assert {"No space left on device" in (entry.reason or "") for entry in fetches} == {True}
    assert not shell.worker.work.circuits["wechat"].open


async def test_nor_do_pictures_that_wait_for_one_another(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WAITS", 0.01)
    await citizen.goes_to_the_summary()
    for number in range(FAILURES):
        shell.app.files[f"m{number}"] = PNG
        await citizen.sends_photo(f"m{number}")
    async with shell.files._looking:  # a large one is being looked at
        await shell.drain()
    fetches = await shell.entries("due", "fetch")
    assert {entry.reason for entry in fetches} == {"other pictures are looked at first"}
    assert not shell.worker.work.circuits["wechat"].open


async def test_a_ticket_that_waited_for_its_photo_is_tried_again_as_soon_as_any(
    shell: Any, citizen: Any
) -> None:
    """Each look for the photo is a claim; the first real failure must not rest as the twentieth."""
    shell.app.files["m"] = Unavailable("busy")
    await citizen.goes_to_the_summary()
    await citizen.says(media=(Media(MediaKind.PHOTO, "m"),))
    await citizen.says("提交")
    shell.backend.faults = [Unavailable("busy")]
    while shell.backend.faults:
        await shell.drain()
        shell.clock.tick(1)
    (entry,) = await shell.entries("due", "submit")
    assert (entry.reason, entry.attempts > 10) == ("busy", True)
    assert await due_in(shell, "submit") <= 3 * FILES_WAIT.total_seconds()


async def test_a_worker_that_slept_past_its_lease_files_nothing_beside_its_successor(
    shell: Any, citizen: Any
) -> None:
    """The successor asked for the key, was told no, and files: the sleeper must not file as well."""
    await citizen.files_a_ticket()
    async with shell.database.write() as tx:
        claimed = await outbox.claim(tx, now=shell.clock(), lease=LEASE, limit=10, destinations=("hotline",))
    (asleep,) = [entry for entry in claimed if entry.kind == "submit"]
    shell.clock.tick(LEASE.total_seconds())
    await shell.drain()
    asleep_again = replace(asleep, queued_at=shell.clock())  # as fresh as can be: it would not even ask
    assert (await shell.ticket(asleep.body["reference"])).hotline_ref == "H1"
    async with shell.database.write() as tx:  # nor does the successor's number help it
        await tx.execute(update(tickets).values(hotline_ref=None))
    await shell.worker.work.one(asleep_again)
    assert len(shell.backend.submitted) == 1
    assert [entry.state for entry in await shell.entries(kind="submit")] == ["done"]


async def test_a_lost_answer_is_asked_for_before_the_ticket_is_sent_again(shell: Any, citizen: Any) -> None:
    reference = await citizen.files_a_ticket()
    shell.backend.loses = [Unsure("half an answer")]
    await shell.drain()
    shell.clock.tick(60)
    await shell.drain()
    assert len(shell.backend.submitted) == 1
    assert len(shell.backend.asked) == 1
    assert (await shell.ticket(reference)).hotline_ref == "H1"


async def test_a_fresh_ticket_is_not_asked_for(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    await shell.drain()
    assert shell.backend.asked == []


async def test_an_operators_retry_asks_first_too(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    shell.backend.loses = [Unsure("half an answer")]
    await shell.drain()
    (entry,) = await shell.entries("due", "submit")
    async with shell.database.write() as tx:
        await outbox.bury(tx, entry.id, "by hand", shell.clock())
    shell.clock.tick(3600)
    async with shell.database.write() as tx:
        await outbox.retry(tx, entry.id, shell.clock())
    await shell.drain()
    assert len(shell.backend.submitted) == 1


async def test_a_worker_that_dies_with_a_ticket_in_hand_leaves_it_to_the_next(
    shell: Any, second: Any, citizen: Any
) -> None:
    await citizen.files_a_ticket()
    async with shell.database.write() as tx:
        await outbox.claim(tx, now=shell.clock(), lease=LEASE, limit=16)
    await second.drain()
    assert second.backend.submitted == []
    shell.clock.tick(LEASE.total_seconds())
    await second.drain()
    assert len(second.backend.submitted) == 1


async def test_two_workers_submit_a_ticket_once(shell: Any, second: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    await asyncio.gather(*(one.worker.round() for one in (shell, second) * 3))
    assert len(shell.backend.submitted) + len(second.backend.submitted) == 1


async def test_a_refused_ticket_is_buried_and_the_citizen_told_once(shell: Any, citizen: Any) -> None:
    reference = await citizen.files_a_ticket()
    shell.backend.faults = [Rejected("422: title"), Rejected("422: title")]
    await shell.drain()
    (buried,) = await shell.entries("buried")
    assert (buried.kind, buried.reason) == ("submit", "422: title")
    assert (await shell.ticket(reference)).view.status == Status.REJECTED
    async with shell.database.write() as tx:
        await outbox.retry(tx, buried.id, shell.clock())
    await shell.drain()
    (told,) = shell.app.texts
    assert reference[-4:] in told


async def test_what_concerned_a_refused_ticket_is_buried_with_its_reason(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    await citizen.says("催办")
    shell.backend.faults = [Rejected("422")]
    await shell.drain()
    buried = {entry.kind: entry.reason for entry in await shell.entries("buried")}
    assert "never took" in buried["event"]
    assert shell.backend.events == []


async def test_events_wait_for_their_ticket_and_keep_their_order(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    await citizen.says("催办")
    await citizen.says("补充")
    await citizen.says("井盖旁边还有积水，晚上看不见")
    shell.backend.faults = [Unavailable("away")]
    await shell.drain()
    assert shell.backend.events == []
    shell.clock.tick(60)
    await shell.drain()
    assert [(ref, event["type"]) for ref, event, _ in shell.backend.events] == [
        ("H1", "urge"),
        ("H1", "supplement"),
    ]


async def test_an_event_whose_answer_was_lost_goes_again_under_its_own_key(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    await citizen.says("催办")
    shell.backend.loses = []
    await shell.worker.round()
    shell.backend.loses = [Unsure("half an answer")]
    await shell.drain()
    shell.clock.tick(60)
    await shell.drain()
    keys = [key for _, _, key in shell.backend.events]
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_an_entry_is_given_up_after_three_days_but_not_at_once_when_an_operator_tries_again(
    shell: Any, citizen: Any
) -> None:
    await citizen.files_a_ticket()
    shell.backend.faults = [Unavailable("away")] * 1000
    for _ in range(300):
        await shell.drain()
        if not await shell.entries("due", "submit"):
            break
        shell.clock.tick(await due_in(shell, "submit"))
    (buried,) = await shell.entries("buried")
    assert "three days" in (buried.reason or "")
    async with shell.database.write() as tx:
        await outbox.retry(tx, buried.id, shell.clock())
    await shell.drain()
    assert len(await shell.entries("due", "submit")) == 1


# --- files on their way


async def with_photo(shell: Any, citizen: Any, media_id: str = "m1") -> str:
    await citizen.goes_to_the_summary()
    await citizen.sends_photo(media_id)
    await citizen.says("好了")
    await citizen.says("提交")
    (view,) = await citizen.own()
    assert (await shell.ticket(view.reference)).ticket.attachments
    return str(view.reference)


async def test_a_ticket_goes_with_its_photo(shell: Any, citizen: Any) -> None:
    shell.app.files["m1"] = PNG
    await with_photo(shell, citizen)
    await shell.drain()
    shell.clock.tick(3)
    await shell.drain()
    ((photo,),) = [document["attachments"] for document in shell.backend.tickets.values()]
    assert photo["url"].startswith("http://front.door/attachments/")


async def test_a_ticket_waits_for_its_photo_a_minute_and_no_failure_is_counted(
    shell: Any, citizen: Any
) -> None:
    await with_photo(shell, citizen)
    waited = 0.0
    while not shell.backend.submitted:
        await shell.drain()
        if not shell.backend.submitted:
            pause = await due_in(shell, "submit")
            assert pause == 3
            shell.clock.tick(pause)
            waited += pause
    assert waited == FILES_WAIT.total_seconds()
    ((),) = [document["attachments"] for document in shell.backend.tickets.values()]


async def test_a_late_photo_follows_its_ticket_once(shell: Any, citizen: Any) -> None:
    await with_photo(shell, citizen)
    shell.clock.tick(FILES_WAIT.total_seconds())
    await shell.drain()
    assert len(shell.backend.submitted) == 1
    shell.app.files["m1"] = PNG
    for _ in range(12):
        shell.clock.tick(120)
        await shell.drain()
    ((ref, event, _key),) = shell.backend.events
    assert (ref, event["type"]) == ("H1", "supplement")
    assert len(event["attachments"]) == 1


async def test_waiting_for_a_late_photo_holds_up_no_other_word_on_the_ticket(
    shell: Any, citizen: Any
) -> None:
    await with_photo(shell, citizen)
    await citizen.says("催办")
    shell.clock.tick(FILES_WAIT.total_seconds())
    await shell.drain()
    assert [event["type"] for _, event, _ in shell.backend.events] == ["urge"]


async def test_a_photo_that_is_gone_for_good_is_not_waited_for(shell: Any, citizen: Any) -> None:
    shell.app.files["m1"] = Rejected("expired")
    await with_photo(shell, citizen)
    await shell.worker.round("wechat")
    await shell.drain()
    assert len(shell.backend.submitted) == 1
    (buried,) = await shell.entries("buried")
    assert (buried.kind, buried.reason) == ("fetch", "expired")


# --- messages to citizens


async def test_a_message_whose_answer_was_lost_goes_again(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    await push(shell, citizen, "已受理")
    shell.app.faults = [Unsure("reset")]
    await shell.drain()
    shell.clock.tick(60)
    await shell.drain()
    assert shell.app.texts == ["已受理"]


async def test_a_survey_whose_answer_was_lost_does_not(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    await push(shell, citizen, "请评价", "survey")
    shell.app.faults = [Unsure("reset")]
    await shell.drain()
    shell.clock.tick(3600)
    await shell.drain()
    assert shell.app.texts == []
    assert [entry.kind for entry in await shell.entries("unsure")] == ["reply"]


async def test_what_may_not_be_sent_now_waits_for_the_next_contact(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    await push(shell, citizen, "已受理")
    shell.app.faults = [NotNow("45015")]
    await shell.drain()
    assert shell.app.texts == []
    assert (await citizen.says("帮助"))[0].text == "已受理"


async def test_who_blocked_us_is_marked_and_hears_it_on_coming_back(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    await push(shell, citizen, "已受理")
    shell.app.faults = [Unreachable("blocked")]
    await shell.drain()
    async with shell.database.read() as tx:
        stored = await conversations.find(tx, citizen.address)
    assert stored is not None
    assert not stored.reachable
    assert (await citizen.says("帮助"))[0].text == "已受理"


async def test_a_refused_message_is_buried_and_the_next_one_goes(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    await push(shell, citizen, "一")
    await push(shell, citizen, "二")
    shell.app.faults = [Rejected("errcode 40001x")]
    await shell.drain()
    assert shell.app.texts == ["二"]
    assert [entry.reason for entry in await shell.entries("buried")] == ["errcode 40001x"]


async def test_one_citizens_messages_keep_their_order_through_a_failure(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    for text in ("一", "二", "三"):
        await push(shell, citizen, text)
    shell.app.faults = [Unavailable("-1")]
    await shell.drain()
    assert shell.app.texts == []
    shell.clock.tick(60)
    await shell.drain()
    assert shell.app.texts == ["一", "二", "三"]


# --- faults of ours


async def test_a_delivery_that_breaks_us_is_recorded_tried_later_and_stops_nobody(
    shell: Any, citizen: Any
) -> None:
    await citizen.says("帮助")
    await push(shell, citizen, "已受理")
    other = shell.citizen("oLiSi000000000000000000000002")
    await other.says("帮助")
    await push(shell, other, "给李四")
    shell.app.faults = [KeyError("13912345678")]  # met by whichever of the two goes first
    await shell.drain()
    (told,) = shell.app.texts
    (entry,) = await shell.entries("due")
    assert (entry.reason or "").startswith("a fault of ours: KeyError at app/conftest.py")
    assert "13912345678" not in (entry.reason or "")
    shell.clock.tick(60)
    await shell.drain()
    assert shell.app.texts[0] == told
    assert sorted(shell.app.texts) == ["已受理", "给李四"]


async def test_an_entry_of_a_kind_nobody_knows_is_buried(shell: Any, now: Any) -> None:
    async with shell.database.write() as tx:
        await outbox.queue(tx, destination="hotline", kind="riddle", lane="l", body={}, now=now)
    await shell.drain()
    (entry,) = await shell.entries("buried")
    assert (entry.kind, entry.reason) == ("riddle", "no such kind of entry: riddle")


async def test_what_is_not_of_its_kind_waits_for_the_next_release_and_stops_no_other_lane(
    shell: Any, citizen: Any, now: Any
) -> None:
    async with shell.database.write() as tx:
        body = {"text": "电话13912345678"}
        await outbox.queue(tx, destination="hotline", kind="submit", lane="l", body=body, now=now)
    await citizen.files_a_ticket()
    await shell.drain()
    assert len(shell.backend.submitted) == 1
    (entry,) = await shell.entries("due")
    assert (entry.reason or "").startswith("a fault of ours: UnreadableRow at outbox/jobs.py")
    for _ in range(FEWEST):
        shell.clock.tick(timedelta(days=1).total_seconds())
        await shell.drain()
    (entry,) = await shell.entries("buried")
    assert (entry.reason or "").startswith("given up after three days")


async def test_a_slow_backend_and_a_slow_download_hold_up_no_message(shell: Any, citizen: Any) -> None:
    shell.backend.gate = shell.app.gate = asyncio.Event()
    await citizen.files_a_ticket()
    for number in range(3):
        other = shell.citizen(f"oOther{number:020}")
        await other.sends_photo(f"m{number}")
    await push(shell, citizen, "已受理")
    async with working(shell):
        await until(lambda: _sent(shell, "已受理"))
        assert shell.backend.submitted == []
        shell.backend.gate.set()
        await until(lambda: _submitted(shell))


async def _sent(shell: Any, text: str) -> bool:
    return text in shell.app.texts


async def _submitted(shell: Any) -> bool:
    return bool(shell.backend.submitted)


async def test_a_stop_finishes_what_is_in_hand(shell: Any, citizen: Any) -> None:
    reference = await citizen.files_a_ticket()
    shell.backend.gate = asyncio.Event()
    async with working(shell) as stop:
        await until(lambda: _claimed(shell))
        stop.set()
        asyncio.get_running_loop().call_later(0.05, shell.backend.gate.set)
    assert (await shell.ticket(reference)).hotline_ref == "H1"
    assert [entry.state for entry in await shell.entries(kind="submit")] == ["done"]


async def _claimed(shell: Any) -> bool:
    return any(entry.attempts for entry in await shell.entries(kind="submit"))


async def test_a_delivery_without_an_end_is_given_back_within_its_lease(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    shell.backend.gate = asyncio.Event()
    shell.worker.work.patience = 0.05
    await shell.drain()
    (entry,) = await shell.entries("due", "submit")
    assert "no end" in (entry.reason or "")
    assert entry.due_at - shell.clock() < timedelta(seconds=10)


async def test_the_worker_outlives_a_database_that_goes_away_and_comes_back(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await citizen.files_a_ticket()
    real, failed = Outbox.claim, []

    async def away(*arguments: Any, **named: Any) -> Any:
        if len(failed) < 5:
            failed.append(1)
            raise DatabaseDown("away")
        return await real(*arguments, **named)

    monkeypatch.setattr(Outbox, "claim", away)
    async with working(shell):
        await until(lambda: _submitted(shell))
    assert len(failed) == 5
    assert (await shell.ticket(reference)).hotline_ref == "H1"


async def test_a_delivery_that_cannot_be_written_down_is_found_out_by_the_next(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backend took it, and the database went away before we could write that down."""
    reference = await citizen.files_a_ticket()
    real = shell.database.write
    calls: list[int] = []

    @asynccontextmanager
    async def write() -> AsyncIterator[Any]:
        calls.append(1)
        if len(calls) == 2:
            raise DatabaseDown("away")
        async with real() as tx:
            yield tx

    monkeypatch.setattr(type(shell.database), "write", lambda _: write())
    await shell.worker.round("hotline")
    monkeypatch.undo()
    assert len(shell.backend.submitted) == 1
    shell.clock.tick(LEASE.total_seconds() + 60)
    await shell.drain()
    assert len(shell.backend.submitted) == 1
    assert (await shell.ticket(reference)).hotline_ref == "H1"
