"""The lines of the summary: which there are, and which one a citizen names.

A line is known by its label, by another word for it or by its number; what follows the name is
the new value.
"""

import re
from collections.abc import Iterator
from functools import cache

from intake.city import CityProfile, ExtraQuestion
from intake.moment import Moment
from intake.phrases import local
from intake.questions.category import EXTRA
from intake.ticket import Draft
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


def label(line: str, draft: Draft, moment: Moment) -> str:
    """What stands before a line's value."""
    if not line.startswith(EXTRA):
        return moment.say(f"slot.{line}")
    question = next(q for q in own_questions(draft, moment.city) if EXTRA + q.key == line)
    return local(question.label, moment.situation.language) or question.key


def named(said: str, draft: Draft, moment: Moment) -> tuple[str, str]:
    """The line that `said` begins with, and the value behind it; ("", "") for none."""
    said = _without_verb(said)
    if number := re.fullmatch(r"\D{0,2}(\d{1,2})\D{0,2}", said):
        return _numbered(int(number[1]), draft, moment), ""
    word, line = _begins(said, draft, moment)
    return (line, _parted(said[len(word) :])[1]) if line else ("", "")


def corrected(said: str, draft: Draft, moment: Moment) -> bool:
    """Whether words beside a summary mean one of its lines: its name alone, or with "is", "should be"."""
    bare = _without_verb(said)
    word, line = _begins(bare, draft, moment)
    link, value = _parted(bare[len(word) :])
    return bool(line) and (bare != said or not value or bool(link.strip()))


def _begins(said: str, draft: Draft, moment: Moment) -> tuple[str, str]:
    low = said.casefold()
    return next(((word, line) for word, line in _words(draft, moment) if low.startswith(word)), ("", ""))


def _without_verb(said: str) -> str:
    """What follows "change", if that is how it begins."""
    verbs = table("commands")["with_rest"]["change"]
    verb = next((v for v in sorted(verbs, key=len, reverse=True) if said.startswith(v)), "")
    return said[len(verb) :].strip(signs())


def _numbered(number: int, draft: Draft, moment: Moment) -> str:
    all_lines = lines(draft, moment.city)
    return all_lines[number - 1] if 0 < number <= len(all_lines) else ""


def _words(draft: Draft, moment: Moment) -> Iterator[tuple[str, str]]:
    own = ((normalise(label(line, draft, moment)).casefold(), line) for line in lines(draft, moment.city))
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
