"""A ticket's life at the desk: one table of what may happen, to whom, and what follows.

A row says from which states an action may be taken and by whom, what it needs, which
guards must hold, how it changes the ticket, what the citizen is told, and which action
follows by itself. More of the process means more rows. The first row that fits wins.
"""

from collections.abc import Callable
from dataclasses import dataclass

from desk.workflow import guards, rules
from desk.workflow.states import OPEN, WITH_UNIT, Lifecycle, Refused, Role, State, Step

Guard = Callable[[Lifecycle, Step], Refused | None]
Change = Callable[[Lifecycle, Step], Lifecycle]
When = Callable[[Lifecycle, Step], bool]


def _always(_life: Lifecycle, _step: Step) -> bool:
    return True


def _same(life: Lifecycle, _step: Step) -> Lifecycle:
    return life


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. `target` None: the state stays.

    `needs` and `takes` name the fields of `Step` a person must or may fill in. `only` are
    guards that hold whatever is filled in: where one fails, the action is not even offered;
    `guards` look at what was filled in. `clock` names the deadline that becomes `due_at`
    (handle, rework, asked), `clock_change` what becomes of the clocks (`desk.workflow.clocks`);
    `callbacks` are the contract's callback types, in order, `notifies` who at the desk gets a notice (lead,
    co, centre, leader).
    """

    action: str
    sources: frozenset[State]
    target: State | None
    by: frozenset[Role]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    when: When = _always
    only: tuple[Guard, ...] = ()
    guards: tuple[Guard, ...] = ()
    change: Change = _same
    callbacks: tuple[str, ...] = ()
    then: str = ""
    clock: str = ""
    clock_change: str = ""
    notifies: tuple[str, ...] = ()


S = State
_CENTRE = frozenset({Role.CENTRE})
_UNIT = frozenset({Role.UNIT, Role.CENTRE})  # the centre may act for a unit that has no account
_HELPER = frozenset({Role.UNIT})
_STAFF = frozenset({Role.UNIT, Role.CENTRE, Role.LEADER, Role.CALLBACK})
_CITIZEN = frozenset({Role.CITIZEN, Role.CENTRE})  # the centre takes it down for a caller
_RATING = frozenset({Role.CITIZEN, Role.CENTRE, Role.CALLBACK})
_CALLERS = frozenset({Role.CENTRE, Role.CALLBACK})
_ABOVE = frozenset({Role.CENTRE, Role.LEADER})
_SYSTEM = frozenset({Role.SYSTEM})
_CENTRE_OR_SYSTEM = frozenset({Role.CENTRE, Role.SYSTEM})


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_HANDLED = _from(S.SIGNED, S.PROCESSING, S.REWORK)
_MAY_BE_WITHDRAWN = _from(
    S.SUBMITTED,
    S.NEED_INFO,
    S.ACCEPTED,
    S.DISPATCHED,
    S.RETURN_REVIEW,
    S.SIGNED,
    S.PROCESSING,
    S.MERGED,
)
_MAY_BE_EXCLUDED = WITH_UNIT | _from(S.COMPLETED, S.CALLBACK, S.CLOSED)

ROWS: tuple[Transition, ...] = (
    # --- acceptance ---
    Transition(
        "request_info",
        _from(S.SUBMITTED),
        S.NEED_INFO,
        _CENTRE,
        needs=("public_text",),
        clock_change="pause",
        callbacks=("need_info",),
    ),
    Transition(
        "supplement",
        _from(S.NEED_INFO),
        S.SUBMITTED,
        _CITIZEN,
        takes=("text",),
        clock_change="resume",
        notifies=("centre",),
    ),
    Transition("supplement", OPEN, None, _CITIZEN, takes=("text",), notifies=("lead", "co")),
    Transition("supplement", _from(S.MERGED), None, _CITIZEN, takes=("text",), notifies=("centre",)),
    Transition(
        "give_up",
        _from(S.NEED_INFO),
        S.CLOSED_INCOMPLETE,
        _CENTRE_OR_SYSTEM,
        needs=("reason",),
        callbacks=("closed",),
    ),
    Transition(
        "accept",
        _from(S.SUBMITTED),
        S.ACCEPTED,
        _CENTRE,
        change=rules.accepted,
        clock_change="accepted",
        callbacks=("accepted",),
    ),
    Transition(
        "not_accept",
        _from(S.SUBMITTED),
        S.NOT_ACCEPTED,
        _CENTRE,
        needs=("reason", "redirect_channel"),
        guards=(guards.coded,),
        change=rules.not_accepted,
        callbacks=("not_accepted",),
    ),
    Transition(
        "emergency",
        _from(S.SUBMITTED),
        S.EMERGENCY_REDIRECTED,
        _CENTRE,
        needs=("reason", "redirect_channel"),
        change=rules.emergency,
        callbacks=("not_accepted",),
    ),
    Transition(
        "merge",
        _from(S.SUBMITTED, S.ACCEPTED),
        S.MERGED,
        _CENTRE,
        needs=("master_ref",),
        change=rules.merged,
        callbacks=("merged",),
    ),
    Transition("absorb", OPEN, None, _SYSTEM, change=rules.repeated, notifies=("lead",)),
    Transition(
        "master_done",
        _from(S.MERGED),
        None,
        _SYSTEM,
        needs=("public_text",),
        change=rules.answered_with_master,
        callbacks=("completed",),
    ),
    Transition(
        "master_refused", _from(S.MERGED), None, _SYSTEM, needs=("reason",), callbacks=("not_accepted",)
    ),
    Transition("master_reworked", _from(S.MERGED), None, _SYSTEM, callbacks=("rework",)),
    Transition("master_closed", _from(S.MERGED), None, _SYSTEM, callbacks=("closed",)),
    Transition(  # its master ended without a word on the matter
        "set_free",
        _from(S.MERGED),
        S.ACCEPTED,
        _SYSTEM,
        change=rules.set_free,
        clock_change="accepted",
        callbacks=("accepted",),
        notifies=("centre",),
    ),
    Transition(
        "direct_answer",
        _from(S.SUBMITTED, S.ACCEPTED),
        S.DIRECT_ANSWERED,
        _CENTRE,
        needs=("public_text",),
        takes=("internal_text",),
        change=rules.answered_at_once,
        callbacks=("direct_answered",),
        then="survey_start",
    ),
    # --- dispatch and return ---
    Transition(
        "dispatch",
        _from(S.ACCEPTED),
        S.DISPATCHED,
        _CENTRE,
        needs=("lead_unit",),
        takes=("co_units", "due_at", "text"),
        guards=(guards.lead_is_not_co_unit, guards.due_later),
        change=rules.dispatched,
        callbacks=("dispatched",),
        clock="handle",
        clock_change="unit",
        notifies=("lead", "co"),
    ),
    Transition(  # a direct answer that did not do
        "dispatch",
        _from(S.REWORK),
        S.DISPATCHED,
        _CENTRE,
        needs=("lead_unit",),
        takes=("co_units", "due_at", "text"),
        when=rules.unled,
        guards=(guards.lead_is_not_co_unit, guards.due_later),
        change=rules.dispatched,
        callbacks=("reassigned",),
        clock="rework",
        clock_change="unit",
        notifies=("lead", "co"),
    ),
    Transition(
        "sign",
        _from(S.DISPATCHED),
        S.SIGNED,
        _UNIT,
        only=(guards.own_unit,),
        change=rules.signed,
        callbacks=("signed",),
    ),
    Transition(
        "return_request",
        _from(S.DISPATCHED, S.SIGNED),
        S.RETURN_REVIEW,
        _UNIT,
        needs=("reason", "text"),
        only=(guards.own_unit, guards.may_return),
        clock_change="pause",
        notifies=("centre",),
    ),
    Transition(
        "redispatch",
        _from(S.RETURN_REVIEW),
        S.DISPATCHED,
        _CENTRE,
        needs=("lead_unit",),
        takes=("co_units", "due_at", "text"),
        guards=(guards.another_lead, guards.lead_is_not_co_unit, guards.due_later),
        change=rules.returned,
        callbacks=("reassigned",),
        clock="handle",
        clock_change="unit",
        notifies=("lead", "co"),
    ),
    Transition(
        "return_reject",
        _from(S.RETURN_REVIEW),
        S.SIGNED,
        _CENTRE,
        needs=("text",),
        when=rules.unsigned,
        change=rules.return_denied,
        clock_change="resume",
        callbacks=("signed",),
        notifies=("lead",),
    ),
    Transition(
        "return_reject",
        _from(S.RETURN_REVIEW),
        S.SIGNED,
        _CENTRE,
        needs=("text",),
        change=rules.return_denied,
        clock_change="resume",
        notifies=("lead",),
    ),
    Transition(
        "reassign",
        _from(S.DISPATCHED, S.SIGNED, S.PROCESSING),
        S.DISPATCHED,
        _CENTRE,
        needs=("lead_unit", "text"),
        takes=("co_units", "due_at"),
        guards=(guards.another_lead, guards.lead_is_not_co_unit, guards.due_later),
        change=rules.dispatched,
        callbacks=("reassigned",),
        clock="handle",
        clock_change="unit",
        notifies=("lead", "co"),
    ),
    # --- handling ---
    Transition(
        "contact",
        _from(S.SIGNED, S.REWORK),
        S.PROCESSING,
        _UNIT,
        takes=("text",),
        only=(guards.own_unit, guards.has_lead),
        change=rules.contacted,
        callbacks=("contacted",),
    ),
    Transition(
        "start",
        _from(S.SIGNED, S.REWORK),
        S.PROCESSING,
        _UNIT,
        needs=("text",),
        only=(guards.own_unit, guards.has_lead),
    ),
    Transition(
        "answer",
        _from(S.PROCESSING, S.REWORK),
        S.REPLY_REVIEW,
        _UNIT,
        needs=("public_text", "internal_text"),
        only=(guards.own_unit, guards.has_lead),
        change=rules.answered,
        notifies=("centre",),
    ),
    Transition(
        "progress",
        _HANDLED,
        None,
        _UNIT,
        needs=("text",),
        only=(guards.own_unit, guards.has_lead),
        change=rules.progressed,
    ),
    Transition(
        "contribute",
        _HANDLED | _from(S.DISPATCHED),
        None,
        _HELPER,
        needs=("text",),
        only=(guards.helper,),
        notifies=("lead",),
    ),
    Transition(
        "assist",
        _HANDLED | _from(S.DISPATCHED),
        None,
        _UNIT,
        needs=("co_units", "text"),
        only=(guards.own_unit, guards.has_lead),
        guards=(guards.new_helpers,),
        change=rules.helped,
        notifies=("co", "centre"),
    ),
    Transition(
        "extend_request",
        _HANDLED,
        None,
        _UNIT,
        needs=("due_at", "reason"),
        only=(
            guards.own_unit,
            guards.nothing_pending,
            guards.not_extended,
            guards.before_due,
            guards.extendable,
        ),
        guards=(guards.within_limit,),
        change=rules.asked_extension,
        notifies=("centre",),
    ),
    Transition(
        "extend_approve",
        _HANDLED,
        None,
        _CENTRE,
        needs=("reason",),
        only=(guards.extension_pending,),
        change=rules.extended,
        clock="asked",
        callbacks=("extended",),
        notifies=("lead", "co"),
    ),
    Transition(
        "extend_deny",
        _HANDLED,
        None,
        _CENTRE,
        needs=("text",),
        only=(guards.extension_pending,),
        change=rules.denied,
        notifies=("lead",),
    ),
    Transition(
        "commit_request",
        _HANDLED,
        None,
        _UNIT,
        needs=("due_at", "public_text", "reason"),
        only=(
            guards.own_unit,
            guards.nothing_pending,
            guards.not_committed,
            guards.before_due,
            guards.extendable,
        ),
        guards=(guards.within_limit,),
        change=rules.asked_commitment,
        notifies=("centre",),
    ),
    Transition(
        "commit_approve",
        _HANDLED,
        None,
        _CENTRE,
        needs=("public_text",),
        only=(guards.commitment_pending,),
        change=rules.committed,
        clock="asked",
        callbacks=("committed",),
        notifies=("lead", "co"),
    ),
    Transition(
        "commit_deny",
        _HANDLED,
        None,
        _CENTRE,
        needs=("text",),
        only=(guards.commitment_pending,),
        change=rules.denied,
        notifies=("lead",),
    ),
    # --- review, survey, rework ---
    Transition(
        "send_back", _from(S.REPLY_REVIEW), S.PROCESSING, _CENTRE, needs=("reason",), notifies=("lead",)
    ),
    Transition(
        "complete",
        _from(S.REPLY_REVIEW),
        S.COMPLETED,
        _CENTRE,
        takes=("public_text",),
        change=rules.completed,
        callbacks=("completed",),
        then="survey_start",
    ),
    Transition(
        "survey_start",
        _from(S.COMPLETED, S.DIRECT_ANSWERED),
        S.CALLBACK,
        _SYSTEM,
        callbacks=("survey_requested",),
    ),
    Transition(
        "no_channel",
        _from(S.CALLBACK),
        None,
        _SYSTEM,
        change=rules.to_phone,
        notifies=("centre",),
    ),
    Transition(
        "survey_result",
        _from(S.CALLBACK),
        None,
        _RATING,
        needs=("result",),
        when=rules.unreachable,
        guards=(guards.of_this_round,),
        change=rules.to_phone,
        notifies=("centre",),
    ),
    Transition(
        "survey_result",
        _from(S.CALLBACK),
        S.REWORK,
        _RATING,
        needs=("result",),
        when=rules.third_rework,
        guards=(guards.of_this_round,),
        change=rules.reworked_as_problem,
        callbacks=("rework", "supervised"),
        clock="rework",
        clock_change="rework",
        notifies=("lead", "co", "centre", "leader"),
    ),
    Transition(
        "survey_result",
        _from(S.CALLBACK),
        S.REWORK,
        _RATING,
        needs=("result",),
        when=rules.second_rework,
        guards=(guards.of_this_round,),
        change=rules.reworked_supervised,
        callbacks=("rework", "supervised"),
        clock="rework",
        clock_change="rework",
        notifies=("lead", "co", "centre"),
    ),
    Transition(
        "survey_result",
        _from(S.CALLBACK),
        S.REWORK,
        _RATING,
        needs=("result",),
        when=rules.rework_is_due,
        guards=(guards.of_this_round,),
        change=rules.reworked,
        callbacks=("rework",),
        clock="rework",
        clock_change="rework",
        notifies=("lead", "co", "centre"),
    ),
    Transition(
        "survey_result",
        _from(S.CALLBACK),
        S.CLOSED,
        _RATING,
        needs=("result",),
        when=rules.unhappy_again,
        guards=(guards.of_this_round,),
        change=rules.evaluated_supervised,
        callbacks=("closed",),
        notifies=("lead", "co", "centre"),
    ),
    Transition(
        "survey_result",
        _from(S.CALLBACK),
        S.CLOSED,
        _RATING,
        needs=("result",),
        when=rules.unhappy_at_all,
        guards=(guards.of_this_round,),
        change=rules.evaluated,
        callbacks=("closed",),
        notifies=("lead",),
    ),
    Transition(
        "survey_result",
        _from(S.CALLBACK),
        S.CLOSED,
        _RATING,
        needs=("result",),
        guards=(guards.of_this_round,),
        change=rules.evaluated,
        callbacks=("closed",),
    ),
    *(
        Transition(
            "survey_result",
            _from(S.CLOSED),
            S.REWORK,
            _RATING,
            needs=("result",),
            when=when,
            only=(guards.may_be_rated_again,),
            guards=(guards.of_this_round,),
            change=change,
            callbacks=("rework", *more),
            clock="rework",
            clock_change="rework",
            notifies=("lead", "co", "centre"),
        )
        for when, change, more in (
            (rules.third_rework, rules.reworked_as_problem, ("supervised",)),
            (rules.second_rework, rules.reworked_supervised, ("supervised",)),
            (rules.rework_is_due, rules.reworked, ()),
        )
    ),
    Transition(
        "survey_result",
        _from(S.CLOSED),
        None,
        _RATING,
        needs=("result",),
        when=rules.unhappy_at_all,
        only=(guards.may_be_rated_again,),
        guards=(guards.of_this_round,),
        change=rules.evaluated,
        notifies=("lead",),
    ),
    Transition(
        "survey_result",
        _from(S.CLOSED),
        None,
        _RATING,
        needs=("result",),
        only=(guards.may_be_rated_again,),
        guards=(guards.of_this_round,),
        change=rules.evaluated,
    ),
    Transition(
        "call",
        _from(S.CALLBACK),
        S.CLOSED,
        _CALLERS,
        takes=("text",),
        when=rules.last_call,
        only=(guards.another_half_day,),
        change=rules.gave_up_calling,
        callbacks=("closed",),
    ),
    Transition(
        "call",
        _from(S.CALLBACK),
        None,
        _CALLERS,
        takes=("text",),
        only=(guards.another_half_day,),
        change=rules.called,
    ),
    Transition(
        "uphold",
        _from(S.REWORK),
        S.CLOSED,
        _CENTRE,
        needs=("reason", "text"),
        only=(guards.unhappy,),
        change=rules.upheld,
        callbacks=("closed",),
        notifies=("lead",),
    ),
    Transition(
        "reopen",
        _from(S.CLOSED),
        S.REWORK,
        _CENTRE,
        needs=("reason",),
        change=rules.reopened,
        callbacks=("rework",),
        clock="rework",
        clock_change="rework",
        notifies=("lead", "co"),
    ),
    # --- over it all ---
    Transition(
        "chase",
        WITH_UNIT,
        None,
        _SYSTEM,
        change=rules.chased,
        notifies=("lead", "centre"),
    ),
    Transition(
        "supervise",
        WITH_UNIT,
        None,
        _ABOVE,
        needs=("level", "text"),
        when=rules.serious,
        only=(guards.not_highest,),
        guards=(guards.raised, guards.leaders_level),
        change=rules.supervised,
        callbacks=("supervised",),
        notifies=("lead", "co"),
    ),
    Transition(
        "supervise",
        WITH_UNIT,
        None,
        _ABOVE,
        needs=("level", "text"),
        only=(guards.not_highest,),
        guards=(guards.raised, guards.leaders_level),
        change=rules.supervised,
        notifies=("lead", "co"),
    ),
    Transition("urge", OPEN, None, _CITIZEN, takes=("text",), change=rules.urged, notifies=("lead", "co")),
    Transition("urge", _from(S.MERGED), None, _CITIZEN, takes=("text",), change=rules.urged),
    Transition(
        "withdraw",
        _MAY_BE_WITHDRAWN,
        S.WITHDRAWN,
        _CITIZEN,
        takes=("reason",),
        callbacks=("withdrawn",),
        notifies=("lead", "co"),
    ),
    Transition(
        "exclude_request",
        _MAY_BE_EXCLUDED,
        None,
        _UNIT,
        needs=("reason_code", "text"),
        when=rules.led,
        only=(guards.own_unit, guards.not_excluded),
        change=rules.asked_exclusion,
        notifies=("centre", "leader"),
    ),
    Transition(
        "exclude_approve",
        _MAY_BE_EXCLUDED,
        None,
        _ABOVE,
        takes=("text",),
        only=(guards.exclusion_pending, guards.second_person),
        change=rules.excluded,
    ),
    Transition(
        "exclude_deny",
        _MAY_BE_EXCLUDED,
        None,
        _ABOVE,
        needs=("text",),
        only=(guards.exclusion_pending, guards.second_person),
        change=rules.not_excluded,
    ),
    Transition("erase", frozenset(State), None, _CITIZEN | {Role.SYSTEM}),  # by itself when its term is over
    Transition("unseal", frozenset(State), None, _ABOVE, needs=("reason",), notifies=("leader",)),
    Transition("note", frozenset(State), None, _STAFF, needs=("text",), only=(guards.involved,)),
)
