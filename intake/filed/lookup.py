"""Where a ticket stands, asked for: one's own by a word, any by its number and query code."""

from intake.context import Context
from intake.filed.progress import is_number, progress_of
from intake.model.conversation import Errand, Lookup, Side, Turn
from intake.model.messages import Reply
from intake.model.ticket import TicketView

LONGEST = 80
"""Characters of a question by number; a receipt's two lines with number and code fit."""
SHORTEST_TAIL = 3


def is_named(view: TicketView, said: str) -> bool:
    """Whether `said` is the ticket's number or its tail."""
    return len(said) >= SHORTEST_TAIL and view.reference.endswith(said.upper())


def progress(context: Context) -> Turn | None:
    """Where the citizen's own tickets stand, and how to ask for another."""
    rest = context.reading.command_rest
    named = [view for view in context.situation.tickets if is_named(view, rest)]
    if context.situation.lookup is not None:
        return _looked_up(context)
    asks = Errand(Side.PROGRESS, "number")
    if rest and not named:
        return context.turn(Reply(context.say("progress.ask_number")), errand=asks)
    views = named or context.situation.tickets[:5]
    if not views:
        return context.turn(Reply(context.say("progress.none")), errand=asks)
    blocks = [progress_of(view, context) for view in views]
    return context.turn(Reply("\n\n".join([*blocks, context.say("progress.more")])), errand=asks)


def go_on(context: Context) -> Turn | None:
    """A number with its code, or without; anything longer is about something else."""
    said = context.reading.text
    if len(said) > LONGEST:
        return None
    if context.situation.lookup is not None:
        return _looked_up(context)
    named = [view for view in context.situation.tickets if is_named(view, said)]
    if named:
        return context.turn(Reply(progress_of(named[0], context)), errand=None)
    return context.turn(Reply(context.say("progress.ask_number"))) if is_number(said) else None


def _looked_up(context: Context) -> Turn | None:
    match context.situation.lookup:
        case Lookup.FOUND if context.situation.looked_up is not None:
            return context.turn(Reply(progress_of(context.situation.looked_up, context)), errand=None)
        case Lookup.WRONG:
            again = Errand(Side.PROGRESS, "number")
            return context.turn(Reply(context.say("progress.wrong")), errand=again)
        case _:
            return context.turn(Reply(context.say("progress.locked")), errand=None)
