"""Where a ticket stands, asked for: one's own by a word, any by its number and query code."""

from intake.conversation import Errand, Lookup, Side, Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.progress import is_number, progress_of
from intake.ticket import TicketView

LONGEST = 80
"""Characters of a question by number; a receipt's two lines with number and code fit."""
SHORTEST_TAIL = 3


def is_named(view: TicketView, said: str) -> bool:
    """Whether `said` is the ticket's number or its tail."""
    return len(said) >= SHORTEST_TAIL and view.reference.endswith(said.upper())


def progress(moment: Moment) -> Turn | None:
    """Where the citizen's own tickets stand, and how to ask for another."""
    rest = moment.reading.command_rest
    named = [view for view in moment.situation.tickets if is_named(view, rest)]
    if moment.situation.lookup is not None:
        return _looked_up(moment)
    asks = Errand(Side.PROGRESS, "number")
    if rest and not named:
        return moment.turn(Reply(moment.say("progress.ask_number")), errand=asks)
    views = named or moment.situation.tickets[:5]
    if not views:
        return moment.turn(Reply(moment.say("progress.none")), errand=asks)
    blocks = [progress_of(view, moment) for view in views]
    return moment.turn(Reply("\n\n".join([*blocks, moment.say("progress.more")])), errand=asks)


def go_on(moment: Moment) -> Turn | None:
    """A number with its code, or without; anything longer is about something else."""
    said = moment.reading.text
    if len(said) > LONGEST:
        return None
    if moment.situation.lookup is not None:
        return _looked_up(moment)
    named = [view for view in moment.situation.tickets if is_named(view, said)]
    if named:
        return moment.turn(Reply(progress_of(named[0], moment)), errand=None)
    return moment.turn(Reply(moment.say("progress.ask_number"))) if is_number(said) else None


def _looked_up(moment: Moment) -> Turn | None:
    match moment.situation.lookup:
        case Lookup.FOUND if moment.situation.looked_up is not None:
            return moment.turn(Reply(progress_of(moment.situation.looked_up, moment)), errand=None)
        case Lookup.WRONG:
            again = Errand(Side.PROGRESS, "number")
            return moment.turn(Reply(moment.say("progress.wrong")), errand=again)
        case _:
            return moment.turn(Reply(moment.say("progress.locked")), errand=None)
