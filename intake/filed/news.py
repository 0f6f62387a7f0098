"""Words after news of a ticket: they are about that ticket, as long as the news is fresh.

The rule: what the centre asks is answered by the next message that can be an answer, however late; other news
is fresh for three days. Nothing is added to a filed ticket unless it answers or disputes what was told, or
the citizen says so.
"""

from dataclasses import replace
from datetime import timedelta

from intake.context import Context, pick, tail
from intake.filed import actions
from intake.filed.progress import progress_of
from intake.form.questions.words import has_words
from intake.model.conversation import Errand, Side, Told, Turn
from intake.model.messages import Choice, Reply
from intake.model.status import ENDED
from intake.model.ticket import TicketView
from intake.survey import dialog
from intake.understand.speech.acts import disputes

FRESH = timedelta(days=3)
LONG = 16
"""Characters from which words of another kind tell a matter of their own."""
TOLD = 0.35
"""How sure a category is that words tell and do not only name."""
ABOUT = "about"
ASKED = "need_info"
FILED = "filed"
SPOKEN_OF = actions.SPOKEN_OF
_ANSWERED = frozenset({"completed", "direct_answered", "callback"})
_SMALL = frozenset({"yes", "agree", "thanks", "submit"})


def told_of(context: Context) -> TicketView | None:
    """The ticket the citizen was last told something of, if that still counts."""
    told = context.conversation.told
    if told is None:
        return None
    view = next((v for v in context.situation.tickets if v.reference == told.reference), None)
    if view is None:
        return None
    return view if is_asked(view, context) or context.now - told.at < FRESH else None


def is_asked(view: TicketView, context: Context) -> bool:
    """Whether the centre waits for an answer about it."""
    told = context.conversation.told
    return told is not None and told.type == ASKED and view.status == ASKED


def answer_centre(context: Context) -> Turn | None:
    """The answer to what the centre asked; None for what is plainly another matter."""
    view = told_of(context)
    if view is None or is_another_matter(view, context) or context.inbound.tap is not None:
        return None
    if context.reading.command in _SMALL:
        return context.turn(Reply(context.say("errand.supplement_ask")))
    if context.reading.greeting or not _says_something(context):
        return None
    turn = actions.add(view, context)
    return _answered(turn, context)


def dispute(context: Context) -> Turn | None:
    """What was told is not so: its survey opens with it, else it goes to whoever told it."""
    view = told_of(context)
    if view is None or is_another_matter(view, context):
        return None
    survey = dialog.due(context.conversation, context.now, view.reference)
    if survey is not None:
        return dialog.spoken_to(survey, context)
    if view.status in ENDED:
        return None
    return actions.add(view, context) if _is_told_more(context) else None


def where_it_stands(context: Context) -> Turn | None:
    """State and date of that ticket, with pressing for it one tap away."""
    view = told_of(context)
    if view is None or (view.status in _ANSWERED and disputes(context.reading.text)):
        return None
    meant = _meant((view, *actions.open_tickets(context)), context)
    return _standing(meant[:1], context) if meant else None


def where_all_stand(context: Context) -> Turn | None:
    """The same of all that are open."""
    views = _meant(actions.open_tickets(context), context)[:5]
    return _standing(views, context) if views else None


def _meant(views: tuple[TicketView, ...], context: Context) -> tuple[TicketView, ...]:
    """Those the words name, or all where they name none; none where they tell a matter of their own."""
    said = context.reading
    if said.phone is not None or said.place is not None:
        return ()
    if said.category is None:
        return views
    branch = said.category.code[:4]
    named = tuple(view for view in views if view.category_code[:4] == branch)
    return named or (() if len(said.text) >= LONG else views)


def noted(context: Context) -> Turn | None:
    """A short word after news is answered with one; a few words more are offered as a supplement."""
    view = told_of(context)
    if view is None or context.inbound.tap is not None or context.conversation.draft is not None:
        return None
    if context.reading.command in _SMALL:
        return context.turn(Reply(context.say("news.noted")))
    if not _is_more(context) or view.status in ENDED:
        return None
    errand = Errand(Side.SUPPLEMENT, ABOUT, view.reference, context.inbound.text.strip())
    context = context.changed(errand=errand)
    return context.turn(_offer(view, context))


def question(context: Context) -> Reply | None:
    """Whether words belong to the ticket told of, while that is asked."""
    errand = context.conversation.errand
    if errand is None or errand.step != ABOUT:
        return None
    view = _view(errand, context)
    return None if view is None else _offer(view, context)


def chosen(context: Context) -> str | None:
    """`supplement` or `new`; None while the question waits for another word."""
    option = pick(_choices(context), ABOUT, context)
    spoken = {"yes": "supplement", "supplement": "supplement", "no": "new"}
    return option or spoken.get(context.reading.command or "")


def added(context: Context) -> Turn | None:
    """The words that waited go to the ticket."""
    errand = context.conversation.errand
    view = None if errand is None else _view(errand, context)
    if errand is None or view is None:
        return None
    inbound = replace(context.inbound, text=errand.text, tap=None)
    return actions.add(view, replace(context.changed(errand=None), inbound=inbound))


def is_another_matter(view: TicketView, context: Context) -> bool:
    """Whether words name a matter of their own: of another kind, told and not only named."""
    said = context.reading
    told = said.category is not None and said.category.confidence >= TOLD
    other = told and said.category is not None and said.category.code[:4] != view.category_code[:4]
    place = said.place.end - said.place.start if said.place else 0
    return other and len(said.text) - place >= dialog.NEW_MATTER


def _is_more(context: Context) -> bool:
    """A few words that tell no matter of their own."""
    text, told = context.inbound.text.strip(), context.conversation.told
    small = context.reading.command or context.reading.greeting or context.reading.number is not None
    fits = told is not None and told.type != FILED and context.reading.category is None
    return fits and not small and has_words(text) and len(text) <= 40


def _is_told_more(context: Context) -> bool:
    told = context.conversation.told
    return told is not None and told.type != FILED


def _says_something(context: Context) -> bool:
    inbound = context.inbound
    spoken = any(sign.isalnum() for sign in inbound.text)
    return bool(spoken or context.situation.attachments or inbound.location)


def _standing(views: tuple[TicketView, ...], context: Context) -> Turn:
    blocks = [progress_of(view, context) for view in views]
    text = "\n\n".join([*blocks, context.say("progress.what_now")])
    choices = (
        Choice("urge", context.say("same.urge")),
        Choice("supplement", context.say("menu.supplement")),
    )
    told = Told(views[0].reference, SPOKEN_OF, context.now) if len(views) == 1 else context.conversation.told
    return context.turn(Reply(text, choices, step="menu"), told=told)


def _answered(turn: Turn, context: Context) -> Turn:
    told = context.conversation.told
    after = None if told is None else Told(told.reference, "answered", context.now)
    return replace(turn, conversation=replace(turn.conversation, told=after))


def _offer(view: TicketView, context: Context) -> Reply:
    return Reply(context.say("news.offer", tail=tail(view.reference)), _choices(context), step=ABOUT)


def _choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(supplement="news.offer_yes", new="news.offer_new")


def _view(errand: Errand, context: Context) -> TicketView | None:
    return next((v for v in context.situation.tickets if v.reference == errand.reference), None)
