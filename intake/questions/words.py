"""Slots answered in the citizen's own words: what happened, when, whom it concerns, what they wish."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from intake.chapters import MAX_TOLD
from intake.messages import Choice, Reply
from intake.moment import Moment, pick
from intake.questions.question import Question, Unclear
from intake.ticket import Draft, Occurred
from intake.understand.answer import best
from intake.understand.lexicon import table
from intake.understand.normalise import normalise

SHORT_CONTENT = 10
MAX_LINE = 100


def _skip_choice(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(skip="choice.skip")


def _ask_content(draft: Draft, moment: Moment) -> Reply:
    key = "ask.content_media" if draft.attachments else "ask.content"
    return Reply(moment.say(key), step="content")


def has_words(text: str) -> bool:
    """Whether there is anything to read: letters or characters, not an emoji or a dot alone."""
    return sum(char.isalpha() for char in text) >= 2


def _read_content(draft: Draft, moment: Moment) -> Draft | Unclear:
    text = moment.inbound.text.strip()
    if not has_words(text):
        return Unclear("hint.content")
    if moment.conversation.editing:
        return replace(draft, content=text[:MAX_TOLD])
    grown = replace(draft, content=joined(draft.content, text))
    return Unclear("ask.content_more", kept=grown) if _says_little(grown, moment) else grown


def _says_little(draft: Draft, moment: Moment) -> bool:
    """Too short to tell what it is about; asked for more once."""
    short = len(draft.content) < SHORT_CONTENT and moment.conversation.tries == 0
    said = moment.reading.category is not None or moment.reading.place is not None
    return short and not said and best(draft.content, moment.city) is None


def asks_back(moment: Moment) -> bool:
    """Whether an answer is itself a question."""
    return re.search(table("answers")["question_pattern"], moment.reading.text) is not None


def speaks_to_us(text: str) -> bool:
    """Whether an answer is a sentence of its own: what somebody does, asks for or takes leave with."""
    return any(_speech(language).search(normalise(text)) for language in ("zh", "en"))


@cache
def _speech(language: str) -> re.Pattern[str]:
    return re.compile(table("answers", language)["speech_pattern"], re.IGNORECASE)


def joined(content: str, more: str) -> str:
    """The content with what was added, within what a draft takes."""
    return f"{content}\n{more}".strip()[:MAX_TOLD]


def _ask_subject(_: Draft, moment: Moment) -> Reply:
    return Reply(moment.say("ask.subject"), _skip_choice(moment), step="subject")


def _read_subject(draft: Draft, moment: Moment) -> Draft | Unclear:
    text = _line(moment)
    found = moment.reading.subject
    if found is None and speaks_to_us(text):
        return _went_on(draft, text)
    return (
        replace(draft, subject=found.value if found and len(text) > 40 else text)
        if text
        else Unclear("hint.choose")
    )


def _ask_occurred(_: Draft, moment: Moment) -> Reply:
    return Reply(moment.say("ask.occurred"), _skip_choice(moment), step="occurred")


def _read_occurred(draft: Draft, moment: Moment) -> Draft | Unclear:
    text = _line(moment)
    if not text:
        return Unclear("hint.choose")
    if moment.reading.bad_time:
        return Unclear("hint.occurred_wrong")
    found = moment.reading.occurred
    if found is None and speaks_to_us(text):
        return _went_on(draft, text)
    return replace(draft, occurred=found.value if found else Occurred(text))


def _went_on(draft: Draft, text: str) -> Unclear:
    """A sentence that answers nothing is kept with the matter."""
    return Unclear("hint.choose", kept=replace(draft, content=joined(draft.content, text)))


def _ask_wish(_: Draft, moment: Moment) -> Reply:
    return Reply(moment.say("ask.wish"), _skip_choice(moment), step="wish")


def _read_wish(draft: Draft, moment: Moment) -> Draft | Unclear:
    text = moment.inbound.text.strip()[:500]
    return replace(draft, wish=text) if has_words(text) else Unclear("hint.choose")


def _line(moment: Moment) -> str:
    text = " ".join(moment.inbound.text.split())[:MAX_LINE]
    return text if has_words(text) else ""


def _emptied(**nothing: object) -> Callable[[Draft], Draft]:
    return lambda draft: replace(draft, **nothing)  # type: ignore[arg-type]  # the slots' own names


def picked(choices: tuple[Choice, ...], step: str, moment: Moment) -> str | Unclear:
    """The option chosen, or the hint to choose one."""
    return pick(choices, step, moment) or Unclear("hint.choose")


CONTENT = Question(
    "content", _ask_content, _read_content, lambda d: not d.content, _emptied(content=""), required=True
)
SUBJECT = Question(
    "subject", _ask_subject, _read_subject, lambda d: d.subject is None, _emptied(subject=None)
)
OCCURRED = Question(
    "occurred", _ask_occurred, _read_occurred, lambda d: d.occurred is None, _emptied(occurred=None)
)
WISH = Question("wish", _ask_wish, _read_wish, lambda d: d.wish is None, _emptied(wish=None))
