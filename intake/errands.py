"""What is done with tickets already filed: supplement, correct, urge, withdraw.

An errand stands beside the draft and never touches it.
"""

from dataclasses import replace

from intake import bound_phone, form, inquiry
from intake.conversation import CorrectTicket, Effect, Errand, Side, TellHotline, Turn
from intake.inquiry import is_named
from intake.messages import Choice, Reply
from intake.moment import Moment, pick, snippet, tail
from intake.questions.words import has_words
from intake.status import ENDED
from intake.ticket import TicketView
from intake.urging import may_be_urged, urged

PICK = "pick"
OFFER = "offer"
WITHDRAW = "withdraw"


_ELSEWHERE = {Side.PROGRESS: inquiry.go_on, Side.BIND: bound_phone.go_on}
"""Errands about no ticket of the citizen's own go on where they belong."""


def start(side: Side, moment: Moment) -> Turn:
    """Begin an errand: with the one ticket, or the one whose number is named; else the citizen picks."""
    views = _open_for(side, moment)
    if not views:
        return _done(moment, Reply(moment.say("errand.none_open")))
    rest = moment.reading.command_rest
    errand = Errand(side, PICK, text=rest, attachments=moment.situation.attachments)
    named = [view for view in views if is_named(view, rest)]
    if len(named) == 1:
        return _on(named[0], replace(errand, text=""), moment)
    if len(views) == 1:
        return _on(views[0], errand, moment)
    moment = moment.changed(errand=errand)
    return moment.turn(_pick_question(moment))


def go_on(moment: Moment) -> Turn | None:
    """The next word of the errand under way; None when it was about something else."""
    errand = moment.conversation.errand
    if errand is None:
        return None
    if errand.side in _ELSEWHERE:
        return _ELSEWHERE[errand.side](moment)
    if errand.step == PICK:
        return _picked(errand, moment)
    view = next((v for v in moment.situation.tickets if v.reference == errand.reference), None)
    if view is None:
        return None
    if errand.step == OFFER:
        return _offered(errand, view, moment)
    return _withdraw(view, moment) if errand.side is Side.WITHDRAW else _supplement(view, moment)


def question(moment: Moment) -> Reply | None:
    """What the errand under way waits for."""
    errand = moment.conversation.errand
    if errand is not None and errand.side is Side.BIND:
        return bound_phone.question(moment)
    view = next((v for v in moment.situation.tickets if errand and v.reference == errand.reference), None)
    if errand is None or errand.side is Side.PROGRESS:
        return None
    if errand.step == PICK:
        return _pick_question(moment)
    if errand.step == OFFER and view:
        return offer(view, moment)
    if errand.side is Side.WITHDRAW and view:
        return _withdraw_question(view, moment)
    return _text_question(errand, moment)


def _text_question(errand: Errand | None, moment: Moment) -> Reply:
    """The words of a supplement, or of a correction, are awaited."""
    if errand is not None and errand.side is Side.CORRECT:
        return Reply(moment.say("errand.correct_ask"), step="supplement")
    return Reply(moment.say("errand.supplement_ask"), step="supplement")


def leave(moment: Moment) -> Turn:
    """The errand is given up; the form's question comes back."""
    errand = moment.conversation.errand
    withdrawing = errand is not None and errand.side is Side.WITHDRAW
    return _done(moment, Reply(moment.say("errand.withdraw_kept" if withdrawing else "cancel.left")))


def _done(moment: Moment, *told: Reply, effects: tuple[Effect, ...] = ()) -> Turn:
    """The errand is over; what was asked before it is asked again."""
    moment = moment.changed(errand=None)
    turn = form.repeat(moment, *told) if moment.conversation.draft else moment.turn(*told)
    return replace(turn, effects=effects)


def open_tickets(moment: Moment) -> tuple[TicketView, ...]:
    """The citizen's own tickets that are not at an end, newest first."""
    return tuple(view for view in moment.situation.tickets if view.status not in ENDED)


def _open_for(side: Side, moment: Moment) -> tuple[TicketView, ...]:
    """What the errand can be about."""
    return tuple(view for view in open_tickets(moment) if side is not Side.URGE or may_be_urged(view))


def _pick_question(moment: Moment) -> Reply:
    errand = moment.conversation.errand
    side = errand.side if errand else Side.SUPPLEMENT
    return Reply(moment.say("errand.pick"), _lines(_open_for(side, moment), moment), step=PICK)


def _lines(views: tuple[TicketView, ...], moment: Moment) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            v.reference,
            moment.say("errand.pick_line", tail=tail(v.reference), title=snippet(moment.called(v.title), 16)),
        )
        for v in views[:9]
    )


def _picked(errand: Errand, moment: Moment) -> Turn | None:
    views = _open_for(errand.side, moment)
    if not views:
        return _done(moment, Reply(moment.say("errand.none_open")))
    reference = pick(_lines(views, moment), PICK, moment)
    said = moment.reading.text
    chosen = next((v for v in views if v.reference == reference or is_named(v, said)), None)
    if chosen is not None:
        return _on(chosen, errand, moment)
    return None if _is_another_matter(moment) else moment.turn(_pick_question(moment))


def _is_another_matter(moment: Moment) -> bool:
    inbound = moment.inbound
    said = has_words(inbound.text) and moment.reading.command is None
    return said or bool(inbound.media or inbound.location or inbound.contact)


def _on(view: TicketView, errand: Errand, moment: Moment) -> Turn:
    if errand.side is Side.URGE:
        return _urge(view, moment)
    if errand.side is Side.WITHDRAW:
        errand = Errand(errand.side, WITHDRAW, view.reference)
        return moment.turn(_withdraw_question(view, moment), errand=errand)
    if has_words(errand.text) or errand.attachments:
        return _added(view, errand.text, errand.attachments, moment.changed(errand=errand))
    return moment.turn(_text_question(errand, moment), errand=Errand(errand.side, "text", view.reference))


def _supplement(view: TicketView, moment: Moment) -> Turn:
    text, files = _told(moment), moment.situation.attachments
    if moment.reading.command in ("yes", "no", "submit", "thanks"):
        return leave(moment)  # nothing more to add
    if not files and not has_words(text):
        return moment.turn(_text_question(moment.conversation.errand, moment))
    if files and not text:  # more photos may follow
        done = Reply(moment.say("errand.supplement_done", tail=tail(view.reference)), durable=True)
        return moment.turn(done, effects=(TellHotline(view.reference, "supplement", None, files),))
    return _added(view, text, files, moment)


def _told(moment: Moment) -> str:
    """The words, or a pin in words."""
    pin = moment.inbound.location
    return (
        f"{pin.label} ({pin.lat:.5f},{pin.lng:.5f}, {pin.coord_sys})" if pin else moment.inbound.text.strip()
    )


def _added(view: TicketView, text: str, files: tuple[str, ...], moment: Moment) -> Turn:
    errand = moment.conversation.errand
    if errand is not None and errand.side is Side.CORRECT:
        return _corrected(view, text, files, moment)
    effect = TellHotline(view.reference, "supplement", text or None, files)
    done = Reply(moment.say("errand.supplement_done", tail=tail(view.reference)), durable=True)
    return _done(moment, done, effects=(effect,))


def _corrected(view: TicketView, text: str, files: tuple[str, ...], moment: Moment) -> Turn:
    """The backend hears it marked as a correction; a number in it replaces the one we keep."""
    told = TellHotline(view.reference, "supplement", moment.say("errand.correction", text=text), files)
    phone = moment.reading.phone
    own = (CorrectTicket(view.reference, phone.value),) if phone else ()
    done = Reply(moment.say("errand.correct_done", tail=tail(view.reference)), durable=True)
    return _done(moment, done, effects=(told, *own))


def offer(view: TicketView, moment: Moment) -> Reply:
    """Shall the changed message follow its matter?"""
    text = moment.say("edit.offer", tail=tail(view.reference))
    return Reply(text, _offer_choices(moment), step=OFFER)


def _offer_choices(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(supplement="edit.offer_yes", no="edit.offer_no")


def _offered(errand: Errand, view: TicketView, moment: Moment) -> Turn | None:
    """A changed message of a filed matter: added if the citizen says so; other words are no answer."""
    option = pick(_offer_choices(moment), OFFER, moment) or moment.reading.command
    if option in ("supplement", "yes"):
        return _added(view, errand.text, (), moment)
    return _done(moment, Reply(moment.say("edit.offer_kept"))) if option == "no" else None


def _urge(view: TicketView, moment: Moment) -> Turn:
    told, effects = urged(view, moment)
    return _done(moment, told, effects=effects)


def _withdraw_question(view: TicketView, moment: Moment) -> Reply:
    text = moment.say(
        "errand.withdraw_ask", tail=tail(view.reference), title=snippet(moment.called(view.title), 24)
    )
    return Reply(text, _withdraw_choices(moment), step=WITHDRAW)


def _withdraw_choices(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(withdraw_yes="errand.withdraw_yes", withdraw_no="errand.withdraw_no")


def _withdraw(view: TicketView, moment: Moment) -> Turn | None:
    option = pick(_withdraw_choices(moment), WITHDRAW, moment)
    if option == "withdraw_yes" or moment.reading.command in ("yes", "submit"):
        done = Reply(moment.say("errand.withdraw_done", tail=tail(view.reference)), durable=True)
        return _done(moment, done, effects=(TellHotline(view.reference, "withdraw"),))
    if option == "withdraw_no" or moment.reading.command == "no":
        return leave(moment)
    return None if _is_another_matter(moment) else moment.turn(_withdraw_question(view, moment))
