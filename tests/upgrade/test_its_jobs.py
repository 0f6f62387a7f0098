"""What the release before had still to send goes out once; what had come to its end stays as it ended."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import select

from intake.model.channel_event import ChannelEvent, DeliveryOutcome
from intake.model.messages import Address, ChannelName, Inbound
from storage.db import tables
from storage.outbox import outbox
from tests.upgrade.conftest import LETTER, Installation
from tests.upgrade.restoring import clear, rows

ENDED = ("done", "buried", "unsure", "kept", "awaited")
LONG = 3 * 3600
"""Seconds after which all that was put off falls due."""


def stored(*states: str, kind: str | None = None) -> list[dict[str, Any]]:
    return [row for row in rows("outbox") if row["state"] in states and kind in (None, row["kind"])]


async def now_in(house: Installation) -> dict[int, Any]:
    async with house.database.read() as tx:
        return {row.id: row for row in await tx.execute(select(tables.outbox))}


async def all_went(house: Installation) -> None:
    """The morning after: whatever a pause or a lease held back has fallen due, one behind the other."""
    for _ in range(12):
        await house.drain()
        house.clock.tick(seconds=LONG / 12)
    await house.drain()


async def test_what_waited_goes_out_once_and_what_had_ended_stays(house: Installation) -> None:
    lying = [clear(row["body_sealed"])["sha256"] for row in stored("due", kind="discard")]
    assert all([await house.folder.has(one) for one in lying])
    await all_went(house)
    entries = await now_in(house)
    _stayed(entries)
    _came_to_an_end(entries)
    await _tickets_once(house)
    _events_once(house)
    _messages_once(house)
    await _files_arrived(house)
    assert not any([await house.folder.has(one) for one in lying])


def _stayed(entries: dict[int, Any]) -> None:
    for row in stored(*ENDED):
        now = entries[row["id"]]
        assert (now.state, now.reason, now.attempts) == (row["state"], row["reason"], row["attempts"])


def _came_to_an_end(entries: dict[int, Any]) -> None:
    """Of a survey that was being sent nobody knows whether it arrived; it does not go twice."""
    ends = Counter(
        (row["kind"], row["reason"] == "being sent", entries[row["id"]].state) for row in stored("due")
    )
    assert {(sending, end) for _, sending, end in ends} == {(False, "done"), (True, "unsure")}, ends


async def _tickets_once(house: Installation) -> None:
    """Under the key of the release before, by which the backend knows one it has."""
    open_ones = [clear(row["body_sealed"])["reference"] for row in stored("due", kind="submit")]
    sent = [house.backend.documents[key]["reference"] for key in house.backend.submitted]
    assert Counter(sent) == Counter(open_ones)
    keys = {row["reference"]: row["key"] for row in rows("tickets")}
    assert {keys[one] for one in open_ones} == set(house.backend.submitted)


def _events_once(house: Installation) -> None:
    kinds = ("event", "alert", "handoff", "forget", "late_file")
    keys = [clear(row["body_sealed"])["event_id"] for kind in kinds for row in stored("due", kind=kind)]
    sent = Counter(key for _, _, key in house.backend.events)
    assert {key: sent[key] for key in keys} == dict.fromkeys(keys, 1)


def _messages_once(house: Installation) -> None:
    waiting = [row for row in stored("due", kind="reply") if row["reason"] != "being sent"]
    keys = [clear(row["body_sealed"])["key"] for row in waiting]
    sent = Counter(one.key for app in house.apps.values() for one in app.sent)
    assert {key: sent[key] for key in keys} == dict.fromkeys(keys, 1)
    over = [row for row in stored(*ENDED, kind="reply") if row["body_sealed"]]
    assert not {clear(row["body_sealed"])["key"] for row in over} & sent.keys()


async def _files_arrived(house: Installation) -> None:
    async with house.database.read() as tx:
        files = {str(row.id): row for row in await tx.execute(select(tables.attachments))}
    for row in stored("due", kind="fetch"):
        body = clear(row["body_sealed"])
        file = files[body["attachment"]]
        if body["media_id"].startswith("burst_"):  # sent to a person at the desk: part of no matter
            assert file.state == "dropped"
            continue
        assert file.state == "stored"
        assert await house.folder.read(file.sha256) == LETTER


async def test_what_was_kept_is_handed_over_at_the_next_contact(house: Installation) -> None:
    users = {row["id"]: row["user"] for row in rows("conversations")}
    for row in stored("kept"):
        who = Address(ChannelName.WECHAT, users[row["conversation_id"]])
        replies = await house.service.receive(_says(who, "在吗", house.clock.now))
        text = clear(row["body_sealed"])["reply"]["text"]
        assert sum(text == reply.text for reply in replies) == 1


async def test_what_was_awaited_ends_by_what_the_channel_tells(house: Installation) -> None:
    awaited = stored("awaited")
    for number, row in enumerate(awaited):
        outcome = DeliveryOutcome(row["receipt"], number % 2 == 0, "failed:system failed")
        told = ChannelEvent(
            f"told {number}", ChannelName.WECHAT, "TEMPLATESENDJOBFINISH", house.clock(), None, (outcome,)
        )
        await house.receiver._channel_events.record(told)
    entries = await now_in(house)
    assert [entries[row["id"]].state for row in awaited] == ["done", "kept", "done", "kept", "done"]


async def test_an_operator_may_let_what_was_buried_go(house: Installation) -> None:
    buried = [
        row for row in stored("buried") if row["body_sealed"] and row["reason"] == "the backend answered 422"
    ]
    async with house.database.write() as tx:
        for row in buried:
            assert await outbox.retry(tx, row["id"], house.clock())
    await all_went(house)
    entries = await now_in(house)
    assert Counter(entries[row["id"]].state for row in buried) == {"done": len(buried)}


async def test_everything_spooled_has_its_turn(house: Installation) -> None:
    while await house.receiver.drain():
        pass
    assert house.spool.depth() == 0
    async with house.database.read() as tx:
        seen = set((await tx.scalars(select(tables.inbox.c.message_id))).all())
        told = set((await tx.scalars(select(tables.happenings.c.happening_id))).all())
    for number in range(5):
        assert {f"oSpooled_{number}:1", f"oSpooled_{number}:2", f"spooled-aside-{number}"} <= seen
        assert f"spooled-{number}" in told


def _says(who: Address, text: str, at: datetime) -> Inbound:
    return Inbound(f"{who.user}:after", who, at, text)
