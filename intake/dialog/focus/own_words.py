"""A message without our own words, quoted or pasted above the answer: they are not the citizen's.

The rule: this comes before anybody reads the message. Only whole lines of ours go, and only where something
else is said; a button's label, typed, is an answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from intake.model.messages import Inbound
from intake.phrases import FALLBACK, built_in
from intake.understand.speech.quotes import without_quote

_SHORTEST = 8
"""Characters from which a line of ours is a sentence, and no label that may be typed."""
_LINES = 12
"""Lines from the top that are looked at; an answer of ours has no more."""
_BLANKS = 2
"""More of them in one line could be matched in too many ways."""
_OURS = ("ask", "hint", "survey", "news", "summary", "welcome", "notice")
_NUMBERED = re.compile(r"(?:\d|[①②③④⑤⑥⑦⑧⑨])\ufe0f?\u20e3?\s{0,2}[.、．:：)）]?\s{0,2}(?P<label>.{1,60})")
_BLANK = re.compile(r"\{[^}]{1,20}\}")


def own(inbound: Inbound) -> Inbound:
    """The message with the citizen's words alone."""
    text = without_quote(inbound.text)
    lines = text.split("\n")
    kept = list(_kept(lines))
    left = "\n".join(kept).strip()
    text = left if left and len(kept) < len(lines) else text
    return inbound if text == inbound.text else replace(inbound, text=text)


def _kept(lines: Sequence[str]) -> Iterator[str]:
    """The lines that are not ours; under a sentence of ours its numbered choices are ours, too."""
    under = False
    for at, line in enumerate(lines):
        said = line.strip()
        own = at < _LINES and (_is_ours(said) or (under and _is_choice(said)))
        under = own or (under and not said)
        if not own:
            yield line


def _is_choice(line: str) -> bool:
    found = _NUMBERED.fullmatch(line)
    return found is not None and found["label"] in _labels()


@cache
def _labels() -> frozenset[str]:
    return frozenset(built_in(FALLBACK).values())


def _is_ours(line: str) -> bool:
    return _SHORTEST <= len(line) <= 300 and any(one.fullmatch(line) for one in _lines())


@cache
def _lines() -> tuple[re.Pattern[str], ...]:
    texts = (text for key, text in built_in(FALLBACK).items() if key.split(".")[0] in _OURS)
    lines = {line.strip() for text in texts for line in text.split("\n")}
    whole = (line for line in sorted(lines) if len(_BLANK.sub("", line)) >= _SHORTEST)
    return tuple(_pattern(line) for line in whole if len(_BLANK.findall(line)) <= _BLANKS)


def _pattern(line: str) -> re.Pattern[str]:
    """A line of ours with anything in its blanks."""
    return re.compile(".{1,80}?".join(re.escape(part) for part in _BLANK.split(line)))
