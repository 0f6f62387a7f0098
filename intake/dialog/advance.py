"""One message, one step: `advance` is pure, and everything it may know comes in.

The handlers are tried in order; the first that has an answer gives it. Safety comes
before everything a citizen can be asked, global words before answers, the notice before
anything is kept.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from intake.city import CityProfile
from intake.context import Context
from intake.dialog import (
    draft_questions,
    emergency,
    file_results,
    handoff,
    id_numbers,
    insults,
    numbered_menu,
    qr_codes,
    repeat_question,
)
from intake.dialog.commands import COMMANDS
from intake.dialog.consent import given_up_files, privacy_notice, under_age
from intake.dialog.danger import doubt
from intake.dialog.live_steps import MENU, live
from intake.dialog.routing import converse
from intake.filed import actions, data_rights, edits
from intake.form import answers, form, simple_mode, voice
from intake.form.content import albums
from intake.form.summary import STEP as SUMMARY
from intake.model.channels import traits_of
from intake.model.conversation import Conversation, ForgetCitizen, Turn
from intake.model.messages import FLOW, Event, Inbound, Reply
from intake.situation import Situation
from intake.survey import dialog

Handler = Callable[[Context], Turn | None]


def advance(
    conversation: Conversation, inbound: Inbound, situation: Situation, city: CityProfile, now: datetime
) -> Turn:
    """The turn that `inbound` makes of `conversation`. No I/O, no clock, no chance."""
    context = under_age.noted(qr_codes.forgotten(Context(conversation, inbound, situation, city, now)))
    context = doubt.resolved(context)
    turn = doubt.lined(id_numbers.told(_step(context), context), context)
    turn = emergency.warned(turn, context)
    turn = edits.traced(handoff.noted(voice.asked_to_type(turn, context)), context)
    return numbered_menu.remembered(simple_mode.few_choices(albums.remembered(turn, context), context))


def _step(context: Context) -> Turn:
    for handler in HANDLERS:
        turn = handler(context)
        if turn is not None:
            return turn
    return converse(_without_side_question(context))


def _without_side_question(context: Context) -> Context:
    """Words that answer no side question are for the form; that question is given up."""
    return context.changed(errand=None)


def _left(context: Context) -> Turn | None:
    """Some channels have whoever leaves forgotten; on others they are only silent until they are back."""
    if context.inbound.event is Event.LEFT and traits_of(context.inbound.address.channel).leaving_erases:
        return Turn(Conversation(), (), (ForgetCitizen(),))
    if context.inbound.event is Event.LEFT:
        return context.turn()
    return context.turn() if context.inbound.event is Event.RETURNED else None


def _greeting(context: Context) -> Turn | None:
    started = context.inbound.event is Event.START or context.reading.command == "start"
    if not started:
        return None
    by_code = qr_codes.scanned(context)
    return by_code or repeat_question.again(
        context, Reply(context.say("welcome.hello"), form.menu(context), step=MENU)
    )


def _unreadable(context: Context) -> Turn | None:
    """Stickers, empty messages: a polite word, and the question that waits."""
    inbound = context.inbound
    if inbound.event is Event.UNSUPPORTED:
        return _told(context, "welcome.unsupported")
    if inbound.event is Event.REFUSED:
        return _told(context, "welcome.refused")
    has_content = inbound.text.strip() or inbound.tap or inbound.location or inbound.media or inbound.contact
    if not has_content:
        return _told(context, "welcome.empty")
    if inbound.edits:
        return edits.corrected(context) or _told(context, "welcome.edited")
    return None


def _told(context: Context, key: str) -> Turn:
    return repeat_question.again(context, Reply(context.say(key)))


def _stale_button(context: Context) -> Turn | None:
    """A button of another question, or of an older release: a polite word and a fresh question."""
    tap = context.inbound.tap
    if tap is None or (tap.flow == FLOW and tap.step in live(context.conversation)):
        return None
    submitted = tap.step == SUMMARY and not context.conversation.draft and context.situation.tickets
    return _with_fresh_buttons(context, "welcome.submitted" if submitted else "welcome.stale")


def _with_fresh_buttons(context: Context, key: str) -> Turn:
    """The word, and the question that waits, whatever asked it; else a survey left open, or the menu."""
    turn = _told(context, key)
    if len(turn.replies) > 1:
        return turn
    word = Reply(context.say(key))
    if dialog.waiting(context.conversation, context.now):
        return dialog.begin(context, word)
    return context.turn(replace(word, choices=form.menu(context), step=MENU))


def _menu(context: Context) -> Turn | None:
    tap = context.inbound.tap
    to_us = not handoff.listens(context)
    option = numbered_menu.taken(context.conversation, context.inbound, context.reading) if to_us else None
    if tap is not None and tap.step == MENU:
        option = tap.option
    if option is None:
        return None
    handler = COMMANDS.get(option)
    return handler(context) if handler else _with_fresh_buttons(context, "welcome.stale")


def _command(context: Context) -> Turn | None:
    """A global word, wherever the citizen is; or the choice of a question that stands for one."""
    command = context.reading.command or answers.offered(context)
    handler = COMMANDS.get(command) if command else None
    return handler(context) if handler else None


def _side_question(context: Context) -> Turn | None:
    """The question of an errand under way: while one is, no survey is brought up, so it was shown last."""
    tap = context.inbound.tap
    if tap is not None and tap.step.startswith(dialog.PREFIX):
        return None
    return data_rights.go_on(context) or actions.go_on(context)


HANDLERS: tuple[Handler, ...] = (
    _left,
    edits.unchanged,
    file_results.heard,
    emergency.interrupt,
    doubt.ask,
    _greeting,
    _unreadable,
    insults.answered,
    _stale_button,
    _menu,
    given_up_files.latecomer,
    albums.latecomer,
    handoff.write_on,
    draft_questions.cancelled,
    draft_questions.resumed,
    _command,
    _side_question,
    dialog.answer,
    privacy_notice.gate,
    draft_questions.left_lying,
)
