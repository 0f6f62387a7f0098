"""What the release before left: that nothing is missing from it, and that it reads field by field."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import LargeBinary, select

from app.receiver.spool import SpooledEvent, SpooledUnreadable
from hotline.contract import Callback, TicketDocument
from intake.model.conversation import Conversation
from intake.model.messages import Inbound, Outgoing
from intake.model.status import StatusUpdate
from intake.model.survey import Survey
from intake.model.ticket import Ticket
from storage.db.keyring import KeyRing
from storage.messages.inbox import Replies
from tests.upgrade.conftest import Installation
from tests.upgrade.restoring import SECRET, TABLES, clear, lines, rows, stored_at

FEWEST = 5

JOBS = ("submit", "event", "alert", "handoff", "forget", "late_file", "reply", "fetch", "burst", "discard")
JOB_STATES = {
    *((job, state) for job in JOBS for state in ("fresh", "put off", "claimed", "buried", "done")),
    *(("reply", state) for state in ("kept", "awaited", "unsure", "being sent")),
} - {("late_file", state) for state in ("fresh", "claimed", "done")}  # it was looked for before, in vain
CALLBACKS = (
    "accepted",
    "not_accepted",
    "need_info",
    "direct_answered",
    "dispatched",
    "reassigned",
    "signed",
    "contacted",
    "extended",
    "committed",
    "supervised",
    "completed",
    "merged",
    "withdrawn",
    "closed",
    "survey_requested",
    "message",
)
CALLBACK_STATES = ("fresh", "put off", "claimed", "sent", "buried")
SURVEYS = ("listed", "planned", "asked", "answered", "refused", "no_answer", "unreachable", "stopped")
FILES = ("pending", "stored", "failed", "dropped")
CAMPAIGNS = ("running", "paused", "stopped")
ASKED = {
    *("", "notice", "abroad", "content", "place", "photo_place", "subject", "occurred", "wish", "contact"),
    *("category", "category:01", "category:0101", "type", "confidential", "extra:extent"),
    *("summary", "change", "photos", "same", "crowd", "answer"),
    *("survey:contacted", "survey:solved", "survey:satisfied", "survey:reason", "survey:rework"),
    "survey:change",
}
ERRANDS = {
    *(("supplement", "text"), ("supplement", "pick"), ("urge", "pick"), ("withdraw", "pick")),
    *(("withdraw", "withdraw"), ("correct", "text"), ("progress", "number"), ("resume", "resume")),
    *(("cancel", "cancel"), ("erase", "erase"), ("bind", "number"), ("bind", "code")),
}

SEALED: dict[tuple[str, str], Any] = {
    ("conversations", "state_sealed"): Conversation,
    ("inbox", "replies_sealed"): Replies,
    ("tickets", "ticket_sealed"): Ticket,
    ("status_updates", "update_sealed"): StatusUpdate,
    ("surveys", "survey_sealed"): Survey,
    ("desk_tickets", "document_sealed"): TicketDocument,
    ("desk_callbacks", "body_sealed"): Callback,
}
"""What is no mere JSON object."""

RAW = {
    ("inbox", "aside_sealed"),
    ("tickets", "public_text_sealed"),
    ("bindings", "phone_sealed"),
    ("desk_users", "factor_sealed"),
}
KEYS = {("retired_keys", "key_sealed"), ("desk_retired_keys", "key_sealed")}


def _state(row: dict[str, Any], open_state: str) -> str:
    if row["state"] != open_state:
        return str(row["state"])
    if not row["attempts"]:
        return "fresh"
    if row["reason"] == "being sent":
        return "being sent"
    return "claimed" if row["reason"] is None else "put off"


# --- nothing is missing


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_has_rows(table: str) -> None:
    assert len(rows(table)) >= FEWEST


def test_no_row_is_of_a_table_that_is_gone() -> None:
    assert {line["table"] for line in lines("rows")} == TABLES.keys()


def test_every_kind_of_entry_stands_in_every_state() -> None:
    found = Counter((row["kind"], _state(row, "due")) for row in rows("outbox"))
    assert {one for one, number in found.items() if number >= FEWEST} >= JOB_STATES
    assert {kind for kind, _ in found} == set(JOBS)


def test_every_callback_of_the_desk_stands_in_every_state() -> None:
    found = Counter((row["type"], _state(row, "waiting")) for row in rows("desk_callbacks"))
    assert {(kind, state) for kind in CALLBACKS for state in CALLBACK_STATES} <= found.keys()
    assert {kind for kind, _ in found} == set(CALLBACKS)
    states = Counter(state for _, state in found.elements())
    assert all(states[state] >= FEWEST for state in CALLBACK_STATES)


@pytest.mark.parametrize(
    ("table", "states"), [("surveys", SURVEYS), ("attachments", FILES), ("campaigns", CAMPAIGNS)]
)
def test_every_state_has_rows(table: str, states: tuple[str, ...]) -> None:
    found = Counter(row["state"] for row in rows(table))
    assert found.keys() == set(states)
    assert all(number >= (1 if table == "campaigns" else FEWEST) for number in found.values())


def test_a_story_stops_at_every_question_and_every_errand() -> None:
    before = [line["before"] for line in lines("stories")]
    asking = {one["asking"] for one in before}
    asked = {":".join(one.split(":")[:2]) if one.startswith("survey:") else one for one in asking}
    assert asked == ASKED
    errands = {(one["errand"]["side"], one["errand"]["step"]) for one in before if one["errand"]}
    assert errands == ERRANDS


# --- it reads


async def test_every_value_is_what_it_was(house: Installation) -> None:
    """Plain ones as they stand; sealed ones by what they say."""
    async with house.database.read() as tx:
        for name, table in TABLES.items():
            key = [column.name for column in table.primary_key]
            found = {
                tuple(row[one] for one in key): row for row in (await tx.execute(select(table))).mappings()
            }
            stored = rows(name)
            assert len(found) == len(stored), name
            for row in stored:
                place = tuple(_plain(row[one], table.c[one].type.python_type) for one in key)
                for column, value in row.items():
                    now = found[place][column]
                    if isinstance(table.c[column].type, LargeBinary):
                        _reads_as_before(house, (name, column), value, now)
                    else:
                        assert _shown(now) == value, (name, column)


def _plain(value: Any, kind: type) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value)
    return kind(value) if not isinstance(value, kind) else value


def _shown(value: Any) -> Any:
    """As it stands in the file."""
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "isoformat") or (hasattr(value, "hex") and not isinstance(value, float)):
        return str(value)
    return value


def _reads_as_before(house: Installation, where: tuple[str, str], value: Any, now: bytes | None) -> None:
    if value is None:
        assert now is None
        return
    assert now is not None
    said = KeyRing([SECRET]).decrypt(now)
    if where in RAW | KEYS:
        assert said
        return
    was = clear(value)
    kind = SEALED.get(where)
    if kind is None:
        assert TypeAdapter(dict[str, Any]).validate_json(said) == was
        return
    adapter = TypeAdapter(kind)
    again = adapter.dump_python(adapter.validate_json(said), mode="json", by_alias=True)
    assert _contains(again, was), where


def _contains(whole: Any, part: Any) -> bool:
    """Every field that was stored is there with its value; this release may know more fields."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _contains(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list) and isinstance(whole, list):
        if len(part) != len(whole):
            return False
        same = all(_contains(a, b) for a, b in zip(whole, part, strict=True))
        return same or sorted(map(str, whole)) == sorted(map(str, part))
    return bool(whole == part)


def test_every_message_that_waits_is_one() -> None:
    for row in rows("outbox"):
        if row["kind"] == "reply" and row["body_sealed"] is not None:
            TypeAdapter(Outgoing).validate_python(clear(row["body_sealed"]))


async def test_every_file_opens(house: Installation) -> None:
    stored = {row["sha256"] for row in rows("attachments") if row["state"] == "stored"}
    assert stored
    for sha256 in stored:
        assert (await house.folder.read(sha256)).startswith(b"\x89PNG")


async def test_everything_spooled_reads(house: Installation) -> None:
    found = [await house.spool.read(record) for record in house.spool._log.open()]
    kinds = Counter(type(one) for one in found)
    assert kinds == {Inbound: 2 * FEWEST, SpooledUnreadable: FEWEST, SpooledEvent: FEWEST}
    assert stored_at() < house.clock()
