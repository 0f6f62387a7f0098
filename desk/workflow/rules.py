"""What the steps of a ticket's life make of it, apart from its state. All pure."""

from dataclasses import replace

from desk.workflow.states import Lifecycle, Step

EMERGENCY = "E1"
"""The code of what is sent to those who come at once, beside the centre's N1 to N8."""


def rework_is_due(life: Lifecycle, step: Step) -> bool:
    result = step.result
    return result is not None and result.unhappy and result.rework_wanted and life.appeal_type != "BY"


def unreachable(_life: Lifecycle, step: Step) -> bool:
    """No chat led to the citizen, and nobody has phoned them yet."""
    return step.result is not None and step.result.unreachable


def unhappy_again(life: Lifecycle, step: Step) -> bool:
    """A second round that ends unhappily, though they want no third."""
    return life.round >= 2 and unhappy_at_all(life, step)


def unhappy_at_all(_life: Lifecycle, step: Step) -> bool:
    return step.result is not None and step.result.unhappy


def second_rework(life: Lifecycle, step: Step) -> bool:
    return rework_is_due(life, step) and life.round == 2


def third_rework(life: Lifecycle, step: Step) -> bool:
    return rework_is_due(life, step) and life.round >= 3


def led(life: Lifecycle, _step: Step) -> bool:
    return life.lead_unit is not None


def unled(life: Lifecycle, _step: Step) -> bool:
    return life.lead_unit is None


def unsigned(life: Lifecycle, _step: Step) -> bool:
    return life.signed_at is None


def serious(_life: Lifecycle, step: Step) -> bool:
    """A supervision the citizen hears of."""
    return step.level is not None and step.level >= 2


def last_call(life: Lifecycle, _step: Step) -> bool:
    return life.call_count >= 2


def accepted(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, accepted_at=step.at)


def not_accepted(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, reject_code=step.reason_code)


def emergency(life: Lifecycle, _step: Step) -> Lifecycle:
    return replace(life, reject_code=EMERGENCY)


def dispatched(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(
        life,
        first_unit=life.first_unit or step.lead_unit,
        lead_unit=step.lead_unit,
        co_units=step.co_units,
        due_at=step.due_at,
        dispatch_count=life.dispatch_count + 1,
        return_denied=False,
        designated=step.designated,
        pending=None,
    )


def returned(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(dispatched(life, step), return_count=life.return_count + 1)


def return_denied(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, return_denied=True, signed_at=life.signed_at or step.at)


def signed(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, signed_at=step.at)


def contacted(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, contacted_at=step.at)


def progressed(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, progressed_at=life.progressed_at or step.at)


def helped(life: Lifecycle, step: Step) -> Lifecycle:
    fresh = (unit for unit in step.co_units if unit not in (life.lead_unit, *life.co_units))
    return replace(life, co_units=(*life.co_units, *fresh))


def asked_extension(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, pending="extension", pending_due=step.due_at, pending_reason=step.reason)


def asked_commitment(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(
        life,
        pending="commitment",
        pending_due=step.due_at,
        pending_reason=step.reason,
        pending_plan=step.public_text,
    )


def extended(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(_decided(life), due_at=step.due_at, extended=True, chased_at=None)


def committed(life: Lifecycle, step: Step) -> Lifecycle:
    plan = step.public_text or life.pending_plan
    return replace(_decided(life), due_at=step.due_at, committed=True, chased_at=None, public_text=plan)


def denied(life: Lifecycle, _step: Step) -> Lifecycle:
    return _decided(life)


def answered(life: Lifecycle, step: Step) -> Lifecycle:
    answer = replace(_decided(life), reply_public=step.public_text, reply_internal=step.internal_text)
    return progressed(answer, step)


def completed(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(
        life,
        public_text=step.public_text or life.reply_public,
        completed_at=step.at,
        first_completed_at=life.first_completed_at or step.at,
    )


def answered_at_once(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(
        life,
        public_text=step.public_text,
        accepted_at=life.accepted_at or step.at,
        completed_at=step.at,
        first_completed_at=step.at,
    )


def to_phone(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, phone_since=life.phone_since or step.at)


def reworked(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(_again(life, step), evaluation="unhappy")


def reworked_supervised(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(reworked(life, step), supervise_level=max(life.supervise_level, 2))


def reworked_as_problem(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(reworked(life, step), supervise_level=max(life.supervise_level, 3), problem=True)


def reopened(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(_again(life, step), reopen_count=life.reopen_count + 1, evaluation=None, lawful=False)


def upheld(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, lawful=True, completed_at=step.at)


def evaluated(life: Lifecycle, step: Step) -> Lifecycle:
    over = replace(life, phone_since=None)
    if step.result is None or not step.result.answered:
        return replace(over, evaluation="no_answer")
    happy = "unhappy" if step.result.unhappy else "happy"
    return replace(over, evaluation=happy, rated_via=step.result.via)


def evaluated_supervised(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(evaluated(life, step), supervise_level=max(life.supervise_level, 2))


def called(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, call_count=life.call_count + 1, called_in=step.half_day)


def gave_up_calling(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(called(life, step), evaluation="no_answer", phone_since=None)


def urged(life: Lifecycle, _step: Step) -> Lifecycle:
    return replace(life, urge_count=life.urge_count + 1)


def chased(life: Lifecycle, step: Step) -> Lifecycle:
    level = max(life.supervise_level, 1)
    return replace(life, chase_count=life.chase_count + 1, chased_at=step.at, supervise_level=level)


def supervised(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, supervise_level=step.level or life.supervise_level)


def merged(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, master_ref=step.master_ref)


def repeated(life: Lifecycle, _step: Step) -> Lifecycle:
    return replace(life, repeat_count=life.repeat_count + 1)


def set_free(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, master_ref=None, accepted_at=life.accepted_at or step.at)


def answered_with_master(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, public_text=step.public_text, completed_at=step.at)


def asked_exclusion(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(life, exclusion="requested", exclusion_code=step.reason_code, exclusion_by=step.actor.name)


def excluded(life: Lifecycle, _step: Step) -> Lifecycle:
    return replace(life, exclusion="approved")


def not_excluded(life: Lifecycle, _step: Step) -> Lifecycle:
    return replace(life, exclusion=None, exclusion_code=None, exclusion_by=None)


def _decided(life: Lifecycle) -> Lifecycle:
    return replace(life, pending=None, pending_due=None, pending_reason=None, pending_plan=None)


def _again(life: Lifecycle, step: Step) -> Lifecycle:
    return replace(
        life,
        round=life.round + 1,
        due_at=step.due_at,
        completed_at=None,
        call_count=0,
        called_in=None,
        phone_since=None,
        rated_via=None,
        reply_public=None,
        reply_internal=None,
        committed=False,
    )
