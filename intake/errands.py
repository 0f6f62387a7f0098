"""What is done with tickets already filed: progress, supplement, urge, withdraw.

An errand stands beside the draft and never touches it.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from intake.conversation import Errand, Lookup, Side, TellHotline, Turn
from intake.messages import Choice, Reply
from intake.moment import Moment, pick, snippet, tail
from intake.progress import progress_of
from intake.questions.words import has_words
from intake.status import ENDED
from intake.ticket import TicketView

COMMANDS = {
    "supplement": Side.SUPPLEMENT,
    "urge": Side.URGE,
    "withdraw": Side.WITHDRAW,
}
PICK = "pick"
OFFER = "offer"


def start(side: Side, moment: Moment) -> Turn:
    """Begin an errand: with one open ticket it is that one, with more the citizen picks."""
    open_ones = open_tickets(moment)
    if not open_ones:
        return moment.turn(Reply(moment.say("errand.none_open")), errand=None)
    if len(open_ones) == 1:
        return _on(open_ones[0], side, moment)
    options = _lines(open_ones, moment)
    return moment.turn(Reply(moment.say("errand.pick"), options, step=PICK), errand=Errand(side, PICK))


def go_on(moment: Moment) -> Turn | None:
    """The next word of the errand under way; None when it was about something else."""
    errand = moment.conversation.errand
    if errand is None:
        return None
    if errand.step == PICK:
        return _picked(errand, moment)
    view = next((v for v in moment.situation.tickets if v.reference == errand.reference), None)
    if errand.side is Side.PROGRESS:
        return _looked_up(moment)
    if view is None:
        return None
    if errand.step == OFFER:
        return _offered(errand, view, moment)
    return _supplement(view, moment) if errand.side is Side.SUPPLEMENT else _withdraw(view, moment)


def open_tickets(moment: Moment) -> tuple[TicketView, ...]:
    """The citizen's own tickets that are not at an end, newest first."""
    return tuple(view for view in moment.situation.tickets if view.status not in ENDED)


def _lines(views: tuple[TicketView, ...], moment: Moment) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            v.reference, moment.say("errand.pick_line", tail=tail(v.reference), title=snippet(v.title, 16))
        )
        for v in views[:9]
    )


def _picked(errand: Errand, moment: Moment) -> Turn | None:
    views = open_tickets(moment)
    reference = pick(_lines(views, moment), PICK, moment)
    chosen = next((v for v in views if v.reference == reference), None)
    return _on(chosen, errand.side, moment) if chosen else None


def _on(view: TicketView, side: Side, moment: Moment) -> Turn:
    if side is Side.URGE:
        return _urge(view, moment)
    if side is Side.WITHDRAW:
        return moment.turn(_withdraw_question(view, moment), errand=Errand(side, "confirm", view.reference))
    ask = Reply(moment.say("errand.supplement_ask"), step="supplement")
    return moment.turn(ask, errand=Errand(side, "text", view.reference))


def _supplement(view: TicketView, moment: Moment) -> Turn:
    text = moment.inbound.text.strip()
    files = moment.situation.attachments
    if not files and not has_words(text):
        return moment.turn(Reply(moment.say("errand.supplement_ask"), step="supplement"))
    effect = TellHotline(view.reference, "supplement", text or None, files)
    done = Reply(moment.say("errand.supplement_done", tail=tail(view.reference)), durable=True)
    still = moment.conversation.errand if files and not text else None  # more photos may follow
    return moment.turn(done, effects=(effect,), errand=still)


def _offered(errand: Errand, view: TicketView, moment: Moment) -> Turn | None:
    """A changed message of a filed matter: added if the citizen says so; other words are no answer."""
    options = moment.choices(supplement="edit.offer_yes", no="edit.offer_no")
    option = pick(options, OFFER, moment) or moment.reading.command
    if option in ("supplement", "yes"):
        effect = TellHotline(view.reference, "supplement", errand.text)
        done = Reply(moment.say("errand.supplement_done", tail=tail(view.reference)), durable=True)
        return moment.turn(done, effects=(effect,), errand=None)
    if option in ("no", "cancel", "back"):
        return moment.turn(Reply(moment.say("edit.offer_kept")), errand=None)
    return None


def _urge(view: TicketView, moment: Moment) -> Turn:
    """Once a day for a ticket: more presses nobody."""
    if view.last_urged is not None and _same_day(view.last_urged, moment.now, moment.city.timezone):
        key = "errand.urge_again" if view.due_at else "errand.urge_again_no_due"
        due = moment.day(view.due_at) if view.due_at else ""
        return moment.turn(Reply(moment.say(key, tail=tail(view.reference), due=due)), errand=None)
    done = Reply(moment.say("errand.urge_done", tail=tail(view.reference)), durable=True)
    return moment.turn(done, effects=(TellHotline(view.reference, "urge"),), errand=None)


def _same_day(one: datetime, other: datetime, zone: str) -> bool:
    local = ZoneInfo(zone)
    return one.astimezone(local).date() == other.astimezone(local).date()


def _withdraw_question(view: TicketView, moment: Moment) -> Reply:
    text = moment.say("errand.withdraw_ask", tail=tail(view.reference), title=snippet(view.title, 24))
    return Reply(text, _withdraw_choices(moment), step="withdraw")


def _withdraw_choices(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(withdraw_yes="errand.withdraw_yes", withdraw_no="errand.withdraw_no")


def _withdraw(view: TicketView, moment: Moment) -> Turn:
    option = pick(_withdraw_choices(moment), "withdraw", moment)
    if option == "withdraw_yes" or moment.reading.command == "yes":
        done = Reply(moment.say("errand.withdraw_done", tail=tail(view.reference)), durable=True)
        return moment.turn(done, effects=(TellHotline(view.reference, "withdraw"),), errand=None)
    if option == "withdraw_no" or moment.reading.command in ("no", "cancel", "back"):
        return moment.turn(Reply(moment.say("errand.withdraw_kept")), errand=None)
    return moment.turn(_withdraw_question(view, moment))


def progress(moment: Moment) -> Turn | None:
    """Where the citizen's own tickets stand, and how to ask for another."""
    if moment.situation.lookup is not None:
        return _looked_up(moment)
    views = moment.situation.tickets[:5]
    asks = Errand(Side.PROGRESS, "number")
    if not views:
        return moment.turn(Reply(moment.say("progress.none")), errand=asks)
    blocks = [progress_of(view, moment) for view in views]
    return moment.turn(Reply("\n\n".join([*blocks, moment.say("progress.more")])), errand=asks)


def _looked_up(moment: Moment) -> Turn | None:
    match moment.situation.lookup:
        case Lookup.FOUND if moment.situation.looked_up is not None:
            return moment.turn(Reply(progress_of(moment.situation.looked_up, moment)), errand=None)
        case Lookup.WRONG:
            return moment.turn(Reply(moment.say("progress.wrong")))
        case Lookup.LOCKED:
            return moment.turn(Reply(moment.say("progress.locked")), errand=None)
        case _:
            return None
