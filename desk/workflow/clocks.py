"""A ticket's clocks: when each step is due, what stops them, and when somebody is to be reminded. Pure.

A deadline is fixed when its clock begins (at filing, acceptance, dispatch, rework) and
moves only with a pause or a granted request. Urgent and critical tickets run by the natural
clock; what others are counted by, the city's table says.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desk.workflow import calendar
from desk.workflow.states import FINAL, WITH_UNIT, Lifecycle, State, Step
from intake.city import CityProfile, ClockKind, read_span
from intake.model.ticket import AppealType

_UNMET = frozenset({State.DISPATCHED, State.SIGNED, State.REWORK})
_SPANS = {
    "accept_due": "accept",
    "dispatch_due": "dispatch",
    "sign_due": "sign",
    "contact_due": "contact",
    "progress_due": "progress",
    "return_due": "give_back",
}


@dataclass(frozen=True, slots=True)
class DeadlineWatch:
    """The deadline to look at now, yellow from `warn` on. `kind`: accept, dispatch, sign, contact, handle."""

    kind: str
    due: datetime
    warn: datetime


def due_at(clock: str, life: Lifecycle, start: datetime, city: CityProfile) -> datetime:
    """The deadline of a handling (`handle`), or of one more round (`rework`), that starts at `start`."""
    due = calendar.after(start, _handle_span(life, city, rework=clock == "rework"), city)
    assert due is not None, "a handling always has its limit"  # noqa: S101
    return due


def limits(life: Lifecycle, at: datetime, city: CityProfile) -> dict[str, datetime]:
    """The latest deadlines that may be asked for, by action; what may not be asked for is left out."""
    longest = city.clocks.of(life.urgency).extend
    extended = calendar.after(life.due_at, longest or "", city) if life.due_at else None
    promised = calendar.after(at, city.clocks.commitment, city) if longest else None
    asked = {"extend_request": extended, "commit_request": promised}
    return {action: limit for action, limit in asked.items() if limit is not None}


def filed(life: Lifecycle, at: datetime, city: CityProfile) -> Lifecycle:
    """The ticket with the centre's own clock begun."""
    return replace(life, accept_due=_due("accept_due", life, at, city))


def reset_clocks(clock_change: str, life: Lifecycle, step: Step, city: CityProfile) -> Lifecycle:
    """The ticket with its clocks as a row has it: accepted, unit, rework, pause, resume or ""."""
    match clock_change:
        case "accepted":
            return replace(life, dispatch_due=_due("dispatch_due", life, step.at, city))
        case "unit":
            return _at_unit(life, step, city)
        case "rework":
            return _begun(life, step.at, city)
        case "pause":
            waits = life.state is State.NEED_INFO
            info_due = calendar.after(step.at, city.clocks.need_info, city) if waits else None
            return replace(life, paused_at=step.at, info_due=info_due)
        case "resume":
            return _resumed(life, step.at, city)
    return life


def watched(life: Lifecycle, city: CityProfile) -> DeadlineWatch | None:
    """The deadline that comes first; None where nobody has one, or the clocks stand still."""
    if life.paused_at is not None or life.state in FINAL:
        return None
    rules = city.clocks.of(life.urgency)
    found = [
        DeadlineWatch(kind, due, calendar.before(due, rules.warn_early or "", city))
        for kind, due in _early(life).items()
    ]
    if life.state in WITH_UNIT and life.due_at is not None:
        found.append(
            DeadlineWatch("handle", life.due_at, calendar.before(life.due_at, rules.warn or "", city))
        )
    return min(found, key=lambda watch: watch.due, default=None)


def timers(life: Lifecycle, city: CityProfile) -> dict[str, datetime]:
    """What is to happen by itself, by kind, and when: notices, chasing, giving up on the citizen."""
    if life.state in FINAL:
        return {}
    if life.paused_at is not None:
        return {"give_up": life.info_due} if life.info_due else {}
    found: dict[str, datetime | None] = {f"late_{kind}": due for kind, due in _early(life).items()}
    if life.state in WITH_UNIT and life.due_at is not None:
        rules = city.clocks.of(life.urgency)
        found["soon"] = calendar.before(life.due_at, rules.warn or "", city)
        found["chase"] = _next_chase(life, life.due_at, city)
        found["bulletin"] = calendar.after(life.due_at, city.clocks.bulletin, city)
        if life.progressed_at is None and life.state is not State.REPLY_REVIEW:
            found["late_progress"] = life.progress_due
    return {kind: at for kind, at in found.items() if at is not None}


def _early(life: Lifecycle) -> dict[str, datetime]:
    """The deadlines of the steps before the answer that are still to be taken."""
    due = {
        "accept": life.accept_due if life.state is State.SUBMITTED else None,
        "dispatch": life.dispatch_due if life.state is State.ACCEPTED else None,
        "sign": life.sign_due if life.state is State.DISPATCHED else None,
        "contact": life.contact_due if life.state in _UNMET and life.contacted_at is None else None,
    }
    return {kind: at for kind, at in due.items() if at is not None}


def _at_unit(life: Lifecycle, step: Step, city: CityProfile) -> Lifecycle:
    begun = replace(
        life,
        dispatched_at=step.at,
        signed_at=None,
        paused_at=None,
        sign_due=_due("sign_due", life, step.at, city),
        return_due=_due("return_due", life, step.at, city),
        original_due_at=life.original_due_at or life.due_at,
    )
    return _begun(begun, step.at, city)


def _begun(life: Lifecycle, at: datetime, city: CityProfile) -> Lifecycle:
    return replace(
        life,
        contacted_at=None,
        progressed_at=None,
        chased_at=None,
        contact_due=_due("contact_due", life, at, city),
        progress_due=_due("progress_due", life, at, city),
    )


def _resumed(life: Lifecycle, now: datetime, city: CityProfile) -> Lifecycle:
    paused = life.paused_at or now
    moved: dict[str, Any] = {
        name: calendar.resumed(due, paused, now, city, office=_counts_office(name, life, city))
        for name in (*_SPANS, "due_at")
        if (due := getattr(life, name)) is not None
    }
    return replace(life, paused_at=None, info_due=None, **moved)


def _due(name: str, life: Lifecycle, start: datetime, city: CityProfile) -> datetime | None:
    return calendar.after(start, _span(name, life, city), city)


def _span(name: str, life: Lifecycle, city: CityProfile) -> str:
    return getattr(city.clocks.of(life.urgency), _SPANS[name]) or ""


def _handle_span(life: Lifecycle, city: CityProfile, *, rework: bool) -> str:
    if rework:
        return city.clocks.of(life.urgency).rework or ""
    hours = {"urgent": city.urgent_hours, "critical": city.critical_hours}.get(life.urgency)
    return f"{hours} hours" if hours else f"{city.appeals[AppealType(life.appeal_type)].days} workdays"


def _counts_office(name: str, life: Lifecycle, city: CityProfile) -> bool:
    span = _handle_span(life, city, rework=life.round > 1) if name == "due_at" else _span(name, life, city)
    return bool(span) and read_span(span).pace is not ClockKind.CLOCK


def _next_chase(life: Lifecycle, due: datetime, city: CityProfile) -> datetime:
    """Once a day: at the opening of the offices, or by the clock where the ticket runs by it."""
    if _counts_office("due_at", life, city):
        return calendar.next_opening(life.chased_at or due, city)
    return life.chased_at + timedelta(days=1) if life.chased_at else due
