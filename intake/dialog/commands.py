"""The global words: what each does, at any moment of any form."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from intake.context import Context
from intake.dialog import draft_questions, handoff, repeat_question, routing
from intake.dialog.consent import details, privacy_notice
from intake.filed import actions, data_rights, lookup, phone_link
from intake.form import answers, form, review
from intake.form.offers import own_duplicate
from intake.form.questions.words import CONTENT
from intake.model.conversation import Errand, Side, Turn
from intake.model.messages import Reply
from intake.model.ticket import AppealType, Draft
from intake.survey import dialog

Command = Callable[[Context], Turn | None]


def _told(key: str) -> Command:
    """Say it, and bring back the question that waits."""
    return lambda context: repeat_question.again(context, Reply(context.say(key)))


def _errand(context: Context) -> Errand | None:
    """The errand that waits for an answer; progress asks for none."""
    errand = context.conversation.errand
    return None if errand is None or errand.side is Side.PROGRESS else errand


def _in_draft(command: Callable[[Context], Turn]) -> Command:
    """A word about the draft; without one, a hint that nothing is being filled in."""

    def run(context: Context) -> Turn | None:
        if context.conversation.asking in privacy_notice.STEPS:
            return privacy_notice.waiting_still(context)
        if context.conversation.draft is not None:
            return command(context.changed(errand=None))
        nothing = Reply(context.say("welcome.nothing_open"), form.menu(context), step="menu")
        return context.turn(nothing, errand=None)

    return run


def _change(context: Context) -> Turn:
    return review.change(context, context.reading.command_rest)


def _cancel(context: Context) -> Turn | None:
    errand = _errand(context)
    if errand is not None and errand.side is not Side.RESUME:
        return actions.leave(context)
    if context.conversation.asking in privacy_notice.STEPS:
        return None  # the notice reads it as "I do not agree"
    if context.conversation.asking.startswith(dialog.PREFIX):
        return dialog.leave(context)
    if context.conversation.draft is None and context.situation.attachments:
        return draft_questions.thrown_away(context)  # files sent alone, and nothing else
    return _in_draft(_ask_cancel)(context)


def _ask_cancel(context: Context) -> Turn:
    """Files sent a moment before the word are thrown away with the rest, or stay with it."""
    return review.ask_cancel(routing.with_files(context))


def _back(context: Context) -> Turn | None:
    if _errand(context) is not None:
        return actions.leave(context)
    if context.conversation.asking.startswith(dialog.PREFIX):
        return dialog.back(context)
    return _in_draft(form.back)(context)


def _skip(context: Context) -> Turn | None:
    if context.conversation.asking.startswith(dialog.PREFIX):
        return None  # the survey knows which of its questions may stay open
    if _errand(context) is not None:
        return actions.leave(context)
    return _in_draft(answers.skip)(context)


def _start(side: Side) -> Command:
    def run(context: Context) -> Turn | None:
        if side in (Side.SUPPLEMENT, Side.URGE) and context.conversation.asking == own_duplicate.STEP:
            return None  # it answers the question whether to add to that ticket
        return actions.start(side, context)

    return run


def _resume(context: Context) -> Turn | None:
    if _errand(context) is not None:
        return repeat_question.again(context)
    if context.conversation.asking in privacy_notice.STEPS:
        return privacy_notice.waiting_still(context)
    return routing.take_up(context)


def _elder(context: Context) -> Turn:
    on = not context.conversation.elder
    word = Reply(context.say("welcome.elder_on" if on else "welcome.elder_off"))
    return repeat_question.again(context.changed(elder=on), word)


def _elder_off(context: Context) -> Turn:
    return repeat_question.again(context.changed(elder=False), Reply(context.say("welcome.elder_off")))


def _speak(language: str) -> Command:
    """From now on in that language, the question that waits included."""

    def run(context: Context) -> Turn:
        situation = replace(context.situation, language=language)
        heard = replace(context.changed(language=language), situation=situation)
        return repeat_question.again(heard, Reply(heard.say("welcome.language")))

    return run


def _languages(context: Context) -> Turn:
    options = context.choices(
        language_zh="language.zh", language_hant="language.hant", language_en="language.en"
    )
    return context.turn(Reply(context.say("language.ask"), options, step="menu"))


def _unconsent(context: Context) -> Turn | None:
    return None if context.conversation.asking in privacy_notice.STEPS else privacy_notice.withdraw(context)


def _correct(context: Context) -> Turn | None:
    """What is not filed yet is changed by its line; what is filed, by a correction the backend is told of."""
    if context.conversation.draft is not None:
        return _in_draft(_change)(context)
    return actions.start(Side.CORRECT, context)


def _praise(context: Context) -> Turn:
    """A commendation is begun; the notice still stands before it."""
    draft = context.conversation.draft or Draft(appeal_type=AppealType.PRAISE)
    return form.ask(
        CONTENT, context.changed(draft=draft, errand=None), Reply(context.say("survey.praise_ask"))
    )


def _bind(context: Context) -> Turn:
    """A number is personal: the notice stands before it."""
    first = privacy_notice.ask_first(context)
    if first is None:
        return phone_link.start(context)
    return replace(first, replies=(Reply(context.say("bind.notice_first")), *first.replies))


COMMANDS: Mapping[str, Command] = {
    "help": _told("welcome.help"),
    "menu": _told("welcome.help"),
    "thanks": _told("welcome.thanks"),
    "person": handoff.ask,
    "progress": lookup.progress,
    "mine": lookup.progress,
    "supplement": _start(Side.SUPPLEMENT),
    "urge": _start(Side.URGE),
    "withdraw": _start(Side.WITHDRAW),
    "change": _in_draft(_change),
    "back": _back,
    "cancel": _cancel,
    "restart": _in_draft(_ask_cancel),
    "skip": _skip,
    "resume": _resume,
    "rate": dialog.begin,
    "nosurvey": dialog.never,
    "praise": _praise,
    "bind": _bind,
    "unbind": phone_link.release,
    "elder": _elder,
    "elder_off": _elder_off,
    "language": _languages,
    "language_zh": _speak("zh-Hans"),
    "language_hant": _speak("zh-Hant"),
    "language_en": _speak("en"),
    "unconsent": _unconsent,
    "privacy": lambda context: repeat_question.again(context, Reply(details.text(context))),
    "mydata": lambda context: repeat_question.again(context, data_rights.mine(context)),
    "mydata_json": lambda context: repeat_question.again(context, data_rights.mine_as_json(context)),
    "erase": data_rights.ask_to_erase,
    "correct": _correct,
}
