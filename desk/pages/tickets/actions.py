"""The forms of a ticket's actions: in which order they stand, and what was filled in.

Which actions there are, and which fields each needs, is the life cycle's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.pages.base.posted_form import Posted
from desk.pages.tickets.fields import FormField, field
from desk.tickets.store import DeskTicket
from desk.wording import Words
from desk.workflow.lifecycle import Transition
from desk.workflow.states import Actor, Refused, Result, Role

_MAIN = (
    *("extend_approve", "commit_approve", "exclude_approve"),
    *("accept", "redispatch", "dispatch", "sign", "contact", "answer", "complete", "survey_result"),
    *("contribute", "supervise"),
)
_ELSEWHERE = frozenset({"erase"})
"""A citizen's wish to be forgotten comes from the front door."""

_GRAVE = frozenset(
    {"not_accept", "withdraw", "send_back", "emergency", "merge", "give_up", "uphold"}
    | {"return_reject", "extend_deny", "commit_deny", "exclude_deny"}
)
_TOLD = frozenset({"give_up", "emergency", "extend_request", "extend_approve", "uphold", "reopen"})
"""Actions whose reason the citizen reads (a refusal to accept has fixed sentences)."""


@dataclass(frozen=True, slots=True)
class ActionForm:
    """One action as a form; `main` is the next step. `confirm`: something found must be confirmed."""

    action: str
    main: bool
    style: str
    hint: str
    fields: tuple[FormField, ...]
    opened: bool
    confirm: bool


def at_a_page(rows: Iterable[Transition]) -> tuple[Transition, ...]:
    """The rows that people take at a page."""
    return tuple(row for row in rows if row.action not in _ELSEWHERE)


def action_forms(
    rows: tuple[Transition, ...],
    ticket: DeskTicket,
    actor: Actor,
    words: Words,
    tried: str = "",
    posted: Posted | None = None,
    *,
    confirm: bool = False,
) -> tuple[ActionForm, ...]:
    """A form for each row that is done at a page, with what they just `tried` kept as they typed it."""
    usable = at_a_page(rows)
    main = next((name for name in _MAIN if name in {row.action for row in usable}), "")
    return tuple(
        _form(row, ticket, actor, words, main, posted if row.action == tried else None, confirm=confirm)
        for row in sorted(
            usable, key=lambda row: (row.action != main, Role.CITIZEN in row.by, row.action == "note")
        )
    )


def step_fields(row: Transition, form: Posted, zone: ZoneInfo, words: Words) -> dict[str, Any]:
    """What was filled in, as fields of `Step`. Raises Refused."""
    given: dict[str, Any] = {
        name: _value(name, form, zone)
        for name in (*row.needs, *row.takes)
        if name not in ("co_units", "result")
    }
    if "co_units" in (*row.needs, *row.takes):
        given["co_units"] = tuple(unit for unit in form.every("co_units") if unit != given.get("lead_unit"))
    if "result" in row.needs:
        given["result"] = _result(form)
    if row.action == "not_accept" and given["reason"]:
        given |= {"reason_code": given["reason"], "reason": _reason(given["reason"], words)}
    return given


def public_words(row: Transition, fields: dict[str, Any]) -> str:
    """What of a step's fields the citizen will read."""
    names = ("public_text", "reason") if row.action in _TOLD else ("public_text",)
    return "\n".join(fields[name] for name in names if fields.get(name))


def _value(name: str, form: Posted, zone: ZoneInfo) -> Any:
    text = form.text(name)
    if name == "due_at":
        return _moment(text, zone)
    if name == "level":
        return int(text) if text in ("1", "2", "3", "4") else None
    return text or None


def _form(
    row: Transition,
    ticket: DeskTicket,
    actor: Actor,
    words: Words,
    main: str,
    posted: Posted | None,
    *,
    confirm: bool,
) -> ActionForm:
    names = dict.fromkeys((*row.needs, *row.takes))
    style = "main-action" if row.action == main else "grave" if row.action in _GRAVE else ""
    return ActionForm(
        action=row.action,
        main=row.action == main,
        style=style,
        hint=words.key("hint", row.action, ""),
        fields=tuple(field(name, row, ticket, actor, words, posted) for name in names),
        opened=posted is not None,
        confirm=confirm and posted is not None,
    )


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


def _result(form: Posted) -> Result:
    """What a citizen said on the telephone. Raises Refused."""
    solved, satisfied = form.text("solved"), form.text("satisfied")
    if solved not in ("yes", "partly", "no") or satisfied not in ("satisfied", "basically", "dissatisfied"):
        raise Refused("needs_result", "solved and satisfied are needed")
    return Result(
        answered=True,
        contacted={"true": True, "false": False}.get(form.text("contacted")),
        solved=solved,
        satisfied=satisfied,
        comment=form.text("comment") or None,
        rework_wanted=form.text("rework_wanted") == "yes",
        via="TEL",
    )
