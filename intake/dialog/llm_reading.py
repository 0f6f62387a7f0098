"""A second reader of stories (a large language model, if a city has one): what it sees, what is believed.

Shown is nothing before the citizen agreed to the notice, nothing in which a child says its age, and nothing
that our own reading has settled.
Believed is only what stands in the citizen's own words, letter by letter, where ours is not sure.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from intake.city import CityProfile
from intake.dialog.consent import privacy_notice
from intake.model.channels import traits_of
from intake.model.conversation import Conversation
from intake.model.messages import Inbound, Second
from intake.model.reading import SURE, Found, Reading
from intake.model.ticket import Consent, Occurred, Place
from intake.understand import time
from intake.understand.normalise import normalise
from intake.understand.places import place
from intake.understand.reader import read

LONGEST = {"place": 60, "occurred": 30, "subject": 40, "wish": 200}
"""The slots it may fill, and the characters each may have."""
STORY = 15
"""Characters from which a message is a story."""


def to_read(conversation: Conversation, inbound: Inbound, city: CityProfile, now: datetime) -> str:
    """The story in this message, or among the words set aside, if a second reader may see it; else ""."""
    story = _agreed_to(conversation, inbound, city)
    if len(story) < STORY:
        return ""
    own = read(story, city, now)
    small = own.command is not None or own.greeting or own.number is not None
    return "" if small or own.under_14 or not missing(own) else story


def missing(reading: Reading) -> tuple[str, ...]:
    """The slots it leaves open or in doubt."""
    return tuple(slot for slot in LONGEST if _open(getattr(reading, slot)))


def with_second(reading: Reading, second: Second | None, city: CityProfile, now: datetime) -> Reading:
    """The reading with what a second reader of the same words found besides."""
    if second is None or normalise(second.text) != reading.text:
        return reading
    found: dict[str, Any] = {}
    for slot, words in second.values:
        if slot in LONGEST and _open(getattr(reading, slot)):
            value = _value(slot, normalise(words), reading.text, city, now)
            found |= {slot: value} if value else {}
    return replace(reading, **found)


def _open(found: Found[Any] | None) -> bool:
    return found is None or found.confidence < SURE


def _value(slot: str, words: str, text: str, city: CityProfile, now: datetime) -> Found[Any] | None:
    """The words as the slot's value, if the citizen said them."""
    start = text.find(words)
    if start < 0 or not 2 <= len(words) <= LONGEST[slot]:
        return None
    value = _READ[slot](words, city, now)
    return None if value is None else Found(value, start, start + len(words), SURE)


def _place(words: str, city: CityProfile, _: datetime) -> Place:
    own = place.find(words, city)
    return Place(words, own.value.area_code if own else None)


def _occurred(words: str, city: CityProfile, now: datetime) -> Occurred | None:
    own, impossible = time.find(words, city, now)
    return None if impossible else own.value if own else Occurred(words)


_READ: Any = {
    "place": _place,
    "occurred": _occurred,
    "subject": lambda words, _city, _now: words,
    "wish": lambda words, _city, _now: words,
}


def _agreed_to(conversation: Conversation, inbound: Inbound, city: CityProfile) -> str:
    """The words the citizen wants registered, as far as they agreed to what becomes of them."""
    missing_steps = _consents_missing(conversation, inbound, city)
    if not missing_steps:
        return inbound.text.strip() if inbound.tap is None else ""
    agrees = missing_steps == [conversation.asking] and _agrees(inbound, city)
    return conversation.held.text if agrees and conversation.held else ""


def _consents_missing(conversation: Conversation, inbound: Inbound, city: CityProfile) -> list[str]:
    given = {privacy_notice.STEP: conversation.consent}
    if traits_of(inbound.address.channel).stored_abroad:
        given[privacy_notice.ABROAD] = conversation.abroad
    return [step for step, consent in given.items() if not _today(consent, city)]


def _today(consent: Consent | None, city: CityProfile) -> bool:
    return consent is not None and consent.notice_version == city.notice_version


def _agrees(inbound: Inbound, city: CityProfile) -> bool:
    if inbound.tap is not None:
        return inbound.tap.step in privacy_notice.STEPS and inbound.tap.option == "agree"
    said = read(inbound.text, city, inbound.at)
    return said.number == 1 or said.command in ("agree", "yes")
