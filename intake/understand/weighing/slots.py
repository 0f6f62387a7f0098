"""Each slot by what the rules and the tagger found: where they agree it is sure, else it is asked.

The rule: a short message is an answer, which the rules know best; in a story the tagger's find stands
before a rule's, and what only an unsure rule found is no find. Without the weights the rules' reading stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from intake.city import CityProfile
from intake.model.reading import LIKELY, SURE, Found, Reading
from intake.model.ticket import Occurred, Place
from intake.understand import time
from intake.understand.lexicon import NEAR, table
from intake.understand.persons import learnt, personal
from intake.understand.persons.phone import spoken
from intake.understand.places import names, place
from intake.understand.tagger.slots import Slot, Tagged
from intake.understand.tagger.tagger import Tagger
from intake.understand.weighing import hints
from intake.understand.weighing.edges import mended

_ANSWER = 15
"""A message as short as an answer has little room for anything that is not meant."""
_CERTAIN = 0.9
_AGREED = 0.6
_NAME = 0.6
"""From these of the tagger's confidences on a find is taken unasked: alone, with a rule's, as a name."""
_DOUBTED = 0.65
"""Below it a rule saw a reason to doubt, such as a name merely spoken of."""
_SAID = 0.35
"""Below it a find is none."""


def weighed(reading: Reading, tagger: Tagger | None, city: CityProfile, now: datetime) -> Reading:
    """The rules' reading of a story with what the tagger found in it."""
    if tagger is None or not reading.text:
        return reading
    told = (*learnt.hints(personal.by_rules(reading.text)), *hints.of_reading(reading))
    seen = [one for one in tagger.spans(reading.text, told) if one.confidence >= _SAID]
    found = replace(
        reading,
        place=_place(reading, seen, city),
        occurred=_occurred(reading, seen, city, now),
        name=_name(reading, seen),
        phone=reading.phone or _phone(reading, seen, city),
        wish=_weigh(reading, seen, Slot.WISH, reading.wish, lambda said: said),
    )
    found = _parties(found, seen)
    outside = found.outside_city or names.is_elsewhere(reading.text, found.place, city)
    return replace(found, bad_phone=found.bad_phone and found.phone is None, outside_city=outside)


def _place(reading: Reading, seen: Sequence[Tagged], city: CityProfile) -> Found[Place] | None:
    def value(said: str) -> Place:
        own = place.find(said, city)
        return Place(said, own.value.area_code if own else names.named_area(reading.text, city))

    ruled = reading.place
    found = _weigh(reading, seen, Slot.PLACE, ruled, value)
    if found is None or ruled is None or found is ruled or not _meet(found, ruled):
        return found
    if ruled.value.text != reading.text[ruled.start : ruled.end]:
        return ruled  # a name written by its sound, put right
    return replace(
        found, value=replace(found.value, area_code=found.value.area_code or ruled.value.area_code)
    )


def _occurred(
    reading: Reading, seen: Sequence[Tagged], city: CityProfile, now: datetime
) -> Found[Occurred] | None:
    """Since when, else at which hours; never a deadline or what happened before."""

    def value(said: str) -> Occurred:
        own, _ = time.find(said, city, now)
        going = ruled.value.ongoing if ruled else None
        return Occurred(said, own.value.at, own.value.ongoing) if own else Occurred(said, None, going)

    ruled = reading.occurred
    slot = Slot.ONSET if any(one.slot is Slot.ONSET for one in seen) else Slot.HABIT
    others = [one for one in seen if one.slot in (Slot.DEADLINE, Slot.HISTORY)]
    if ruled is not None and any(_meet(ruled, one) for one in others) and len(reading.text) > _ANSWER:
        ruled = None
    found = _weigh(reading, seen, slot, ruled, value)
    if found is None or ruled is None or found is ruled or not _meet(found, ruled):
        return found
    said = found.value
    return replace(
        found,
        value=replace(
            said,
            at=said.at or ruled.value.at,
            ongoing=ruled.value.ongoing if said.ongoing is None else said.ongoing,
        ),
    )


def _name(reading: Reading, seen: Sequence[Tagged]) -> Found[str] | None:
    """The fullest of what the writer calls themselves."""
    those = [_named(reading.text, one) for one in seen if one.slot is Slot.NAME]
    named = [one for one in those if one.value and not any(sign.isdigit() for sign in one.value)]
    best = max(named, key=lambda one: len(one.value), default=None)
    ruled = reading.name
    if best is None or (ruled is not None and len(reading.text) <= _ANSWER and ruled.confidence >= SURE):
        return ruled
    if ruled is not None and ruled.value.startswith(best.value):
        return ruled if ruled.confidence >= SURE else replace(ruled, confidence=best.confidence)
    return best


def _named(text: str, one: Tagged) -> Found[str]:
    start, end = mended(text, one.start, one.end)
    said = text[start:end]
    surname = table("person")["told_surname"]
    if said.startswith(surname):
        start, said = start + len(surname), said[len(surname) :]
    return Found(said, start, end, SURE if one.confidence >= _NAME else LIKELY)


def _phone(reading: Reading, seen: Sequence[Tagged], city: CityProfile) -> Found[str] | None:
    """A number the rules do not read, such as one spoken with pauses."""
    for one in seen:
        if one.slot is Slot.PHONE and (number := spoken(reading.text[one.start : one.end], city.dial_code)):
            return Found(number, one.start, one.end, SURE)
    return None


def _parties(reading: Reading, seen: Sequence[Tagged]) -> Reading:
    """Whom it is about, and for whom the writer speaks: who says "we are" before a firm is that firm."""
    own = [one for one in seen if one.slot is Slot.ENTERPRISE or _is_own(reading.text, one)]
    others = [one for one in seen if one.slot is Slot.SUBJECT and one not in own]
    firm = reading.enterprise
    if firm is None and own:
        best = max(own, key=lambda one: one.confidence)
        firm = _found(reading.text, best, max(best.confidence, LIKELY), lambda said: said)
    ruled = reading.subject  # unsure, it is still better confirmed than asked for
    about = _weigh(reading, others, Slot.SUBJECT, ruled, lambda said: said) or ruled
    if about is not None and ruled is not None and ruled.end == about.end and ruled.start < about.start:
        about = ruled  # the fuller name
    if about is not None and any(one is not None and _meet(about, one) for one in (firm, reading.name)):
        about = None
    return replace(reading, subject=about, enterprise=firm)


def _is_own(text: str, one: Tagged) -> bool:
    said = text[max(0, one.start - NEAR) : one.start].rstrip().casefold()
    return one.slot is Slot.SUBJECT and said.endswith(tuple(table("enterprise")["we_are"]))


def _weigh(
    reading: Reading,
    seen: Sequence[Tagged],
    slot: Slot,
    ruled: Found[Any] | None,
    value: Callable[[str], Any],
) -> Found[Any] | None:
    best = max((one for one in seen if one.slot is slot), key=lambda one: one.confidence, default=None)
    short = len(reading.text) <= _ANSWER
    if best is None:
        return ruled if ruled is not None and (short or ruled.confidence >= SURE) else None
    if ruled is None:
        return _found(reading.text, best, SURE if best.confidence >= _CERTAIN else LIKELY, value)
    if short and ruled.confidence >= SURE:
        return ruled
    if not _meet(best, ruled):
        return _found(reading.text, best, SURE if best.confidence >= _CERTAIN else LIKELY, value)
    if ruled.confidence >= SURE and (ruled.start == best.start or ruled.end == best.end):
        return ruled
    sure = best.confidence >= (_AGREED if ruled.confidence >= SURE else _CERTAIN)
    sure = sure and ruled.confidence >= _DOUBTED
    return _found(reading.text, best, SURE if sure else LIKELY, value) or ruled


def _found(text: str, one: Tagged, sure: float, value: Callable[[str], Any]) -> Found[Any] | None:
    start, end = mended(text, one.start, one.end)
    return Found(value(text[start:end]), start, end, sure) if start < end else None


def _meet(one: Tagged | Found[Any], other: Tagged | Found[Any]) -> bool:
    return one.start < other.end and other.start < one.end
