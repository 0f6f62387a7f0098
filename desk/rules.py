"""The guards and changes the table of a ticket's life is made of. All pure.

A guard says why a step must not be (or None); a change says what the step makes of the
ticket, apart from its state.
"""

from dataclasses import replace

from desk.states import Life, Refused, Role, Step


def own_unit(life: Life, step: Step) -> Refused | None:
    if step.actor.role is not Role.UNIT or step.actor.unit == life.lead_unit:
        return None
    return Refused("not_your_ticket", "only the lead unit may do this")


def involved(life: Life, step: Step) -> Refused | None:
    if step.actor.role is not Role.UNIT or step.actor.unit in (life.lead_unit, *life.co_units):
        return None
    return Refused("not_your_ticket", "this ticket belongs to other units")


def lead_is_not_co_unit(_life: Life, step: Step) -> Refused | None:
    if step.lead_unit in step.co_units:
        return Refused("lead_is_co_unit", "the lead unit cannot be its own co-unit")
    return None


def due_later(_life: Life, step: Step) -> Refused | None:
    if step.due_at is not None and step.due_at <= step.at:
        return Refused("due_in_the_past", "the deadline lies in the past")
    return None


def rework_is_due(life: Life, step: Step) -> bool:
    result = step.result
    return result is not None and result.unhappy and result.rework_wanted and life.appeal_type != "BY"


def of_this_round(life: Life, step: Step) -> Refused | None:
    if step.result is not None and step.result.round in (None, life.round):
        return None
    return Refused("other_round", "the survey belongs to another round")


def dispatched(life: Life, step: Step) -> Life:
    return replace(
        life,
        first_unit=life.first_unit or step.lead_unit,
        lead_unit=step.lead_unit,
        co_units=step.co_units,
        due_at=step.due_at,
        dispatch_count=life.dispatch_count + 1,
    )


def answered(life: Life, step: Step) -> Life:
    return replace(life, reply_public=step.public_text, reply_internal=step.internal_text)


def completed(life: Life, step: Step) -> Life:
    return replace(life, public_text=step.public_text or life.reply_public, completed_at=step.at)


def answered_at_once(life: Life, step: Step) -> Life:
    return replace(life, public_text=step.public_text, completed_at=step.at)


def reworked(life: Life, step: Step) -> Life:
    return replace(
        life,
        round=life.round + 1,
        due_at=step.due_at,
        completed_at=None,
        reply_public=None,
        reply_internal=None,
        evaluation="unhappy",
    )


def evaluated(life: Life, step: Step) -> Life:
    if step.result is None or not step.result.answered:
        return replace(life, evaluation="no_answer")
    return replace(life, evaluation="unhappy" if step.result.unhappy else "happy")


def urged(life: Life, _step: Step) -> Life:
    return replace(life, urge_count=life.urge_count + 1)
