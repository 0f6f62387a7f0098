"""The forms of a ticket's actions: which fields they show, how they are preset, and what was filled in.

Which actions there are, and which fields each needs, is the life cycle's business; here stands
only how a field looks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.lifecycle import Row
from desk.pages.posted import Posted
from desk.pages.wording import Words
from desk.states import Refused, Role
from desk.store import DeskTicket

_MAIN = ("accept", "dispatch", "sign", "contact", "answer", "complete")
_ELSEWHERE = frozenset({"survey_result", "erase"})
"""A survey's answers come from the front door, and so does a citizen's wish to be forgotten."""

_GRAVE = frozenset({"not_accept", "withdraw", "send_back"})
_KINDS = {
    "lead_unit": "unit",
    "co_units": "units",
    "due_at": "moment",
    "reason": "line",
    "redirect_channel": "line",
}
_LABELS = {
    ("request_info", "public_text"): "field.public_text_question",
    ("answer", "public_text"): "field.public_text_answer",
    ("complete", "public_text"): "field.public_text_answer",
    ("direct_answer", "public_text"): "field.public_text_answer",
    ("not_accept", "public_text"): "field.public_text_more",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `kind`: words, line, choice, unit, units or moment."""

    name: str
    kind: str
    label: str
    needed: bool
    value: str = ""
    chosen: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ActionForm:
    """One action as a form; `main` is the next step of the straight path."""

    action: str
    main: bool
    style: str
    hint: str
    fields: tuple[Field, ...]
    opened: bool


def at_a_page(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows that people take at a page."""
    return tuple(row for row in rows if row.action not in _ELSEWHERE)


def action_forms(
    rows: tuple[Row, ...], ticket: DeskTicket, words: Words, tried: str = "", posted: Posted | None = None
) -> tuple[ActionForm, ...]:
    """A form for each row that is done at a page, with what they just `tried` kept as they typed it."""
    usable = at_a_page(rows)
    main = next((name for name in _MAIN if name in {row.action for row in usable}), "")
    return tuple(
        _form(row, ticket, words, main, posted if row.action == tried else None)
        for row in sorted(
            usable, key=lambda row: (row.action != main, Role.CITIZEN in row.by, row.action == "note")
        )
    )


def step_fields(row: Row, form: Posted, zone: ZoneInfo, words: Words) -> dict[str, Any]:
    """What was filled in, as fields of `Step`. Raises Refused."""
    names = (*row.needs, *row.takes)
    given: dict[str, Any] = {
        name: form.text(name) or None for name in names if name not in ("co_units", "due_at")
    }
    if "co_units" in names:
        given["co_units"] = tuple(unit for unit in form.every("co_units") if unit != given.get("lead_unit"))
    if "due_at" in names:
        given["due_at"] = _moment(form.text("due_at"), zone)
    if row.action == "not_accept" and given["reason"]:
        given["reason"] = _reason(given["reason"], words)
    return given


def _form(row: Row, ticket: DeskTicket, words: Words, main: str, posted: Posted | None) -> ActionForm:
    names = dict.fromkeys((*row.needs, *row.takes))
    style = "main-action" if row.action == main else "grave" if row.action in _GRAVE else ""
    return ActionForm(
        action=row.action,
        main=row.action == main,
        style=style,
        hint=words.key("hint", row.action, ""),
        fields=tuple(_field(name, row, ticket, words, posted) for name in names),
        opened=posted is not None,
    )


def _field(name: str, row: Row, ticket: DeskTicket, words: Words, posted: Posted | None) -> Field:
    coded = (row.action, name) == ("not_accept", "reason")
    return Field(
        name=name,
        kind="choice" if coded else _KINDS.get(name, "words"),
        label=_LABELS.get((row.action, name), f"field.{name}"),
        needed=name in row.needs,
        value=posted.text(name) if posted else _preset(name, row.action, ticket),
        chosen=posted.every(name) if posted else ticket.document.suggested.co_units,
        options=words.section("reason")
        if coded
        else words.section("redirect")
        if name == "redirect_channel"
        else (),
    )


def _preset(name: str, action: str, ticket: DeskTicket) -> str:
    life = ticket.life
    presets = {
        ("lead_unit", "dispatch"): ticket.document.suggested.lead_unit,
        ("public_text", "complete"): life.reply_public,
        ("public_text", "answer"): life.reply_public,
        ("internal_text", "answer"): life.reply_internal,
    }
    return presets.get((name, action)) or ""


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("bad_due", "not a date and time") from None
    if not 2000 <= at.year <= 2200:
        raise Refused("bad_due", "a year out of reach")
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _reason(code: str, words: Words) -> str:
    """The sentence the citizen reads for a reason's code."""
    key = words.key("reason", code, "")
    if not key:
        raise Refused("needs_reason", "no such reason")
    return words.say(key)
