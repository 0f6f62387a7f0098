"""Taking a step by the table of `transitions`: what it makes of the ticket, or why not. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from desk.workflow.states import FINAL, Actor, Lifecycle, Refused, Step
from desk.workflow.transitions import ROWS, Transition

__all__ = ["ROWS", "StepResult", "Transition", "find", "possible", "take"]


@dataclass(frozen=True, slots=True)
class StepResult:
    """An allowed step's result."""

    life: Lifecycle
    row: Transition


def take(life: Lifecycle, step: Step) -> StepResult:
    """What the step makes of the ticket. Raises `Refused` with the reason."""
    row = find(life, step)
    refusal = _forbidden(row, life, step) or _missing(row, step)
    refusal = refusal or next((r for guard in row.guards if (r := guard(life, step))), None)
    if refusal is not None:
        raise refusal
    state = row.target or life.state
    changed = replace(row.change(life, step), state=state)
    return StepResult(_with_end(changed, life, step), row)


def find(life: Lifecycle, step: Step) -> Transition:
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


def possible(
    life: Lifecycle,
    actor: Actor,
    at: datetime,
    limits: Mapping[str, datetime] | None = None,
    half_day: str | None = None,
) -> tuple[Transition, ...]:
    """The rows a person may use on this ticket now, one per action, in the table's order.

    `limits` are the latest deadlines that may be asked for, by action.
    """
    found: dict[str, Transition] = {}
    for row in ROWS:
        step = Step(row.action, actor, at, limit=(limits or {}).get(row.action), half_day=half_day)
        here = life.state in row.sources and actor.role in row.by and row.when(life, step)
        if here and not _forbidden(row, life, step):
            found.setdefault(row.action, row)
    return tuple(found.values())


def _forbidden(row: Transition, life: Lifecycle, step: Step) -> Refused | None:
    return next((refusal for guard in row.only if (refusal := guard(life, step))), None)


def _missing(row: Transition, step: Step) -> Refused | None:
    for name in row.needs:
        value = getattr(step, name)
        if value is None or value == () or (isinstance(value, str) and not value.strip()):
            return Refused(f"needs_{name}", f"{step.action} needs {name}")
    return None


def _with_end(life: Lifecycle, before: Lifecycle, step: Step) -> Lifecycle:
    """With the moment it ended, once."""
    if life.state not in FINAL:
        return replace(life, closed_at=None)
    return life if before.state in FINAL else replace(life, closed_at=step.at)
