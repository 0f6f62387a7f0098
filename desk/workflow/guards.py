"""Why a step must not be: each guard answers None, or the refusal with its reason. All pure."""

from datetime import timedelta

from desk.workflow.states import Lifecycle, Refused, Role, Step

RATING_LASTS = timedelta(days=8)
"""A window of seven days, and one for what is on its way."""
PHONE = "TEL"


def own_unit(life: Lifecycle, step: Step) -> Refused | None:
    if step.actor.role is not Role.UNIT or step.actor.unit == life.lead_unit:
        return None
    return Refused("not_your_ticket", "only the lead unit may do this")


def coded(_life: Lifecycle, step: Step) -> Refused | None:
    """A refusal to accept is one of the kinds the law knows, not only somebody's sentence."""
    return None if step.reason_code else Refused("needs_reason", "a refusal to accept names its kind")


def involved(life: Lifecycle, step: Step) -> Refused | None:
    if step.actor.role is not Role.UNIT or step.actor.unit in (life.lead_unit, *life.co_units):
        return None
    return Refused("not_your_ticket", "this ticket belongs to other units")


def helper(life: Lifecycle, step: Step) -> Refused | None:
    if step.actor.unit in life.co_units:
        return None
    return Refused("not_a_helper", "only a co-unit hands in a contribution")


def has_lead(life: Lifecycle, _step: Step) -> Refused | None:
    return None if life.lead_unit else Refused("no_lead", "the ticket has no lead unit")


def lead_is_not_co_unit(_life: Lifecycle, step: Step) -> Refused | None:
    if step.lead_unit in step.co_units:
        return Refused("lead_is_co_unit", "the lead unit cannot be its own co-unit")
    return None


def another_lead(life: Lifecycle, step: Step) -> Refused | None:
    if step.lead_unit == life.lead_unit:
        return Refused("same_lead", "this unit leads already")
    return None


def new_helpers(life: Lifecycle, step: Step) -> Refused | None:
    if set(step.co_units) <= {life.lead_unit, *life.co_units}:
        return Refused("no_new_helper", "these units are at it already")
    return None


def due_later(_life: Lifecycle, step: Step) -> Refused | None:
    if step.due_at is not None and step.due_at <= step.at:
        return Refused("due_in_the_past", "the deadline lies in the past")
    return None


def may_return(life: Lifecycle, step: Step) -> Refused | None:
    if life.designated:
        return Refused("designated", "the centre has designated this unit")
    if life.return_denied:
        return Refused("return_denied", "a return has been refused already")
    if life.return_due is None or step.at >= life.return_due:
        return Refused("return_too_late", "the time to ask for a return is over")
    return None


def nothing_pending(life: Lifecycle, _step: Step) -> Refused | None:
    return Refused("already_asked", "a request waits for its decision") if life.pending else None


def not_extended(life: Lifecycle, _step: Step) -> Refused | None:
    return Refused("extended_once", "the deadline has been extended once") if life.extended else None


def not_committed(life: Lifecycle, _step: Step) -> Refused | None:
    return Refused("committed_once", "there is a commitment already") if life.committed else None


def before_due(life: Lifecycle, step: Step) -> Refused | None:
    if life.due_at is None or step.at >= life.due_at:
        return Refused("overdue", "this must be asked for before the deadline")
    return None


def extendable(_life: Lifecycle, step: Step) -> Refused | None:
    return None if step.limit else Refused("not_extendable", "a deadline of this urgency is not extended")


def within_limit(life: Lifecycle, step: Step) -> Refused | None:
    if step.due_at is None or step.limit is None:
        return None
    if life.due_at is not None and step.due_at <= life.due_at:
        return Refused("not_later", "this is not later than the present deadline")
    return Refused("too_far", "this is later than allowed") if step.due_at > step.limit else None


def extension_pending(life: Lifecycle, _step: Step) -> Refused | None:
    return None if life.pending == "extension" else Refused("nothing_asked", "no extension was asked for")


def commitment_pending(life: Lifecycle, _step: Step) -> Refused | None:
    return None if life.pending == "commitment" else Refused("nothing_asked", "no commitment was asked for")


def of_this_round(life: Lifecycle, step: Step) -> Refused | None:
    if step.result is not None and step.result.round in (None, life.round):
        return None
    return Refused("other_round", "the survey belongs to another round")


def another_half_day(life: Lifecycle, step: Step) -> Refused | None:
    """Three calls in one morning reach nobody who works in the mornings."""
    if life.called_in is None or step.half_day is None or step.half_day != life.called_in:
        return None
    return Refused("same_half_day", "they were called in this half-day already")


def may_be_rated_again(life: Lifecycle, step: Step) -> Refused | None:
    """Within the window a result may change; what was said on the telephone goes before a chat."""
    if life.evaluation is None or life.lawful or life.closed_at is None:
        return Refused("not_rated", "this ticket was not closed by a survey")
    if step.at - life.closed_at > RATING_LASTS:
        return Refused("rating_over", "the time for rating is over")
    if step.actor.role is Role.CITIZEN and life.rated_via == PHONE:
        return Refused("rated_by_phone", "what was said on the telephone goes before a chat")
    if step.actor.role is Role.CITIZEN and life.evaluation == "no_answer":
        return Refused("rating_over", "the window was over before they answered")
    return None


def unhappy(life: Lifecycle, _step: Step) -> Refused | None:
    return None if life.evaluation == "unhappy" else Refused("not_unhappy", "the citizen was not unhappy")


def raised(life: Lifecycle, step: Step) -> Refused | None:
    if step.level is not None and not life.supervise_level < step.level <= 4:
        return Refused("level_not_higher", "supervision only rises, up to 4")
    return None


def leaders_level(_life: Lifecycle, step: Step) -> Refused | None:
    if step.level == 4 and step.actor.role is not Role.LEADER:
        return Refused("leaders_level", "only a leader gives an instruction of level 4")
    return None


def not_highest(life: Lifecycle, _step: Step) -> Refused | None:
    return Refused("level_not_higher", "supervision is at its highest") if life.supervise_level >= 4 else None


def not_excluded(life: Lifecycle, _step: Step) -> Refused | None:
    return Refused("already_asked", "an exclusion was asked for already") if life.exclusion else None


def exclusion_pending(life: Lifecycle, _step: Step) -> Refused | None:
    if life.exclusion == "requested":
        return None
    return Refused("nothing_asked", "no exclusion was asked for")


def second_person(life: Lifecycle, step: Step) -> Refused | None:
    if step.actor.name == life.exclusion_by:
        return Refused("second_person", "somebody else must decide on this")
    return None
