"""One message, one step: `advance` is pure, and everything it may know comes in.

The handlers are tried in order; the first that has an answer gives it. Safety comes
before everything a citizen can be asked, global words before answers, the notice before
anything is kept.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from intake import (
    albums,
    answers,
    aside,
    calm,
    discretion,
    edits,
    elder,
    emergency,
    errands,
    file_news,
    form,
    given_up,
    notice,
    offers,
    person,
    rights,
    scenes,
    survey,
    voice,
    waiting,
)
from intake.city import CityProfile
from intake.commands import COMMANDS
from intake.conversation import Conversation, ForgetCitizen, Situation, Turn
from intake.messages import FLOW, ChannelName, Event, Inbound, Reply
from intake.moment import Moment
from intake.route import converse
from intake.steps import MENU, live
from intake.summary import STEP as SUMMARY

Handler = Callable[[Moment], Turn | None]


def advance(
    conversation: Conversation, inbound: Inbound, situation: Situation, city: CityProfile, now: datetime
) -> Turn:
    """The turn that `inbound` makes of `conversation`. No I/O, no clock, no chance."""
    moment = scenes.forgotten(Moment(conversation, inbound, situation, city, now))
    turn = emergency.warned(discretion.told(_step(moment), moment), moment)
    turn = person.noted(voice.asked_to_type(turn, moment))
    return offers.remembered(elder.few_choices(albums.remembered(turn, moment), moment))


def _step(moment: Moment) -> Turn:
    for handler in HANDLERS:
        turn = handler(moment)
        if turn is not None:
            return turn
    return converse(_without_side_question(moment))


def _without_side_question(moment: Moment) -> Moment:
    """Words that answer no side question are for the form; that question is given up."""
    return moment.changed(errand=None)


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
    by_code = scenes.scanned(moment)
    return by_code or waiting.again(moment, Reply(moment.say("welcome.hello"), form.menu(moment), step=MENU))


def _unreadable(moment: Moment) -> Turn | None:
    """Stickers, empty messages: a polite word, and the question that waits."""
    inbound = moment.inbound
    if inbound.event is Event.UNSUPPORTED:
        return _told(moment, "welcome.unsupported")
    if inbound.event is Event.REFUSED:
        return _told(moment, "welcome.refused")
    has_content = inbound.text.strip() or inbound.tap or inbound.location or inbound.media or inbound.contact
    if not has_content:
        return _told(moment, "welcome.empty")
    if inbound.edits:
        return edits.corrected(moment) or _told(moment, "welcome.edited")
    return None


def _told(moment: Moment, key: str) -> Turn:
    return waiting.again(moment, Reply(moment.say(key)))


def _stale_button(moment: Moment) -> Turn | None:
    """A button of another question, or of an older release: a polite word and a fresh question."""
    tap = moment.inbound.tap
    if tap is None or (tap.flow == FLOW and tap.step in live(moment.conversation)):
        return None
    submitted = tap.step == SUMMARY and not moment.conversation.draft and moment.situation.tickets
    return _with_fresh_buttons(moment, "welcome.submitted" if submitted else "welcome.stale")


def _with_fresh_buttons(moment: Moment, key: str) -> Turn:
    """The word, and the question that waits, whatever asked it; else a survey left open, or the menu."""
    turn = _told(moment, key)
    if len(turn.replies) > 1:
        return turn
    word = Reply(moment.say(key))
    if survey.waiting(moment.conversation, moment.now):
        return survey.begin(moment, word)
    return moment.turn(replace(word, choices=form.menu(moment), step=MENU))


def _menu(moment: Moment) -> Turn | None:
    tap = moment.inbound.tap
    to_us = not person.listens(moment)
    option = offers.taken(moment.conversation, moment.inbound, moment.reading) if to_us else None
    if tap is not None and tap.step == MENU:
        option = tap.option
    if option is None:
        return None
    handler = COMMANDS.get(option)
    return handler(moment) if handler else _with_fresh_buttons(moment, "welcome.stale")


def _command(moment: Moment) -> Turn | None:
    """A global word, wherever the citizen is; or the choice of a question that stands for one."""
    command = moment.reading.command or answers.offered(moment)
    handler = COMMANDS.get(command) if command else None
    return handler(moment) if handler else None


HANDLERS: tuple[Handler, ...] = (
    _left,
    file_news.heard,
    emergency.interrupt,
    _greeting,
    _unreadable,
    calm.answered,
    _stale_button,
    _menu,
    given_up.latecomer,
    albums.latecomer,
    person.write_on,
    aside.cancelled,
    aside.resumed,
    _command,
    survey.answer,
    rights.go_on,
    errands.go_on,
    notice.gate,
    aside.left_lying,
)
