"""Slots answered in the citizen's own words: what happened, when, whom it concerns, what they wish."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from intake.context import Context, pick
from intake.form.content.long_text import MAX_TOLD
from intake.form.questions.question import Question, Unclear
from intake.model.messages import Choice, Reply
from intake.model.ticket import Draft, Occurred
from intake.understand.answer import best
from intake.understand.lexicon import bounded, table
from intake.understand.normalise import normalise
from intake.understand.speech.acts import says_nothing_of_it

SHORT_CONTENT = 10
MAX_LINE = 100


def _skip_choice(context: Context) -> tuple[Choice, ...]:
    return context.choices(skip="choice.skip")


def _ask_content(draft: Draft, context: Context) -> Reply:
    key = "ask.content_media" if draft.attachments else "ask.content"
    return Reply(context.say(key), step="content")


def has_words(text: str) -> bool:
    """Whether there is anything to read: letters or characters, not an emoji or a dot alone."""
    return sum(char.isalpha() for char in text) >= 2


def _read_content(draft: Draft, context: Context) -> Draft | Unclear:
    text = context.inbound.text.strip()
    if not has_words(text):
        return Unclear("hint.content")
    if context.conversation.editing:
        return replace(draft, content=text[:MAX_TOLD])
    grown = replace(draft, content=joined(draft.content, text))
    return Unclear("ask.content_more", kept=grown) if _says_little(grown, context) else grown


def _says_little(draft: Draft, context: Context) -> bool:
    """Too short to tell what it is about; asked for more once."""
    short = len(draft.content) < SHORT_CONTENT and context.conversation.tries == 0
    said = context.reading.category is not None or context.reading.place is not None
    return short and not said and best(draft.content, context.city) is None


def asks_back(context: Context) -> bool:
    """Whether an answer is itself a question."""
    return re.search(table("answers")["question_pattern"], context.reading.text) is not None


def speaks_to_us(text: str) -> bool:
    """Whether an answer is a sentence of its own: what somebody does, asks for or takes leave with."""
    return any(_speech(language).search(normalise(text)) for language in ("zh", "en"))


@cache
def _speech(language: str) -> re.Pattern[str]:
    return bounded(table("answers", language)["speech_pattern"], re.IGNORECASE)


def joined(content: str, more: str) -> str:
    """The content with what was added, within what a draft takes."""
    return f"{content}\n{more}".strip()[:MAX_TOLD]


def _ask_subject(_: Draft, context: Context) -> Reply:
    return Reply(context.say("ask.subject"), _skip_choice(context), step="subject")


def _read_subject(draft: Draft, context: Context) -> Draft | Unclear:
    text = _line(context)
    found = context.reading.subject
    if found is None and says_nothing_of_it(context.reading.text):
        return Unclear("hint.choose")
    if found is None and speaks_to_us(text):
        return _went_on(draft, text)
    return (
        replace(draft, subject=found.value if found and len(text) > 40 else text)
        if text
        else Unclear("hint.choose")
    )


def _ask_occurred(_: Draft, context: Context) -> Reply:
    return Reply(context.say("ask.occurred"), _skip_choice(context), step="occurred")


def _read_occurred(draft: Draft, context: Context) -> Draft | Unclear:
    text = _line(context)
    if not text:
        return Unclear("hint.choose")
    if context.reading.bad_time:
        return Unclear("hint.occurred_wrong")
    found = context.reading.occurred
    if found is None and says_nothing_of_it(context.reading.text):
        return Unclear("hint.choose")
    if found is None and speaks_to_us(text):
        return _went_on(draft, text)
    return replace(draft, occurred=found.value if found else Occurred(text))


def _went_on(draft: Draft, text: str) -> Unclear:
    """A sentence that answers nothing is kept with the matter."""
    return Unclear("hint.choose", kept=replace(draft, content=joined(draft.content, text)))


def _ask_wish(_: Draft, context: Context) -> Reply:
    return Reply(context.say("ask.wish"), _skip_choice(context), step="wish")


def _read_wish(draft: Draft, context: Context) -> Draft | Unclear:
    text = context.inbound.text.strip()[:500]
    return replace(draft, wish=text) if has_words(text) else Unclear("hint.choose")


def _line(context: Context) -> str:
    text = " ".join(context.inbound.text.split())[:MAX_LINE]
    return text if has_words(text) else ""


def _emptied(**nothing: object) -> Callable[[Draft], Draft]:
    return lambda draft: replace(draft, **nothing)  # type: ignore[arg-type]  # the slots' own names


def picked(choices: tuple[Choice, ...], step: str, context: Context) -> str | Unclear:
    """The option chosen, or the hint to choose one."""
    return pick(choices, step, context) or Unclear("hint.choose")


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
