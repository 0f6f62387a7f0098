"""A ticket's life at the desk: one table of what may happen, to whom, and what follows.

A row says from which states an action may be taken and by whom, what it needs, which
guards must hold, how it changes the ticket, what the citizen is told, and which action
follows by itself. More of the process means more rows. The first row that fits wins.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from desk import rules
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
        tells=("not_accepted",),
    ),
    Row(
        "direct_answer",
        _from(S.SUBMITTED, S.ACCEPTED),
        S.DIRECT_ANSWERED,
        _CENTRE,
        needs=("public_text",),
        takes=("internal_text",),
        change=rules.answered_at_once,
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
        guards=(rules.lead_is_not_co_unit, rules.due_later),
        change=rules.dispatched,
        tells=("dispatched",),
        clock=True,
    ),
    Row("sign", _from(S.DISPATCHED), S.SIGNED, _UNIT, guards=(rules.own_unit,), tells=("signed",)),
    Row(
        "contact",
        _from(S.SIGNED, S.REWORK),
        S.PROCESSING,
        _UNIT,
        takes=("text",),
        guards=(rules.own_unit,),
        tells=("contacted",),
    ),
    Row(
        "answer",
        _from(S.PROCESSING, S.REWORK),
        S.REPLY_REVIEW,
        _UNIT,
        needs=("public_text", "internal_text"),
        guards=(rules.own_unit,),
        change=rules.answered,
    ),
    Row("send_back", _from(S.REPLY_REVIEW), S.PROCESSING, _CENTRE, needs=("reason",)),
    Row(
        "complete",
        _from(S.REPLY_REVIEW),
        S.COMPLETED,
        _CENTRE,
        takes=("public_text",),
        change=rules.completed,
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
        when=rules.rework_is_due,
        guards=(rules.of_this_round,),
        change=rules.reworked,
        tells=("rework",),
        clock=True,
    ),
    Row(
        "survey_result",
        _from(S.CALLBACK),
        S.CLOSED,
        _CITIZEN,
        needs=("result",),
        guards=(rules.of_this_round,),
        change=rules.evaluated,
        tells=("closed",),
    ),
    Row("urge", OPEN, None, _CITIZEN, takes=("text",), change=rules.urged),
    Row(
        "withdraw",
        _from(S.SUBMITTED, S.NEED_INFO, S.ACCEPTED, S.DISPATCHED, S.RETURN_REVIEW, S.SIGNED, S.PROCESSING),
        S.WITHDRAWN,
        _CITIZEN,
        takes=("reason",),
        tells=("withdrawn",),
    ),
    Row("erase", frozenset(State), None, _CITIZEN),
    Row("note", frozenset(State), None, _STAFF, needs=("text",), guards=(rules.involved,)),
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
    return any(guard(life, step) for guard in row.guards if guard in (rules.own_unit, rules.involved))


def _missing(row: Row, step: Step) -> Refused | None:
    for name in row.needs:
        value = getattr(step, name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return Refused(f"needs_{name}", f"{step.action} needs {name}")
    return None
