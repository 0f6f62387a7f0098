"""A ticket's events in words: who did what when, and what of it the citizen was told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from pydantic import TypeAdapter, ValidationError

from desk.pages.base.times import Clock
from desk.pages.tickets.files import File, shown_files
from desk.tickets.store import DeskEvent, DeskTicket
from desk.wording import Words
from desk.workflow.lifecycle import ROWS
from desk.workflow.states import Role
from hotline.contract import AttachmentPart
from intake.city import CityProfile
from storage.outbox.engine import Entry

_PARTS = TypeAdapter(tuple[AttachmentPart, ...])
_ARRANGED = frozenset({"dispatched", "reassigned", "rework", "extended", "committed"})
_WITH_REASON = frozenset({"not_accepted", "extended", "closed"})
_TEXTS = ("text", "reason", "redirect_channel", "public_text", "internal_text")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event. `said` pairs a phrase key with a text; `refused` is a phrase key or ""."""

    seq: int
    role: str
    action: str
    by: str
    at: str
    iso: str
    said: tuple[tuple[str, str], ...]
    files: tuple[File, ...]
    refused: str


WEIGHS, LINE_WEIGHS = 8_000, 120
"""Escaped characters of the history shown at once, and what a line takes beside its words."""

TOLD = 10
"""Messages to the citizen shown at once."""


@dataclass(frozen=True, slots=True)
class CitizenNotice:
    """One message to the citizen: its type in the contract, its text, and whether it is on its way."""

    type: str
    at: str
    iso: str
    text: str
    delivery: str
    grave: bool


def timeline(
    events: Iterable[DeskEvent], clock: Clock, city: CityProfile, address: Callable[[AttachmentPart], str]
) -> tuple[HistoryLine, ...]:
    """The history, newest first."""
    return tuple(_happening(event, clock, city, address) for event in reversed(list(events)))


def newest(lines: Sequence[HistoryLine], before: int | None) -> tuple[HistoryLine, ...]:
    """As much of the history as a page may weigh that is polled, at least one line of it."""
    shown: list[HistoryLine] = []
    weight = 0
    for line in lines:
        if before is not None and line.seq >= before:
            continue
        weight += LINE_WEIGHS + sum(len(escape(text)) for _, text in line.said)
        if shown and weight > WEIGHS:
            break
        shown.append(line)
    return tuple(shown)


def newest_told(notices: Sequence[CitizenNotice]) -> tuple[CitizenNotice, ...]:
    """The last of what went out to the citizen; all of it stands in the history, too."""
    return tuple(notices[:TOLD])


def told(
    ticket: DeskTicket,
    events: Iterable[DeskEvent],
    sent: Mapping[str, Entry],
    clock: Clock,
    city: CityProfile,
) -> tuple[CitizenNotice, ...]:
    """What went out to the citizen, newest first; `sent` are the ticket's callbacks by event_id."""
    messages = [
        _told(type_, event, sent.get(f"{ticket.hotline_ref}-{event.seq}-{type_}"), clock, city)
        for event in events
        for type_ in _tells(event)
    ]
    return tuple(reversed(messages))


def _told(
    type_: str, event: DeskEvent, entry: Entry | None, clock: Clock, city: CityProfile
) -> CitizenNotice:
    buried = entry is not None and entry.state == "buried"
    text = _message(type_, event.detail, clock, city)
    at = clock.show(event.at)
    return CitizenNotice(type_, at, event.at.isoformat(), text, _delivery(entry, clock.words, clock), buried)


def _delivery(entry: Entry | None, words: Words, clock: Clock) -> str:
    if entry is None:  # delivered, and forgotten since
        return words.say("told.delivered_before")
    if entry.state == "done" and entry.settled_at:
        return words.say("told.delivered", at=clock.show(entry.settled_at))
    if entry.state == "buried":
        return words.say("told.undelivered", reason=entry.reason or "")
    return words.say("told.queued")


def _tells(event: DeskEvent) -> tuple[str, ...]:
    if "refused" in event.detail:
        return ()
    if "tells" in event.detail:
        return tuple(event.detail["tells"])
    for row in ROWS:
        fits = event.from_state in row.sources and event.to_state == (row.target or event.from_state)
        if row.action == event.action and fits:
            return row.callbacks
    return ()


def _message(type_: str, detail: dict[str, Any], clock: Clock, city: CityProfile) -> str:
    arranged = [text for _, text in _arranged(detail, clock, city)] if type_ in _ARRANGED else []
    names = ("reason", "redirect_channel", "public_text") if type_ in _WITH_REASON else ("public_text",)
    return "\n".join((*arranged, *(detail[name] for name in names if detail.get(name))))


def _happening(
    event: DeskEvent, clock: Clock, city: CityProfile, address: Callable[[AttachmentPart], str]
) -> HistoryLine:
    refused = event.detail.get("refused")
    return HistoryLine(
        seq=event.seq,
        role=event.role,
        action=clock.words.key("action", event.action, "action.other"),
        by=_actor(event, clock, city),
        at=clock.show(event.at),
        iso=event.at.isoformat(),
        said=(*_arranged(event.detail, clock, city), *_said(event.detail), *_survey(event.detail, clock)),
        files=shown_files(_parts(event.detail), address),
        refused=clock.words.key("refused", refused, "refused.other") if refused else "",
    )


def _actor(event: DeskEvent, clock: Clock, city: CityProfile) -> str:
    role = clock.words.say(f"role.{event.role}")
    if event.role in (Role.CITIZEN, Role.SYSTEM):
        return role
    return f"{city.unit_name(event.unit) or role} · {event.name}"


def _said(detail: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((f"field.{name}", detail[name]) for name in _TEXTS if detail.get(name))


def _arranged(detail: dict[str, Any], clock: Clock, city: CityProfile) -> tuple[tuple[str, str], ...]:
    """Units and date, as one block."""
    words = clock.words
    lines = []
    if detail.get("lead_unit"):
        lines.append(f"{words.say('ticket.lead')} {city.unit_name(detail['lead_unit'])}")
    if detail.get("co_units"):
        lines.append(f"{words.say('ticket.co')} {words.join(map(city.unit_name, detail['co_units']))}")
    if detail.get("designated"):
        lines.append(words.say("field.designated"))
    if detail.get("level"):
        lines.append(words.say(f"level.{detail['level']}"))
    if code := words.key("exclusion", detail.get("reason_code", ""), ""):
        lines.append(words.say(code))
    if detail.get("master_ref"):
        lines.append(f"{words.say('ticket.master')} {detail['master_ref']}")
    if detail.get("due_at"):
        lines.append(f"{words.say('ticket.due')} {clock.show(datetime.fromisoformat(detail['due_at']))}")
    return (("field.arranged", "\n".join(lines)),) if lines else ()


def _survey(detail: dict[str, Any], clock: Clock) -> tuple[tuple[str, str], ...]:
    result = detail.get("result")
    if not result:
        return ()
    words = clock.words
    if not result.get("answered"):
        why = next(iter(result.get("reason_codes", ())), "")
        return (
            ("action.survey_result", words.say(words.key("survey", f"no_answer_{why}", "survey.no_answer"))),
        )
    lines = [
        f"{words.say(f'survey.{name}')}  {words.say(f'survey.{name}_{str(result[name]).lower()}')}"
        for name in ("contacted", "solved", "satisfied")
        if result.get(name) is not None
    ]
    reasons = [
        words.say(words.key("survey", f"reason_{code}", "survey.reason_other"))
        for code in result.get("reason_codes", ())
    ]
    lines += [words.join(reasons)] if reasons else []
    lines += [f"{words.say('survey.comment')}  {result['comment']}"] if result.get("comment") else []
    lines += [words.say("survey.rework_wanted")] if result.get("rework_wanted") else []
    return (("action.survey_result", "\n".join(lines)),)


def _parts(detail: dict[str, Any]) -> tuple[AttachmentPart, ...]:
    try:
        return _PARTS.validate_python(detail.get("attachments", ()))
    except ValidationError:
        return ()
