"""A ticket's life at the desk: one table of what may happen, to whom, and what follows.

A row says from which states an action may be taken and by whom, what it needs, which
guards must hold, how it changes the ticket, what the citizen is told, and which action
follows by itself. More of the process means more rows. The first row that fits wins.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from desk.states import OPEN, Actor, Life, Refused, Role, State, Step

Guard = Callable[[Life, Step], Refused | None]
Change = Callable[[Life, Step], Life]
When = Callable[[Life, Step], bool]


def _always(_life: Life, _step: Step) -> bool:
    return True


def _same(life: Life, _step: Step) -> Life:
    return life


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `target` None: the state stays. `clock`: a new `due_at` is fixed.

    `needs` and `takes` name the fields of `Step` a person must or may fill in;
    `tells` are the contract's callback types, in order.
    """

    action: str
    sources: frozenset[State]
    target: State | None
    by: frozenset[Role]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    when: When = _always
    guards: tuple[Guard, ...] = ()
    change: Change = _same
    tells: tuple[str, ...] = ()
    then: str = ""
    clock: bool = False


def _own_unit(life: Life, step: Step) -> Refused | None:
    if step.actor.role is not Role.UNIT or step.actor.unit == life.lead_unit:
        return None
    return Refused("not_your_ticket", "only the lead unit may do this")


def _involved(life: Life, step: Step) -> Refused | None:
    if step.actor.role is not Role.UNIT or step.actor.unit in (life.lead_unit, *life.co_units):
        return None
    return Refused("not_your_ticket", "this ticket belongs to other units")


def _lead_is_not_co_unit(_life: Life, step: Step) -> Refused | None:
    if step.lead_unit in step.co_units:
        return Refused("lead_is_co_unit", "the lead unit cannot be its own co-unit")
    return None


def _due_later(_life: Life, step: Step) -> Refused | None:
    if step.due_at is not None and step.due_at <= step.at:
        return Refused("due_in_the_past", "the deadline lies in the past")
    return None


def _rework_is_due(life: Life, step: Step) -> bool:
    result = step.result
    return result is not None and result.unhappy and result.rework_wanted and life.appeal_type != "BY"


def _of_this_round(life: Life, step: Step) -> Refused | None:
    if step.result is not None and step.result.round in (None, life.round):
        return None
    return Refused("other_round", "the survey belongs to another round")


def _dispatched(life: Life, step: Step) -> Life:
    return replace(
        life,
        first_unit=life.first_unit or step.lead_unit,
        lead_unit=step.lead_unit,
        co_units=step.co_units,
        due_at=step.due_at,
        dispatch_count=life.dispatch_count + 1,
    )


def _answered(life: Life, step: Step) -> Life:
    return replace(life, reply_public=step.public_text, reply_internal=step.internal_text)


def _completed(life: Life, step: Step) -> Life:
    return replace(life, public_text=step.public_text or life.reply_public, completed_at=step.at)


def _answered_at_once(life: Life, step: Step) -> Life:
    return replace(life, public_text=step.public_text, completed_at=step.at)


def _reworked(life: Life, step: Step) -> Life:
    return replace(
        life,
        round=life.round + 1,
        due_at=step.due_at,
        completed_at=None,
        reply_public=None,
        reply_internal=None,
        evaluation="unhappy",
    )


def _evaluated(life: Life, step: Step) -> Life:
    if step.result is None or not step.result.answered:
        return replace(life, evaluation="no_answer")
    return replace(life, evaluation="unhappy" if step.result.unhappy else "happy")


def _urged(life: Life, _step: Step) -> Life:
    return replace(life, urge_count=life.urge_count + 1)


S = State
_CENTRE = frozenset({Role.CENTRE})
_UNIT = frozenset({Role.UNIT, Role.CENTRE})  # the centre may act for a unit that has no account
_STAFF = frozenset({Role.UNIT, Role.CENTRE, Role.LEADER})
_CITIZEN = frozenset({Role.CITIZEN, Role.CENTRE})  # the centre takes it down for a caller
_SYSTEM = frozenset({Role.SYSTEM})


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


ROWS: tuple[Row, ...] = (
    Row(
        "request_info", _from(S.SUBMITTED), S.NEED_INFO, _CENTRE, needs=("public_text",), tells=("need_info",)
    ),
    Row("supplement", _from(S.NEED_INFO), S.SUBMITTED, _CITIZEN, takes=("text",)),
    Row("supplement", OPEN, None, _CITIZEN, takes=("text",)),
    Row("accept", _from(S.SUBMITTED), S.ACCEPTED, _CENTRE, tells=("accepted",)),
    Row(
        "not_accept",
        _from(S.SUBMITTED),
        S.NOT_ACCEPTED,
        _CENTRE,
        needs=("reason", "redirect_channel"),
        takes=("public_text",),
        tells=("not_accepted",),
    ),
    Row(
        "direct_answer",
        _from(S.SUBMITTED, S.ACCEPTED),
        S.DIRECT_ANSWERED,
        _CENTRE,
        needs=("public_text",),
        takes=("internal_text",),
        change=_answered_at_once,
        tells=("direct_answered",),
        then="survey_start",
    ),
    Row(
        "dispatch",
        _from(S.ACCEPTED),
        S.DISPATCHED,
        _CENTRE,
        needs=("lead_unit",),
        takes=("co_units", "due_at", "text"),
        guards=(_lead_is_not_co_unit, _due_later),
        change=_dispatched,
        tells=("dispatched",),
        clock=True,
    ),
    Row("sign", _from(S.DISPATCHED), S.SIGNED, _UNIT, guards=(_own_unit,), tells=("signed",)),
    Row(
        "contact",
        _from(S.SIGNED, S.REWORK),
        S.PROCESSING,
        _UNIT,
        takes=("text",),
        guards=(_own_unit,),
        tells=("contacted",),
    ),
    Row(
        "answer",
        _from(S.PROCESSING, S.REWORK),
        S.REPLY_REVIEW,
        _UNIT,
        needs=("public_text", "internal_text"),
        guards=(_own_unit,),
        change=_answered,
    ),
    Row("send_back", _from(S.REPLY_REVIEW), S.PROCESSING, _CENTRE, needs=("reason",)),
    Row(
        "complete",
        _from(S.REPLY_REVIEW),
        S.COMPLETED,
        _CENTRE,
        takes=("public_text",),
        change=_completed,
        tells=("completed",),
        then="survey_start",
    ),
    Row(
        "survey_start",
        _from(S.COMPLETED, S.DIRECT_ANSWERED),
        S.CALLBACK,
        _SYSTEM,
        tells=("survey_requested",),
    ),
    Row(
        "survey_result",
        _from(S.CALLBACK),
        S.REWORK,
        _CITIZEN,
        needs=("result",),
        when=_rework_is_due,
        guards=(_of_this_round,),
        change=_reworked,
        tells=("rework",),
        clock=True,
    ),
    Row(
        "survey_result",
        _from(S.CALLBACK),
        S.CLOSED,
        _CITIZEN,
        needs=("result",),
        guards=(_of_this_round,),
        change=_evaluated,
        tells=("closed",),
    ),
    Row("urge", OPEN, None, _CITIZEN, takes=("text",), change=_urged),
    Row(
        "withdraw",
        _from(S.SUBMITTED, S.NEED_INFO, S.ACCEPTED, S.DISPATCHED, S.RETURN_REVIEW, S.SIGNED, S.PROCESSING),
        S.WITHDRAWN,
        _CITIZEN,
        takes=("reason",),
        tells=("withdrawn",),
    ),
    Row("erase", frozenset(State), None, _CITIZEN),
    Row("note", frozenset(State), None, _STAFF, needs=("text",), guards=(_involved,)),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """An allowed step's result."""

    life: Life
    row: Row


def take(life: Life, step: Step) -> Taken:
    """What the step makes of the ticket. Raises `Refused` with the reason."""
    row = find(life, step)
    refusal = _missing(row, step) or next((r for guard in row.guards if (r := guard(life, step))), None)
    if refusal is not None:
        raise refusal
    changed = row.change(life, step)
    return Taken(replace(changed, state=row.target or life.state), row)


def find(life: Life, step: Step) -> Row:
    """The row that governs this step here. Raises `Refused`: unknown, wrong state or wrong person."""
    rows = [row for row in ROWS if row.action == step.action]
    if not rows:
        raise Refused("unknown_action", "there is no such action")
    here = [row for row in rows if life.state in row.sources and row.when(life, step)]
    if not here:
        raise Refused("wrong_state", f"{step.action} is not possible while the ticket is {life.state}")
    allowed = [row for row in here if step.actor.role in row.by]
    if not allowed:
        raise Refused("wrong_role", f"{step.actor.role} may not {step.action}")
    return allowed[0]


def possible(life: Life, actor: Actor, at: datetime) -> tuple[Row, ...]:
    """The rows a person may use on this ticket now, one per action, in the table's order."""
    found: dict[str, Row] = {}
    for row in ROWS:
        step = Step(row.action, actor, at)
        if life.state in row.sources and actor.role in row.by and not _not_theirs(row, life, step):
            found.setdefault(row.action, row)
    return tuple(found.values())


def _not_theirs(row: Row, life: Life, step: Step) -> bool:
    return any(guard(life, step) for guard in row.guards if guard in (_own_unit, _involved))


def _missing(row: Row, step: Step) -> Refused | None:
    for name in row.needs:
        value = getattr(step, name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return Refused(f"needs_{name}", f"{step.action} needs {name}")
    return None
