"""The global words: what each does, at any moment of any form."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from intake import (
    answers,
    aside,
    bound_phone,
    errands,
    form,
    inquiry,
    notice,
    person,
    review,
    rights,
    route,
    survey,
    twin,
    waiting,
)
from intake.conversation import Errand, Side, Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.questions.words import CONTENT
from intake.ticket import AppealType, Draft

Command = Callable[[Moment], Turn | None]


def _told(key: str) -> Command:
    """Say it, and bring back the question that waits."""
    return lambda moment: waiting.again(moment, Reply(moment.say(key)))


def _errand(moment: Moment) -> Errand | None:
    """The errand that waits for an answer; progress asks for none."""
    errand = moment.conversation.errand
    return None if errand is None or errand.side is Side.PROGRESS else errand


def _in_draft(command: Callable[[Moment], Turn]) -> Command:
    """A word about the draft; without one, a hint that nothing is being filled in."""

    def run(moment: Moment) -> Turn | None:
        if moment.conversation.asking in notice.STEPS:
            return notice.waiting_still(moment)
        if moment.conversation.draft is not None:
            return command(moment.changed(errand=None))
        nothing = Reply(moment.say("welcome.nothing_open"), form.menu(moment), step="menu")
        return moment.turn(nothing, errand=None)

    return run


def _change(moment: Moment) -> Turn:
    return review.change(moment, moment.reading.command_rest)


def _cancel(moment: Moment) -> Turn | None:
    errand = _errand(moment)
    if errand is not None and errand.side is not Side.RESUME:
        return errands.leave(moment)
    if moment.conversation.asking in notice.STEPS:
        return None  # the notice reads it as "I do not agree"
    if moment.conversation.asking.startswith(survey.PREFIX):
        return survey.leave(moment)
    if moment.conversation.draft is None and moment.situation.attachments:
        return aside.thrown_away(moment)  # files sent alone, and nothing else
    return _in_draft(_ask_cancel)(moment)


def _ask_cancel(moment: Moment) -> Turn:
    """Files sent a moment before the word are thrown away with the rest, or stay with it."""
    return review.ask_cancel(route.with_files(moment))


def _back(moment: Moment) -> Turn | None:
    if _errand(moment) is not None:
        return errands.leave(moment)
    if moment.conversation.asking.startswith(survey.PREFIX):
        return survey.back(moment)
    return _in_draft(form.back)(moment)


def _skip(moment: Moment) -> Turn | None:
    if moment.conversation.asking.startswith(survey.PREFIX):
        return None  # the survey knows which of its questions may stay open
    if _errand(moment) is not None:
        return errands.leave(moment)
    return _in_draft(answers.skip)(moment)


def _start(side: Side) -> Command:
    def run(moment: Moment) -> Turn | None:
        if side in (Side.SUPPLEMENT, Side.URGE) and moment.conversation.asking == twin.STEP:
            return None  # it answers the question whether to add to that ticket
        return errands.start(side, moment)

    return run


def _resume(moment: Moment) -> Turn | None:
    if _errand(moment) is not None:
        return waiting.again(moment)
    if moment.conversation.asking in notice.STEPS:
        return notice.waiting_still(moment)
    return route.take_up(moment)


def _elder(moment: Moment) -> Turn:
    on = not moment.conversation.elder
    word = Reply(moment.say("welcome.elder_on" if on else "welcome.elder_off"))
    return waiting.again(moment.changed(elder=on), word)


def _elder_off(moment: Moment) -> Turn:
    return waiting.again(moment.changed(elder=False), Reply(moment.say("welcome.elder_off")))


def _speak(language: str) -> Command:
    """From now on in that language, the question that waits included."""

    def run(moment: Moment) -> Turn:
        situation = replace(moment.situation, language=language)
        heard = replace(moment.changed(language=language), situation=situation)
        return waiting.again(heard, Reply(heard.say("welcome.language")))

    return run


def _languages(moment: Moment) -> Turn:
    options = moment.choices(
        language_zh="language.zh", language_hant="language.hant", language_en="language.en"
    )
    return moment.turn(Reply(moment.say("language.ask"), options, step="menu"))


def _unconsent(moment: Moment) -> Turn | None:
    return None if moment.conversation.asking in notice.STEPS else notice.withdraw(moment)


def _correct(moment: Moment) -> Turn | None:
    """What is not filed yet is changed by its line; what is filed, by a correction the backend is told of."""
    if moment.conversation.draft is not None:
        return _in_draft(_change)(moment)
    return errands.start(Side.CORRECT, moment)


def _praise(moment: Moment) -> Turn:
    """A commendation is begun; the notice still stands before it."""
    draft = moment.conversation.draft or Draft(appeal_type=AppealType.PRAISE)
    return form.ask(CONTENT, moment.changed(draft=draft, errand=None), Reply(moment.say("survey.praise_ask")))


def _bind(moment: Moment) -> Turn:
    """A number is personal: the notice stands before it."""
    first = notice.ask_first(moment)
    if first is None:
        return bound_phone.start(moment)
    return replace(first, replies=(Reply(moment.say("bind.notice_first")), *first.replies))


COMMANDS: Mapping[str, Command] = {
    "help": _told("welcome.help"),
    "menu": _told("welcome.help"),
    "thanks": _told("welcome.thanks"),
    "person": person.ask,
    "progress": inquiry.progress,
    "mine": inquiry.progress,
    "supplement": _start(Side.SUPPLEMENT),
    "urge": _start(Side.URGE),
    "withdraw": _start(Side.WITHDRAW),
    "change": _in_draft(_change),
    "back": _back,
    "cancel": _cancel,
    "restart": _in_draft(_ask_cancel),
    "skip": _skip,
    "resume": _resume,
    "rate": survey.begin,
    "nosurvey": survey.never,
    "praise": _praise,
    "bind": _bind,
    "unbind": bound_phone.release,
    "elder": _elder,
    "elder_off": _elder_off,
    "language": _languages,
    "language_zh": _speak("zh-Hans"),
    "language_hant": _speak("zh-Hant"),
    "language_en": _speak("en"),
    "unconsent": _unconsent,
    "mydata": lambda moment: waiting.again(moment, rights.mine(moment)),
    "mydata_json": lambda moment: waiting.again(moment, rights.mine_as_json(moment)),
    "erase": rights.ask_to_erase,
    "correct": _correct,
}
