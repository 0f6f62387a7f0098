"""What the hotline has just said, known by its wording as a citizen knows it.

The phrases are the product's own, with the city's words; no step's name and no state is looked at.
Of several phrases in one bubble the last counts: it is the one that waits for an answer.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from intake.city import CityProfile
from intake.phrases import FALLBACK, LANGUAGES

_STEPS: Mapping[str, str] = {
    "welcome.hello": "greeting",
    "welcome.again": "content",
    "notice.text": "notice",
    "notice.short": "notice",
    "notice.abroad": "abroad",
    "ask.content": "content",
    "ask.content_media": "content",
    "ask.content_more": "content",
    "hint.content": "content",
    "ask.place": "place",
    "ask.confirm": "confirm",
    "ask.subject": "subject",
    "ask.contact": "contact",
    "ask.contact_phone": "phone",
    "ask.occurred": "occurred",
    "ask.wish": "wish",
    "ask.category": "category",
    "same.ask": "same",
    "crowd.ask": "crowd",
    "resume.ask": "resume",
    "cancel.ask": "cancel",
    "errand.pick": "pick",
    "errand.withdraw_ask": "withdraw",
    "errand.supplement_ask": "content",
    "errand.none_open": "no ticket",
    "progress.none": "progress",
    "person.open": "person",
    "person.closed": "person",
    "notice.declined": "declined",
    "cancel.done": "cancelled",
    "summary.foot": "summary",
    "receipt.text": "receipt",
    "receipt.no_date": "receipt",
    "errand.supplement_done": "supplemented",
}
SAFETY = "safety"
GOES_ON = f"{SAFETY}.threat"  # the card alone: what it asks for comes behind it


@dataclass(frozen=True, slots=True)
class RecognisedPhrase:
    """A phrase that was recognised: the step it stands for, and what was filled into it."""

    step: str
    values: Mapping[str, str]


class Ear:
    """Knows every phrase that asks something or ends a conversation."""

    def __init__(self, city: CityProfile) -> None:
        self._phrases = tuple(_phrases(city))

    def hear(self, text: str) -> RecognisedPhrase | None:
        """The last phrase in a bubble that asks or ends; None for any other talk."""
        found = [(match, step) for step, phrase in self._phrases for match in phrase.finditer(text)]
        if not found:
            return None
        match, step = max(found, key=lambda one: one[0].end())
        return RecognisedPhrase(step, match.groupdict())


def _phrases(city: CityProfile) -> Iterator[tuple[str, re.Pattern[str]]]:
    wording = city.wording[FALLBACK]
    for key, step in _STEPS.items():
        yield step, _pattern(wording[key], city)
    for key, text in wording.items():
        if key.startswith(f"{SAFETY}.") and key != GOES_ON:
            yield SAFETY, _pattern(text, city)
    for category in city.categories.values():
        for question in category.questions:
            yield f"extra:{question.key}", _pattern(question.ask[LANGUAGES[FALLBACK]], city)


def _pattern(template: str, city: CityProfile) -> re.Pattern[str]:
    """A phrase with anything where something is filled in, and any white space where it has some."""
    known = {"city": city.name, "hotline": city.hotline}
    parts, seen = [], set[str]()
    for words, name, _, _ in Formatter().parse(template.strip()):
        parts.append(_spaced(words))
        if name in known:
            parts.append(re.escape(known[name]))
        elif name is not None:
            parts.append(r".+?" if name in seen else rf"(?P<{name}>.+?)")
            seen.add(name)
    return re.compile("".join(parts), re.DOTALL)


def _spaced(words: str) -> str:
    return re.sub(r"(?:\\\s|\s)+", r"\\s+", re.escape(words))
