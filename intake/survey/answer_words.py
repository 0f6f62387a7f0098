"""What one message says to a survey: a button, digits, or a sentence that answers several questions.

The rule: what is asked now is answered by whatever fits it; other questions are answered along with it
only where they are still open, so that a remark never turns what was said before.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from intake.context import Context, pick
from intake.form.questions.words import has_words
from intake.model.messages import MediaKind
from intake.model.survey import LONGEST_COMMENT, REASONS, Survey, may_be_reworked, next_slot
from intake.survey import questions
from intake.understand.lexicon import bounded, table

UNKNOWN = "unknown"
_LANGUAGES = ("zh", "en")
_DIGITS = bounded(r"[1-9](?:[\s,，、.;；/和]{0,4}[1-9]){1,12}")
_SCORES = {"very_satisfied": 5, "satisfied": 4, "basically": 3, "dissatisfied": 2, "very_dissatisfied": 1}
_ONE_THING = 40
_SENTENCE = 6
"""Characters from which words are kept beside the answers they hold."""


def rates(said: str) -> bool:
    """Whether words answer two of the questions, or are nothing but the answer to one."""
    folded = said.casefold()
    found = {slot for slot, _ in _found(folded) if slot != "rework"}
    alone = found & {"solved", "satisfied"} and len(said) <= _SENTENCE
    return len(said) <= _ONE_THING and (len(found) > 1 or bool(alone))


def heard(slot: str, survey: Survey, context: Context) -> Survey | None:
    """The survey with what was said; None for what answers none of its questions."""
    choices = questions.choices(slot, survey, context)
    option = pick(choices, questions.step(slot, survey), context)
    if option is not None:
        return answered(slot, _as_said(slot, option, context), survey, context)
    if context.inbound.tap is not None:
        return None
    digits = _DIGITS.fullmatch(context.reading.text.strip())
    if digits:
        return _in_digits(slot, re.findall(r"\d", digits[0]), survey, context)
    if context.reading.command == "skip" and slot in ("contacted", "reason"):
        return answered(slot, UNKNOWN if slot == "contacted" else "other", survey, context)
    return _spoken(slot, survey, context) or _in_words(slot, survey, context)


def answered(slot: str, option: str, survey: Survey, context: Context) -> Survey:
    """The survey with one answer more."""
    match slot:
        case "contacted":
            contacted = None if option == UNKNOWN else option == "yes"
            return replace(survey, contacted=contacted, contacted_given=True)
        case "solved":
            return replace(survey, solved=option)
        case "satisfied":
            return replace(survey, satisfied=_three(option), score=_score(option, context))
        case "rework":
            return replace(survey, rework_wanted=option == "yes")
    if option.startswith("rework_"):
        return replace(survey, rework_wanted=option == "rework_yes")
    return replace(survey, reason_codes=_with((option,), survey))


def _three(option: str) -> str:
    """Five steps as the three that everybody counts."""
    return option.removeprefix("very_")


def _score(option: str, context: Context) -> int | None:
    return _SCORES[option] if context.city.survey.steps == 5 else None


def _as_said(slot: str, option: str, context: Context) -> str:
    """In five steps, "very" in somebody's own words makes the outer ones."""
    own_words = context.inbound.tap is None and context.reading.number is None
    five = slot == "satisfied" and context.city.survey.steps == 5
    inner = option in ("satisfied", "dissatisfied")
    very = own_words and five and inner and _says(context.reading.text.casefold(), _list("very"))
    return f"very_{option}" if very else option


def _in_digits(slot: str, digits: list[str], survey: Survey, context: Context) -> Survey | None:
    """Several digits: several reasons, or the answers to this question and those after it."""
    at: str | None = slot
    for digit in digits:
        offered = questions.options(at, survey, context) if at else ()
        if not at or int(digit) > len(offered):
            return None
        survey = answered(at, offered[int(digit) - 1], survey, context)
        at = at if at == "reason" and not offered[int(digit) - 1].startswith("rework_") else next_slot(survey)
    return survey


def _in_words(slot: str, survey: Survey, context: Context) -> Survey | None:
    said = context.reading.text.casefold()
    taken = {name: option for name, option in _found(said) if name in _asked(slot, survey, context)}
    before = survey
    for name, option in taken.items():
        survey = answered(name, _as_said(name, option, context), survey, context)
    if slot in ("reason", "rework") and context.reading.command is None and has_words(context.inbound.text):
        survey = _why(slot, said, survey)
    if survey == before:
        return None
    tells = len(taken) > 1 or slot in ("reason", "rework")
    return _with_comment(before, survey, context) if tells else survey


def _asked(slot: str, survey: Survey, context: Context) -> set[str]:
    """What words may answer now. Under the reasons a bare "not needed" answers the last question."""
    if slot == "reason":
        bare = context.reading.command in ("yes", "no") and may_be_reworked(survey)
        return {"rework"} if bare else set()
    return {slot, *_open(survey)} - ({"rework"} if slot != "rework" else set())


def _open(survey: Survey) -> set[str]:
    unanswered = {
        "contacted": not survey.contacted_given,
        "solved": survey.solved is None,
        "satisfied": survey.satisfied is None,
    }
    return {name for name, is_open in unanswered.items() if is_open}


def _found(said: str) -> Iterator[tuple[str, str]]:
    """The first option of each question that the words name."""
    for slot in ("contacted", "solved", "satisfied", "rework"):
        option = next((option for option, words in _options(slot) if _says(said, words)), None)
        if option is not None:
            yield slot, option


def _why(slot: str, said: str, survey: Survey) -> Survey:
    """Reasons by their words, and the wish for rework where it is plainly said."""
    wish = next((option for option, words in _options("rework_said") if _says(said, words)), None)
    codes = tuple(code for code, words in _options("reason") if _says(said, words))
    if not codes and wish is None and slot == "reason" and not survey.reason_codes:
        codes = ("other",)
    told = replace(survey, reason_codes=_with(codes, survey))
    fits = wish is not None and told.rework_wanted is None and may_be_reworked(told)
    return replace(told, rework_wanted=wish == "yes") if fits else told


def _with(codes: tuple[str, ...], survey: Survey) -> tuple[str, ...]:
    """In the list's order, each once."""
    known = {*survey.reason_codes, *codes}
    return tuple(code for code in REASONS if code in known)


def _spoken(slot: str, survey: Survey, context: Context) -> Survey | None:
    """A voice message nobody has written down goes along as it is."""
    spoken = any(media.kind is MediaKind.VOICE for media in context.inbound.media)
    if not spoken or has_words(context.inbound.text):
        return None
    kept = replace(survey, attachments=(*survey.attachments, *context.situation.attachments))
    return replace(kept, reason_codes=_with(("other",), kept)) if slot == "reason" else kept


def _with_comment(before: Survey, survey: Survey, context: Context) -> Survey:
    """A sentence is kept beside the answers it gave, and whatever no code stands for."""
    text = context.inbound.text.strip()
    uncoded = "other" in survey.reason_codes and "other" not in before.reason_codes
    if len(text) < _SENTENCE and not uncoded:
        return survey
    whole = "\n".join(one for one in (survey.comment, text) if one)
    return replace(survey, comment=whole[:LONGEST_COMMENT])


def thanks(survey: Survey) -> bool:
    """Whether what they wrote is praise of somebody."""
    return bool(survey.comment) and _says((survey.comment or "").casefold(), _list("praise"))


def strong(survey: Survey) -> bool:
    """Whether what they wrote should not wait for the evening's list."""
    return bool(survey.comment) and _says((survey.comment or "").casefold(), _list("strong"))


def _says(said: str, words: tuple[str, ...]) -> bool:
    return any(word in said for word in words)


@cache
def _options(slot: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A question's options with the words for each, in the order in which they are looked for."""
    tables = (table("answers", language)["survey"].get(slot, {}) for language in _LANGUAGES)
    return tuple((option, tuple(words)) for options in tables for option, words in options.items())


@cache
def _list(name: str) -> tuple[str, ...]:
    return tuple(
        word for language in _LANGUAGES for word in table("answers", language)["survey"].get(name, ())
    )
