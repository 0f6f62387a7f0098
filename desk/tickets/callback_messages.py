"""What a step lets the citizen know: the contract's callback for each type. Pure.

Units go out as ids of the city profile; the front door has the names. A text written
for the citizen goes out as `public_text` and nowhere else; a refusal's reason is its own field.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from desk.workflow.states import Lifecycle, Step
from hotline.contract import Callback

_ENDS_WITH_REASON = frozenset({"give_up", "uphold", "master_closed"})
Fields = Callable[[Lifecycle, Step, str], dict[str, Any]]


def callback(
    type_: str, *, event_id: str, hotline_ref: str, reference: str, title: str, life: Lifecycle, step: Step
) -> Callback:
    """The document for one callback; `life` is the ticket after the step."""
    return Callback.model_validate(
        {
            "event_id": event_id,
            "type": type_,
            "at": step.at,
            "hotline_ref": hotline_ref,
            "reference": reference,
            "round": life.round,
            **FIELDS[type_](life, step, title),
        }
    )


def message(conversation: str, *, event_id: str, at: datetime, text: str) -> Callback:
    """A person at the desk writes to a citizen who asked for one."""
    return Callback(event_id=event_id, type="message", at=at, conversation=conversation, public_text=text)


def _nothing(_life: Lifecycle, _step: Step, _title: str) -> dict[str, Any]:
    return {}


def _asked(_life: Lifecycle, step: Step, _title: str) -> dict[str, Any]:
    return {"public_text": step.public_text}


def _refused(_life: Lifecycle, step: Step, _title: str) -> dict[str, Any]:
    return {
        "reason": step.reason,
        "redirect_channel": step.redirect_channel,
        "public_text": step.public_text,
    }


def _units(life: Lifecycle, step: Step, _title: str) -> dict[str, Any]:
    # A round begun with a reason (new facts) is told with it; a dispatch's notes are internal.
    reason = {"reason": step.reason} if step.action in ("reopen", "master_reworked") else {}
    return {
        "lead_unit": life.lead_unit or step.lead_unit,  # a merged ticket's is its master's
        "co_units": life.co_units,
        "due_at": life.due_at or step.due_at,
        **reason,
    }


def _unit(life: Lifecycle, _step: Step, _title: str) -> dict[str, Any]:
    return {"unit": life.lead_unit, "co_units": life.co_units, "due_at": life.due_at}


def _later(life: Lifecycle, step: Step, _title: str) -> dict[str, Any]:
    return {"unit": life.lead_unit, "due_at": life.due_at, "reason": step.reason}


def _promised(life: Lifecycle, step: Step, _title: str) -> dict[str, Any]:
    return {"unit": life.lead_unit, "due_at": life.due_at, "public_text": step.public_text}


def _supervised(life: Lifecycle, _step: Step, _title: str) -> dict[str, Any]:
    return {"unit": life.lead_unit}


def _answered(life: Lifecycle, step: Step, _title: str) -> dict[str, Any]:
    return {"unit": life.lead_unit or step.lead_unit, "public_text": life.public_text}


def _survey(life: Lifecycle, _step: Step, title: str) -> dict[str, Any]:
    return {"survey": {"title": title, "unit": life.lead_unit, "completed_at": life.completed_at}}


def _merged(life: Lifecycle, _step: Step, _title: str) -> dict[str, Any]:
    return {"master_ref": life.master_ref}


def _closed(_life: Lifecycle, step: Step, _title: str) -> dict[str, Any]:
    return {"reason": step.reason} if step.action in _ENDS_WITH_REASON else {}


FIELDS: dict[str, Fields] = {
    "accepted": _nothing,
    "need_info": _asked,
    "not_accepted": _refused,
    "direct_answered": _answered,
    "dispatched": _units,
    "reassigned": _units,
    "signed": _unit,
    "contacted": _unit,
    "extended": _later,
    "committed": _promised,
    "completed": _answered,
    "survey_requested": _survey,
    "rework": _units,
    "supervised": _supervised,
    "merged": _merged,
    "withdrawn": _nothing,
    "closed": _closed,
}
