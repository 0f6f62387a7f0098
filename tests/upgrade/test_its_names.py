"""Every stored name of the release before is still read and written: its processes run beside ours.

What they stored must be read, so no name goes; what we store they must read, so no value is new to them.
A new field is nothing to them: they leave it out.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from app.base import jobs
from app.delivery import handlers, queue_replies
from app.receiver.spool import Spooled
from desk import outbox as desk_outbox
from hotline.contract import Callback, TicketDocument
from intake.model.conversation import Conversation
from intake.model.messages import FLOW, Inbound, Outgoing
from intake.model.status import StatusUpdate
from intake.model.survey import Survey
from intake.model.ticket import DRAFT_SHAPE, Ticket
from storage.messages import delivery_receipts
from storage.messages.inbox import Replies
from storage.outbox import engine
from storage.outbox import jobs as typed_jobs
from tests.upgrade.restoring import STORED, TABLES, lines

KINDS = {"submit", "event", "alert", "handoff", "forget", "late_file", "reply", "fetch", "burst", "discard"}
"""`outbox.kind`."""

CONSTANTS = {
    "due": engine.DUE,
    "done": engine.DONE,
    "kept": engine.KEPT,
    "buried": engine.BURIED,
    "unsure": engine.UNSURE,
    "awaited": delivery_receipts.AWAITED,
    "waiting": desk_outbox.OUTBOX.spelled(engine.DUE),
    "sent": desk_outbox.OUTBOX.spelled(engine.DONE),
    "hotline": jobs.HOTLINE,
    "being sent": handlers.SENDING,
    "citizen:7": queue_replies.lane(7),
    "news:7": queue_replies.lane(7, "progress"),
    "ticket:WX1": jobs.ticket_lane("WX1"),
    "1": FLOW,
}
"""States, destinations, lanes and notes of the outbox, and the version on every button."""

SEALED: Mapping[str, Any] = {
    "conversations.state_sealed": Conversation,
    "inbox.replies_sealed": Replies,
    "tickets.ticket_sealed": Ticket,
    "status_updates.update_sealed": StatusUpdate,
    "surveys.survey_sealed": Survey,
    "outbox.body_sealed of a reply": Outgoing,
    "outbox.body_sealed of a burst": Inbound,
    "spool": Spooled,
    "desk_callbacks.body_sealed": Callback,
    "desk_tickets.document_sealed": TicketDocument,
}


def then(what: str) -> dict[str, list[str]]:
    """The fields the release before stores there, each with what may stand in it."""
    known: dict[str, dict[str, list[str]]] = json.loads((STORED / "fields.json").read_text("utf-8"))
    return known[what]


@pytest.mark.parametrize("what", SEALED)
def test_its_fields_are_ours_and_our_values_are_its(what: str) -> None:
    now = fields(SEALED[what])
    assert {path: now.get(path) for path in then(what)} == then(what)


def test_nothing_sealed_is_left_out() -> None:
    assert json.loads((STORED / "fields.json").read_text("utf-8")).keys() == SEALED.keys()


def test_its_kinds_of_entries_are_ours() -> None:
    assert typed_jobs.KINDS.keys() == KINDS


@pytest.mark.parametrize("name", CONSTANTS)
def test_its_names_are_ours(name: str) -> None:
    assert CONSTANTS[name] == name


def test_its_drafts_have_our_shape() -> None:
    assert DRAFT_SHAPE == 1


def test_its_columns_are_ours() -> None:
    stored = {(line["table"], column) for line in lines("rows") for column in line["row"]}
    assert stored <= {(name, column.name) for name, table in TABLES.items() for column in table.columns}


def fields(kind: Any) -> dict[str, list[str]]:
    """Every field of a stored kind, as a path, with the values or types that may stand in it."""
    schema, found = TypeAdapter(kind).json_schema(), dict[str, set[str]]()
    _walk(schema, "", frozenset(), schema.get("$defs", {}), found)
    return {path: sorted(values) for path, values in found.items()}


def _walk(
    node: dict[str, Any],
    path: str,
    seen: frozenset[str],
    kinds: dict[str, Any],
    found: dict[str, set[str]],
) -> None:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name not in seen:
            _walk(kinds[name], path, seen | {name}, kinds, found)
    for one in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        _walk(one, path, seen, kinds, found)
    if leaves := _leaves(node):
        found.setdefault(path, set()).update(leaves)
    for name, child in node.get("properties", {}).items():
        _walk(child, f"{path}.{name}" if path else name, seen, kinds, found)
    if node.get("type") == "array":
        for item in node.get("prefixItems") or [node.get("items", {})]:
            _walk(item, f"{path}[]", seen, kinds, found)


def _leaves(node: dict[str, Any]) -> set[str]:
    """The values that may stand here, else the type; nothing for what holds more fields."""
    if "enum" in node or "const" in node:
        return {str(one) for one in node.get("enum", [node.get("const")])}
    if node.get("type") == "array" or (node.get("type") == "object" and node.get("properties")):
        return set()
    return {str(node.get("format") or node["type"])} if "type" in node else set()
