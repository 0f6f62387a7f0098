"""One message, one step: `advance` is pure, and everything it may know comes in.

The handlers are tried in order; the first that has an answer gives it. Safety comes
before everything a citizen can be asked, global words before answers, the notice before
anything is kept.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from intake import edits, emergency, errands, form, notice, person, survey
from intake.city import CityProfile
from intake.commands import COMMANDS
from intake.conversation import NO_DRAFT, Conversation, Errand, ForgetCitizen, Side, Situation, Turn
from intake.messages import FLOW, ChannelName, Event, Inbound, Reply
from intake.moment import Moment, pick, snippet
from intake.route import converse, held, resume_held
from intake.steps import live

Handler = Callable[[Moment], Turn | None]


def advance(
    conversation: Conversation, inbound: Inbound, situation: Situation, city: CityProfile, now: datetime
) -> Turn:
    """The turn that `inbound` makes of `conversation`. No I/O, no clock, no chance."""
    moment = Moment(conversation, inbound, situation, city, now)
    for handler in HANDLERS:
        turn = handler(moment)
        if turn is not None:
            return turn
    return converse(moment)


def _left(moment: Moment) -> Turn | None:
    """WeChat has whoever leaves forgotten; a blocked Telegram bot is only silent until unblocked."""
    if moment.inbound.event is Event.LEFT and moment.inbound.address.channel is ChannelName.WECHAT:
        return Turn(Conversation(), (), (ForgetCitizen(),))
    if moment.inbound.event is Event.LEFT:
        return moment.turn()
    return moment.turn() if moment.inbound.event is Event.RETURNED else None


def _greeting(moment: Moment) -> Turn | None:
    started = moment.inbound.event is Event.START or moment.reading.command == "start"
    if not started:
        return None
    hello = Reply(moment.say("welcome.hello"), form.menu(moment), step="menu")
    return form.repeat(moment, hello) if moment.conversation.draft else moment.turn(hello)


def _unreadable(moment: Moment) -> Turn | None:
    """Stickers, empty messages: a polite word, and the question that waits."""
    inbound = moment.inbound
    if inbound.event is Event.UNSUPPORTED:
        return _with_waiting(moment, "welcome.unsupported")
    if inbound.event is Event.REFUSED:
        return _with_waiting(moment, "welcome.refused")
    has_content = inbound.text.strip() or inbound.tap or inbound.location or inbound.media or inbound.contact
    if not has_content:
        return _with_waiting(moment, "welcome.empty")
    if inbound.edits:
        return edits.corrected(moment) or _with_waiting(moment, "welcome.edited")
    return None


def _with_waiting(moment: Moment, key: str) -> Turn:
    word = Reply(moment.say(key))
    return form.repeat(moment, word) if moment.conversation.draft else moment.turn(word)


def _stale_button(moment: Moment) -> Turn | None:
    """A button of another question, or of an older release: a polite word and a fresh question."""
    tap = moment.inbound.tap
    if tap is None or (tap.flow == FLOW and tap.step in live(moment.conversation)):
        return None
    return _with_fresh_buttons(moment, Reply(moment.say("welcome.stale")))


def _with_fresh_buttons(moment: Moment, word: Reply) -> Turn:
    """The word, and the question that waits, whatever asked it; else the menu."""
    if moment.conversation.asking in notice.STEPS:
        return moment.turn(word, notice.again(moment))
    if moment.conversation.draft:
        return form.repeat(moment, word)
    if survey.waiting(moment.conversation, moment.now):
        return survey.begin(moment, word)
    return moment.turn(replace(word, choices=form.menu(moment), step="menu"))


def _menu(moment: Moment) -> Turn | None:
    tap = moment.inbound.tap
    if tap is None or tap.step != "menu":
        return None
    handler = COMMANDS.get(tap.option)
    return handler(moment) if handler else _with_fresh_buttons(moment, Reply(moment.say("welcome.stale")))


def _resume(moment: Moment) -> Turn | None:
    """A draft left lying is taken up again with a word, never silently."""
    conversation = moment.conversation
    errand = conversation.errand
    if errand is not None and errand.side is Side.RESUME:
        return _resumed(moment)
    if conversation.draft is None or conversation.draft_at is None or not conversation.draft.content:
        return None
    idle = moment.now - conversation.draft_at
    if (
        idle < timedelta(minutes=moment.city.drafts.resume_after_minutes)
        or moment.reading.command is not None
    ):
        return None
    return moment.turn(_resume_question(moment), errand=Errand(Side.RESUME, "resume"), held=held(moment))


def _resume_question(moment: Moment) -> Reply:
    draft = moment.conversation.draft
    text = moment.say("resume.ask", snippet=snippet(draft.content if draft else "", 24))
    return Reply(text, moment.choices(resume="choice.resume", restart="choice.restart"), step="resume")


def _resumed(moment: Moment) -> Turn:
    options = moment.choices(resume="choice.resume", restart="choice.restart")
    option = pick(options, "resume", moment) or moment.reading.command
    if option in ("resume", "yes"):
        awake = moment.changed(errand=None, draft_at=moment.now)
        words = awake.conversation.held
        return resume_held(awake) if words and words.text else form.repeat(awake.changed(held=None))
    if option in ("restart", "no", "cancel"):
        words = moment.conversation.held
        return resume_held(moment.changed(**{**NO_DRAFT, "held": words}))
    return moment.turn(_resume_question(moment), held=held(moment))


def _cancelling(moment: Moment) -> Turn | None:
    if moment.conversation.asking != "cancel":
        return None
    options = moment.choices(cancel_yes="choice.cancel_yes", cancel_no="choice.cancel_no")
    option = pick(options, "cancel", moment)
    if option == "cancel_yes" or moment.reading.command in ("yes", "cancel"):
        return moment.turn(Reply(moment.say("cancel.done")), **NO_DRAFT)
    return form.repeat(moment.changed(asking=""), Reply(moment.say("cancel.kept")))


def _command(moment: Moment) -> Turn | None:
    """A global word, wherever the citizen is."""
    command = moment.reading.command
    handler = COMMANDS.get(command) if command else None
    return handler(moment) if handler else None


HANDLERS: tuple[Handler, ...] = (
    _left,
    emergency.interrupt,
    _greeting,
    _unreadable,
    _stale_button,
    _menu,
    person.write_on,
    _cancelling,
    _command,
    survey.answer,
    errands.go_on,
    notice.gate,
    _resume,
)
