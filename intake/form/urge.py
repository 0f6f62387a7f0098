"""催办: who may press for an answer, and what becomes of it. Once a day for a ticket: more presses nobody."""

from datetime import datetime
from zoneinfo import ZoneInfo

from intake.context import Context, tail
from intake.model.conversation import Effect, TellHotline
from intake.model.messages import Reply
from intake.model.status import ENDED, Status
from intake.model.ticket import TicketView

_ANSWERED = frozenset({Status.DIRECT_ANSWERED, Status.COMPLETED, Status.CALLBACK})


def may_be_urged(view: TicketView) -> bool:
    """Nobody presses for what is answered or over."""
    return view.status not in _ANSWERED | ENDED


def urged(view: TicketView, context: Context) -> tuple[Reply, tuple[Effect, ...]]:
    """What the citizen hears, and what the backend does; nothing for the second time in a day."""
    if view.last_urged is not None and _same_day(view.last_urged, context.now, context.city.timezone):
        key = "errand.urge_again" if view.due_at else "errand.urge_again_no_due"
        due = context.day(view.due_at) if view.due_at else ""
        return Reply(context.say(key, tail=tail(view.reference), due=due)), ()
    done = Reply(context.say("errand.urge_done", tail=tail(view.reference)), durable=True)
    return done, (TellHotline(view.reference, "urge"),)


def _same_day(one: datetime, other: datetime, zone: str) -> bool:
    local = ZoneInfo(zone)
    return one.astimezone(local).date() == other.astimezone(local).date()
