"""What is done with tickets already filed: supplement, correct, urge, withdraw.

An errand stands beside the draft and never touches it.
"""

from dataclasses import replace

from intake.context import Context, pick, snippet, tail
from intake.filed import lookup, phone_link
from intake.filed.lookup import is_named
from intake.form import form
from intake.form.questions.words import has_words
from intake.form.urge import may_be_urged, urged
from intake.model.conversation import CorrectTicket, Effect, Errand, Side, TellHotline, Turn
from intake.model.messages import Choice, Reply
from intake.model.status import ENDED
from intake.model.ticket import TicketView

SPOKEN_OF = "progress"
"""How `Told` names the ticket whose standing was just told."""
PICK = "pick"
OFFER = "offer"
WITHDRAW = "withdraw"


_ELSEWHERE = {Side.PROGRESS: lookup.go_on, Side.BIND: phone_link.go_on}
"""Errands about no ticket of the citizen's own go on where they belong."""


def start(side: Side, context: Context) -> Turn:
    """Begin an errand: with the one ticket, or the one whose number is named; else the citizen picks."""
    views = _open_for(side, context)
    if not views:
        return _done(context, Reply(context.say("errand.none_open")))
    rest = context.reading.command_rest
    errand = Errand(side, PICK, text=rest, attachments=context.situation.attachments)
    named = [view for view in views if is_named(view, rest)]
    if len(named) == 1:
        return _on(named[0], replace(errand, text=""), context)
    told = context.conversation.told
    spoken_of = [v for v in views if told and told.type == SPOKEN_OF and v.reference == told.reference]
    if len(spoken_of or views) == 1:
        return _on((spoken_of or list(views))[0], errand, context)
    context = context.changed(errand=errand)
    return context.turn(_pick_question(context))


def go_on(context: Context) -> Turn | None:
    """The next word of the errand under way; None when it was about something else."""
    errand = context.conversation.errand
    if errand is None:
        return None
    if errand.side in _ELSEWHERE:
        return _ELSEWHERE[errand.side](context)
    if errand.step == PICK:
        return _picked(errand, context)
    view = next((v for v in context.situation.tickets if v.reference == errand.reference), None)
    if view is None:
        return None
    if errand.step == OFFER:
        return _offered(errand, view, context)
    return _withdraw(view, context) if errand.side is Side.WITHDRAW else _supplement(view, context)


def question(context: Context) -> Reply | None:
    """What the errand under way waits for."""
    errand = context.conversation.errand
    if errand is not None and errand.side is Side.BIND:
        return phone_link.question(context)
    view = next((v for v in context.situation.tickets if errand and v.reference == errand.reference), None)
    if errand is None or errand.side is Side.PROGRESS:
        return None
    if errand.step == PICK:
        return _pick_question(context)
    if errand.step == OFFER and view:
        return offer(view, context)
    if errand.side is Side.WITHDRAW and view:
        return _withdraw_question(view, context)
    return _text_question(errand, context)


def _text_question(errand: Errand | None, context: Context) -> Reply:
    """The words of a supplement, or of a correction, are awaited."""
    if errand is not None and errand.side is Side.CORRECT:
        return Reply(context.say("errand.correct_ask"), step="supplement")
    return Reply(context.say("errand.supplement_ask"), step="supplement")


def leave(context: Context) -> Turn:
    """The errand is given up; the form's question comes back."""
    errand = context.conversation.errand
    withdrawing = errand is not None and errand.side is Side.WITHDRAW
    return _done(context, Reply(context.say("errand.withdraw_kept" if withdrawing else "cancel.left")))


def _done(context: Context, *told: Reply, effects: tuple[Effect, ...] = ()) -> Turn:
    """The errand is over; what was asked before it is asked again."""
    context = context.changed(errand=None)
    turn = form.repeat(context, *told) if context.conversation.draft else context.turn(*told)
    return replace(turn, effects=effects)


def open_tickets(context: Context) -> tuple[TicketView, ...]:
    """The citizen's own tickets that are not at an end, newest first."""
    return tuple(view for view in context.situation.tickets if view.status not in ENDED)


def _open_for(side: Side, context: Context) -> tuple[TicketView, ...]:
    """What the errand can be about."""
    return tuple(view for view in open_tickets(context) if side is not Side.URGE or may_be_urged(view))


def _pick_question(context: Context) -> Reply:
    errand = context.conversation.errand
    side = errand.side if errand else Side.SUPPLEMENT
    return Reply(context.say("errand.pick"), _lines(_open_for(side, context), context), step=PICK)


def _lines(views: tuple[TicketView, ...], context: Context) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            v.reference,
            context.say(
                "errand.pick_line", tail=tail(v.reference), title=snippet(context.called(v.title), 16)
            ),
        )
        for v in views[:9]
    )


def _picked(errand: Errand, context: Context) -> Turn | None:
    views = _open_for(errand.side, context)
    if not views:
        return _done(context, Reply(context.say("errand.none_open")))
    reference = pick(_lines(views, context), PICK, context)
    said = context.reading.text
    chosen = next((v for v in views if v.reference == reference or is_named(v, said)), None)
    if chosen is not None:
        return _on(chosen, errand, context)
    return None if _is_another_matter(context) else context.turn(_pick_question(context))


def _is_another_matter(context: Context) -> bool:
    inbound = context.inbound
    said = has_words(inbound.text) and context.reading.command is None
    return said or bool(inbound.media or inbound.location or inbound.contact)


def _on(view: TicketView, errand: Errand, context: Context) -> Turn:
    if errand.side is Side.URGE:
        return _urge(view, context)
    if errand.side is Side.WITHDRAW:
        errand = Errand(errand.side, WITHDRAW, view.reference)
        return context.turn(_withdraw_question(view, context), errand=errand)
    if has_words(errand.text) or errand.attachments:
        return _added(view, errand.text, errand.attachments, context.changed(errand=errand))
    return context.turn(_text_question(errand, context), errand=Errand(errand.side, "text", view.reference))


def _supplement(view: TicketView, context: Context) -> Turn:
    text, files = _told(context), context.situation.attachments
    if context.reading.command in ("yes", "no", "submit", "thanks"):
        return leave(context)  # nothing more to add
    if not files and not has_words(text):
        return context.turn(_text_question(context.conversation.errand, context))
    if files and not text:  # more photos may follow
        done = Reply(context.say("errand.supplement_done", tail=tail(view.reference)), durable=True)
        return context.turn(done, effects=(TellHotline(view.reference, "supplement", None, files),))
    return _added(view, text, files, context)


def add(view: TicketView, context: Context) -> Turn:
    """What a message says and brings, for this ticket."""
    return _added(view, _told(context), context.situation.attachments, context)


def _told(context: Context) -> str:
    """The words, or a pin in words."""
    pin = context.inbound.location
    return (
        f"{pin.label} ({pin.lat:.5f},{pin.lng:.5f}, {pin.coord_sys})" if pin else context.inbound.text.strip()
    )


def _added(view: TicketView, text: str, files: tuple[str, ...], context: Context) -> Turn:
    errand = context.conversation.errand
    if errand is not None and errand.side is Side.CORRECT:
        return _corrected(view, text, files, context)
    effect = TellHotline(view.reference, "supplement", text or None, files)
    done = Reply(context.say("errand.supplement_done", tail=tail(view.reference)), durable=True)
    return _done(context, done, effects=(effect,))


def _corrected(view: TicketView, text: str, files: tuple[str, ...], context: Context) -> Turn:
    """The backend hears it marked as a correction; a number in it replaces the one we keep."""
    told = TellHotline(view.reference, "supplement", context.say("errand.correction", text=text), files)
    phone = context.reading.phone
    own = (CorrectTicket(view.reference, phone.value),) if phone else ()
    done = Reply(context.say("errand.correct_done", tail=tail(view.reference)), durable=True)
    return _done(context, done, effects=(told, *own))


def offer(view: TicketView, context: Context) -> Reply:
    """Shall the changed message follow its matter?"""
    text = context.say("edit.offer", tail=tail(view.reference))
    return Reply(text, _offer_choices(context), step=OFFER)


def _offer_choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(supplement="edit.offer_yes", no="edit.offer_no")


def _offered(errand: Errand, view: TicketView, context: Context) -> Turn | None:
    """A changed message of a filed matter: added if the citizen says so; other words are no answer."""
    option = pick(_offer_choices(context), OFFER, context) or context.reading.command
    if option in ("supplement", "yes"):
        return _added(view, errand.text, (), context)
    return _done(context, Reply(context.say("edit.offer_kept"))) if option == "no" else None


def _urge(view: TicketView, context: Context) -> Turn:
    told, effects = urged(view, context)
    return _done(context, told, effects=effects)


def _withdraw_question(view: TicketView, context: Context) -> Reply:
    text = context.say(
        "errand.withdraw_ask", tail=tail(view.reference), title=snippet(context.called(view.title), 24)
    )
    return Reply(text, _withdraw_choices(context), step=WITHDRAW)


def _withdraw_choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(withdraw_yes="errand.withdraw_yes", withdraw_no="errand.withdraw_no")


def _withdraw(view: TicketView, context: Context) -> Turn | None:
    option = pick(_withdraw_choices(context), WITHDRAW, context)
    if option == "withdraw_yes" or context.reading.command in ("yes", "submit"):
        done = Reply(context.say("errand.withdraw_done", tail=tail(view.reference)), durable=True)
        return _done(context, done, effects=(TellHotline(view.reference, "withdraw"),))
    if option == "withdraw_no" or context.reading.command == "no":
        return leave(context)
    return None if _is_another_matter(context) else context.turn(_withdraw_question(view, context))
