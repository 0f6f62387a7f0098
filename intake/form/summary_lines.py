"""The lines of the summary: which there are, and which one a citizen names.

A line is known by its label, by another word for it or by its number; what follows the name is
the new value.
"""

import re
from collections.abc import Iterator
from functools import cache

from intake.city import CityProfile, ExtraQuestion
from intake.context import Context
from intake.form.questions.category import EXTRA
from intake.model.ticket import Draft
from intake.phrases import local
from intake.understand.lexicon import signs, table
from intake.understand.normalise import normalise

FIRST = ("type", "content", "place", "occurred", "subject", "wish", "contact")
LAST = ("photos", "confidential", "public", "category")


def lines(draft: Draft, city: CityProfile) -> tuple[str, ...]:
    """The lines of this draft in their order; a category's own answers stand after the contact."""
    return (*FIRST, *(EXTRA + question.key for question in own_questions(draft, city)), *LAST)


def own_questions(draft: Draft, city: CityProfile) -> tuple[ExtraQuestion, ...]:
    """The questions of the draft's category."""
    category = city.categories.get(draft.category.code) if draft.category else None
    return category.questions if category else ()


def label(line: str, draft: Draft, context: Context) -> str:
    """What stands before a line's value."""
    if not line.startswith(EXTRA):
        return context.say(f"slot.{line}")
    question = next(q for q in own_questions(draft, context.city) if EXTRA + q.key == line)
    return local(question.label, context.situation.language) or question.key


def named(said: str, draft: Draft, context: Context) -> tuple[str, str]:
    """The line that `said` begins with, and the value behind it; ("", "") for none."""
    said = _without_verb(said)
    if number := re.fullmatch(r"\D{0,2}(\d{1,2})\D{0,2}", said):
        return _numbered(int(number[1]), draft, context), ""
    word, line = _begins(said, draft, context)
    return (line, _parted(said[len(word) :])[1]) if line else ("", "")


def corrected(said: str, draft: Draft, context: Context) -> bool:
    """Whether words beside a summary mean one of its lines: its name alone, or with "is", "should be"."""
    bare = _without_verb(said)
    word, line = _begins(bare, draft, context)
    link, value = _parted(bare[len(word) :])
    return bool(line) and (bare != said or not value or bool(link.strip()))


def _begins(said: str, draft: Draft, context: Context) -> tuple[str, str]:
    low = said.casefold()
    return next(((word, line) for word, line in _words(draft, context) if low.startswith(word)), ("", ""))


def _without_verb(said: str) -> str:
    """What follows "change", if that is how it begins."""
    verbs = table("commands")["with_rest"]["change"]
    verb = next((v for v in sorted(verbs, key=len, reverse=True) if said.startswith(v)), "")
    return said[len(verb) :].strip(signs())


def _numbered(number: int, draft: Draft, context: Context) -> str:
    all_lines = lines(draft, context.city)
    return all_lines[number - 1] if 0 < number <= len(all_lines) else ""


def _words(draft: Draft, context: Context) -> Iterator[tuple[str, str]]:
    own = ((normalise(label(line, draft, context)).casefold(), line) for line in lines(draft, context.city))
    yield from sorted((*own, *_other_words()), key=lambda pair: -len(pair[0]))


@cache
def _other_words() -> tuple[tuple[str, str], ...]:
    tables = (table("answers", language)["lines"] for language in ("zh", "en"))
    return tuple((word, line) for words in tables for line, those in words.items() for word in those)


def _parted(rest: str) -> tuple[str, str]:
    """What links a line's name to its new value, and that value."""
    value = rest
    for language in ("zh", "en"):
        value = re.sub(table("answers", language)["link_pattern"], "", value)
    return rest[: len(rest) - len(value)], value.strip()
