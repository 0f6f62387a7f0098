"""What somebody puts right: the words that were wrong, where they are named, and the right ones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from intake.understand.lexicon import bounded, compiled, is_span, number_of, numerals, table

LONGEST = 60
"""Characters up to which a message may be nothing but a correction."""


@dataclass(frozen=True, slots=True)
class Correction:
    """`old` is "" where only the right words are said."""

    old: str
    new: str


def find(said: str) -> Iterator[Correction]:
    """The ways in which a message may be read as a correction, the most telling first."""
    if len(said) > LONGEST:
        return
    for pattern in _patterns():
        match = pattern.search(said)
        if match is None:
            continue
        groups = match.groupdict()
        old, new = _bare(groups.get("old") or ""), _bare(groups["new"])
        if new and new != old:
            yield Correction(old, new)


def said_as(words: str) -> re.Pattern[str]:
    """These words, with each number in digits or in Chinese numerals."""
    return re.compile("".join(_either(part) for part in _number().split(words)))


def part_of(new: str) -> re.Pattern[str] | None:
    """The kind of an address's part that `new` begins with."""
    return next((part for part in _parts() if part.match(new)), None)


def _either(part: str) -> str:
    value = _value(part)
    if value is None:
        return re.escape(part)
    return rf"(?<!\d)(?:{value}|{_chinese(value)})"


def _value(part: str) -> int | None:
    """The number a part of the words is, up to ninety-nine."""
    if not _number().fullmatch(part):
        return None
    if not part.isascii():
        return None if is_span(part) else number_of(part)
    return int(part) if len(part) <= 2 else None


def _chinese(value: int) -> str:
    time = table("time")
    ten = str(time["ten"])
    signs = {number: sign for sign, number in time["numerals"].items()}
    tens, ones = divmod(value, 10)
    if not tens:
        return str(signs[ones])
    return ("" if tens == 1 else str(signs[tens])) + ten + (str(signs[ones]) if ones else "")


def _bare(words: str) -> str:
    data = table("corrections")
    bare = words.strip()
    return _compiled(data["tail_pattern"]).sub("", bare).strip()


@cache
def _number() -> re.Pattern[str]:
    return bounded(rf"(\d{{1,24}}|[{numerals()}]{{1,3}})")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return bounded(pattern)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(bounded(pattern) for pattern in table("corrections")["patterns"])


@cache
def _parts() -> tuple[re.Pattern[str], ...]:
    return tuple(compiled(pattern) for pattern in table("corrections")["parts"])
