"""What stands in the table's cells, done. None: the words turned out not to fit."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from intake.context import Context
from intake.dialog import (
    draft_questions,
    emergency,
    file_results,
    handoff,
    insults,
    numbered_menu,
    qr_codes,
    repeat_question,
    routing,
)
from intake.dialog.commands import COMMANDS
from intake.dialog.consent import given_up_files, privacy_notice, without_consent
from intake.dialog.danger import doubt
from intake.dialog.focus.table import Deed
from intake.dialog.live_steps import MENU
from intake.filed import actions, data_rights, edits, news
from intake.form import answers, form, review
from intake.form.content import albums
from intake.form.corrections.draft import corrected
from intake.form.offers import knowledge
from intake.form.slot_filling import with_wishes
from intake.form.summary import STEP as SUMMARY
from intake.model.channels import traits_of
from intake.model.conversation import Conversation, ForgetCitizen, Turn
from intake.model.messages import Event, Reply
from intake.model.ticket import Draft
from intake.survey import dialog
from intake.understand.appeal import type_of
from intake.understand.reader import read
from intake.understand.speech import acts

Do = Callable[[Context], Turn | None]


def _leave(context: Context) -> Turn:
    """Some channels have whoever leaves forgotten; on others they are only silent until they are back."""
    erases = traits_of(context.inbound.address.channel).leaving_erases
    if context.inbound.event is Event.LEFT and erases:
        return Turn(Conversation(), (), (ForgetCitizen(),))
    return context.turn()


def _greet(context: Context) -> Turn:
    by_code = qr_codes.scanned(context)
    return by_code or repeat_question.again(
        context, Reply(context.say("welcome.hello"), form.menu(context), step=MENU)
    )


def _unreadable(context: Context) -> Turn:
    """Stickers, empty messages: a polite word, and the question that waits."""
    event = context.inbound.event
    if event is Event.UNSUPPORTED:
        return _told(context, "welcome.unsupported")
    return _told(context, "welcome.refused" if event is Event.REFUSED else "welcome.empty")


def _edit(context: Context) -> Turn:
    return edits.corrected(context) or _told(context, "welcome.edited")


def _told(context: Context, key: str) -> Turn:
    return repeat_question.again(context, Reply(context.say(key)))


def _stale_button(context: Context) -> Turn:
    """A button of another question, or of an older release: a polite word and a fresh question."""
    tap = context.inbound.tap
    at_summary = tap is not None and tap.step == SUMMARY
    submitted = at_summary and not context.conversation.draft and context.situation.tickets
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


def _late_file(context: Context) -> Turn | None:
    return given_up_files.latecomer(context) or albums.latecomer(context)


def _command(context: Context) -> Turn | None:
    """A global word, wherever the citizen is; or the choice of a question that stands for one."""
    command = context.reading.command or answers.offered(context)
    handler = COMMANDS.get(command) if command else None
    return handler(context) if handler else None


def _errand(context: Context) -> Turn | None:
    """The question of an errand under way: while one is, no survey is brought up, so it was shown last."""
    errand = context.conversation.errand
    if errand is not None and errand.step == news.ABOUT:
        return _about_news(context)
    return data_rights.go_on(context) or actions.go_on(context)


def _about_news(context: Context) -> Turn | None:
    """The words that waited go to the ticket told of, or begin a matter of their own."""
    option, errand = news.chosen(context), context.conversation.errand
    if option == "supplement":
        return news.added(context)
    if option != "new" or errand is None:
        return None
    inbound = replace(context.inbound, text=errand.text, tap=None)
    situation = replace(context.situation, reading=read(errand.text, context.city, context.now))
    anew = replace(context.changed(errand=None, told=None), inbound=inbound, situation=situation)
    return privacy_notice.gate(anew) or routing.converse(anew)


def _open_survey(context: Context) -> Turn | None:
    survey = dialog.due(context.conversation, context.now)
    return None if survey is None else dialog.spoken_to(survey, context)


def _before_consent(context: Context) -> Turn | None:
    """A question the city's answers hold is answered with nothing kept; what waits is asked again."""
    answer = _known_answer(context)
    closed = context.conversation.refused and not without_consent.is_open(context)
    if answer is None or closed or without_consent.says_who(context):
        return None
    return repeat_question.again(context, answer)


def _enquiry(context: Context) -> Turn | None:
    """A question inside the form is answered, and the form goes on."""
    draft, asking = context.conversation.draft, context.conversation.asking
    asked = form.asked_now(context) is not None or asking == SUMMARY
    if draft is None or not draft.content or asking == "content" or not asked:
        return None
    answer = _known_answer(context)
    return None if answer is None else form.repeat(context, answer)


def _known_answer(context: Context) -> Reply | None:
    kind = type_of(context.reading.text)
    answer = knowledge.found(Draft(content=context.inbound.text.strip()), context)
    return None if answer is None or kind is None else knowledge.tell(answer, context)


def _offer_to_end(context: Context) -> Turn | None:
    """Giving up is no answer; while one line is changed, it leaves that line alone."""
    if context.conversation.draft is None or context.conversation.editing:
        return None
    return review.ask_cancel(routing.with_files(context))


def _put_right(context: Context) -> Turn | None:
    """The form's draft, put right; its question goes on waiting."""
    draft, asking = context.conversation.draft, context.conversation.asking
    if draft is None or not _may_keep(context) or asking in ("content", "wish"):
        return None
    found = corrected(draft, context)
    if found is None:
        return None
    new, value = found
    word = Reply(context.say("hint.fixed", value=value))
    context = context.changed(errand=None)
    turn = _go_on(new, context, word)
    return edits.remembered(turn, context, "correction")


def _go_on(draft: Draft, context: Context, word: Reply) -> Turn:
    """The question that waits, unless the change has answered it."""
    context = context.changed(draft=draft, draft_at=context.now)
    asked = form.asked_now(context)
    if asked is not None and (asked.empty(draft) or context.conversation.editing):
        return form.repeat(context, word)
    return form.go_on(draft, context, word) if asked is not None else form.repeat(context, word)


def _keep_private(context: Context) -> Turn | None:
    """The wish is kept; where something else is said with it, that goes on to the form."""
    draft, said = context.conversation.draft, context.reading.text
    if draft is None or not draft.content or len(said) > _WISH_ALONE or not _may_keep(context):
        return None
    if context.reading.phone or context.reading.name or context.reading.place:
        return None
    word = Reply(context.say("hint.private" if acts.wants_secrecy(said) else "hint.chat_only"))
    turn = form.repeat(context.changed(draft=_wished(draft, context)), word)
    return edits.remembered(turn, context, "privacy")


def _wished(draft: Draft, context: Context) -> Draft:
    """A wish said now goes before a line chosen earlier."""
    new = with_wishes(draft, context)
    return replace(new, confidential=True) if acts.wants_secrecy(context.reading.text) else new


_WISH_ALONE = 24
"""Characters up to which words with such a wish hold nothing else."""


def _may_keep(context: Context) -> bool:
    return privacy_notice.given(context) or without_consent.goes_on(context)


_EXPLAINED = ("content", "place", "contact", "subject", "occurred", "wish")


def _explain(context: Context) -> Turn | None:
    """What the question that waits is for, and the question."""
    asked = form.asked_now(context)
    if asked is None:
        return None
    slot = asked.slot if asked.slot in _EXPLAINED else "other"
    return form.repeat(context, Reply(context.say(f"why.{slot}")))


def _to_form(context: Context) -> Turn:
    """Words that answer no side question are for the form; that question is given up."""
    return routing.converse(context.changed(errand=None))


DEEDS: Mapping[Deed, Do] = {
    Deed.NEXT: lambda _: None,
    Deed.LEAVE: _leave,
    Deed.HEAR_FILE_NEWS: file_results.heard,
    Deed.STAY_SILENT: edits.unchanged,
    Deed.WARN: emergency.interrupt,
    Deed.ASK_WHETHER_IN_DANGER: doubt.ask,
    Deed.GREET: _greet,
    Deed.SAY_UNREADABLE: _unreadable,
    Deed.EDIT: _edit,
    Deed.CALM: insults.answered,
    Deed.FRESH_QUESTION: _stale_button,
    Deed.DO_MENU: _menu,
    Deed.TAKE_LATE_FILE: _late_file,
    Deed.DO_COMMAND: _command,
    Deed.TELL_PERSON: handoff.write_on,
    Deed.ANSWER_CANCELLING: draft_questions.cancelled,
    Deed.ANSWER_RESUMING: draft_questions.resumed,
    Deed.ANSWER_ERRAND: _errand,
    Deed.ANSWER_SURVEY: dialog.answer,
    Deed.ANSWER_CENTRE: news.answer_centre,
    Deed.NOTE_NEWS: news.noted,
    Deed.DISPUTE: news.dispute,
    Deed.OPEN_SURVEY: _open_survey,
    Deed.TELL_WHERE_IT_STANDS: news.where_it_stands,
    Deed.TELL_WHERE_ALL_STAND: news.where_all_stand,
    Deed.ASK_CONSENT: privacy_notice.gate,
    Deed.ANSWER_BEFORE_CONSENT: _before_consent,
    Deed.SET_ASIDE: draft_questions.left_lying,
    Deed.OFFER_TO_END: _offer_to_end,
    Deed.PUT_RIGHT: _put_right,
    Deed.KEEP_PRIVATE: _keep_private,
    Deed.EXPLAIN: _explain,
    Deed.ANSWER_ENQUIRY: _enquiry,
    Deed.ANSWER_FORM: _to_form,
}
