"""The global words: what each does, at any moment of any form."""

from collections.abc import Callable, Mapping

from intake import errands, form, notice, person, review, route, survey
from intake.conversation import Side, Turn
from intake.messages import Reply
from intake.moment import Moment

Command = Callable[[Moment], Turn | None]


def _help(moment: Moment) -> Turn:
    word = Reply(moment.say("welcome.help"))
    return form.repeat(moment, word) if moment.conversation.draft else moment.turn(word)


def _in_draft(command: Callable[[Moment], Turn]) -> Command:
    """A word about the draft; without one, a hint that nothing is being filled in."""

    def run(moment: Moment) -> Turn:
        if moment.conversation.draft is not None and moment.conversation.draft.content:
            return command(moment)
        return moment.turn(
            Reply(moment.say("welcome.nothing_open"), form.menu(moment), step="menu"), errand=None
        )

    return run


def _change(moment: Moment) -> Turn:
    return review.change(moment, moment.reading.command_rest)


def _cancel(moment: Moment) -> Turn | None:
    if moment.conversation.errand is not None and moment.conversation.errand.side is not Side.RESUME:
        return moment.turn(Reply(moment.say("cancel.kept")), errand=None)
    if moment.conversation.asking in notice.STEPS:
        return None  # the notice reads it as "I do not agree"
    if moment.conversation.asking.startswith(survey.PREFIX):
        return moment.turn(Reply(moment.say("survey.later")), asking="")
    return _in_draft(review.ask_cancel)(moment)


def _back(moment: Moment) -> Turn | None:
    if moment.conversation.errand is not None:
        return moment.turn(Reply(moment.say("cancel.kept")), errand=None)
    if moment.conversation.asking.startswith(survey.PREFIX):
        return survey.back(moment)
    return _in_draft(form.back)(moment)


def _skip(moment: Moment) -> Turn | None:
    if moment.conversation.draft is None or moment.conversation.errand is not None:
        return None
    return form.skip(moment)


def _errand(side: Side) -> Command:
    return lambda moment: errands.start(side, moment)


def _resume(moment: Moment) -> Turn | None:
    if moment.conversation.errand is not None or moment.conversation.asking in notice.STEPS:
        return None
    return route.take_up(moment)


def _elder(moment: Moment) -> Turn:
    on = not moment.conversation.elder
    return moment.turn(Reply(moment.say("welcome.elder_on" if on else "welcome.elder_off")), elder=on)


def _speak(language: str) -> Command:
    return lambda moment: moment.turn(Reply(moment.say_in(language, "welcome.language")), language=language)


def _languages(moment: Moment) -> Turn:
    options = moment.choices(
        language_zh="language.zh", language_hant="language.hant", language_en="language.en"
    )
    return moment.turn(Reply(moment.say("language.ask"), options, step="menu"))


def _no_survey(moment: Moment) -> Turn:
    return moment.turn(Reply(moment.say("survey.never")), do_not_survey=True, surveys=(), asking="")


COMMANDS: Mapping[str, Command] = {
    "help": _help,
    "menu": _help,
    "person": person.ask,
    "progress": errands.progress,
    "mine": errands.progress,
    "supplement": _errand(Side.SUPPLEMENT),
    "urge": _errand(Side.URGE),
    "withdraw": _errand(Side.WITHDRAW),
    "change": _in_draft(_change),
    "back": _back,
    "cancel": _cancel,
    "restart": _in_draft(review.ask_cancel),
    "skip": _skip,
    "resume": _resume,
    "rate": survey.begin,
    "nosurvey": _no_survey,
    "elder": _elder,
    "language": _languages,
    "language_zh": _speak("zh-Hans"),
    "language_hant": _speak("zh-Hant"),
    "language_en": _speak("en"),
}
