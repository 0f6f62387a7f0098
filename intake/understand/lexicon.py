"""The words by which messages are understood: data in `intake/lexicon/`, read once when first needed.

Each module of understanding compiles its own table and keeps it; nothing is read at import.

The rule: whatever a stranger writes is read in time that grows with its length and no faster. So no pattern
may run on without end from wherever it begins (`bounded` refuses it), a number is read from its first digit,
and what stands around a find is looked at no further than `NEAR`.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "lexicon"
HAN = r"[\u4e00-\u9fff]"
NEAR = 64
"""Characters around a find that may say what is meant by it."""

_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<endless>[*+]|\{\d*,\})", re.DOTALL)
"""An escaped sign, a class of signs (in both of which a star is a star), or a repeat without end."""


@cache
def file(name: str) -> Mapping[str, Any]:
    """A whole lexicon: `zh`, `en` or `traditional`."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def table(noun: str, language: str = "zh") -> Mapping[str, Any]:
    """One noun's table of a language's lexicon."""
    found: Mapping[str, Any] = file(language)[noun]
    return found


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def numerals() -> str:
    """The Chinese digits and the ten, as the inside of a character class."""
    time = table("time")
    return "".join(time["numerals"]) + str(time["ten"])


def signs() -> str:
    """Blanks and punctuation that may stand around what is said."""
    return str(table("signs")["edge"])


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the lexicon. Raises ValueError, see `bounded`.

    `{n}` stands for a number, `{n2}` for one that is no year, `{h}` for one Chinese character. A number
    begins with its first digit: in 12345 there is no 345.
    """
    number = rf"(?:(?<!\d)\d{{1,4}}|[{numerals()}]{{1,3}})"
    short = number.replace("4", "3", 1)
    return bounded(pattern.replace("{n}", number).replace("{n2}", short).replace("{h}", HAN))


def bounded(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """A pattern whose repeats all have an end, or that can begin at the start of a text alone.

    Raises ValueError for any other: with `\\d+` looked for in a run of n digits, n places are begun at and
    each looks at all that follow.
    """
    for part in _PARTS.finditer(pattern):
        if part["endless"] and not pattern.startswith("^"):
            raise ValueError(f"a repeat without end at {part.start()} of {pattern[:80]}")
    return re.compile(pattern, flags)


def before(text: str, at: int) -> str:
    """What stands right before a place in the text."""
    return text[max(0, at - NEAR) : at]


def behind(text: str, at: int) -> str:
    """What stands right behind a place in the text."""
    return text[at : at + NEAR]


@cache
def number_of(text: str) -> int:
    """The value of `12`, or of a Chinese numeral up to ninety-nine."""
    if text.isascii():
        return int(text)
    time = table("time")
    values: Mapping[str, int] = time["numerals"]
    tens, ten, ones = text.partition(time["ten"])
    if not ten:
        return int("".join(str(values[sign]) for sign in text))
    return (values.get(tens[-1:], 1)) * 10 + values.get(ones[:1], 0)


def is_span(text: str) -> bool:
    """Whether a numeral names two numbers at once, as in "six or seven"."""
    return len(text) > 1 and not text.isascii() and table("time")["ten"] not in text[:2]
