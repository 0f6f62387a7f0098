"""One message, read: every module of understanding asked once, in one place.

Pure and quick (a few milliseconds for the longest message): it runs inside the turn.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from intake.city import CityProfile
from intake.model.reading import Found, Reading, SafetySignal
from intake.understand import age, appeal, commands, dialect, greeting, safety, time
from intake.understand.categories import keywords, matters
from intake.understand.danger.ladder import DangerReading, read_danger
from intake.understand.labels import labels
from intake.understand.normalise import normalise
from intake.understand.persons import own_name, phone, secrecy
from intake.understand.places import names, place
from intake.understand.tagger.tagger import Tagger, shipped
from intake.understand.weighing import kind
from intake.understand.weighing.slots import weighed

_MATTER = 7
"""Signs beside places and people that can tell a matter; with fewer it is an answer."""


def read(text: str, city: CityProfile, now: datetime) -> Reading:
    """What `text` says. `now` is aware; spans are positions in `Reading.text`."""
    return read_with(shipped(), text, city, now)


def read_with(tagger: Tagger | None, text: str, city: CityProfile, now: datetime) -> Reading:
    """What it says by the rules and this tagger; by the rules alone without one."""
    reading = by_rules(text, city, now)
    small = reading.command is not None or reading.number is not None or reading.greeting
    return reading if small else _with_kind(weighed(reading, tagger, city, now), city)


def _with_kind(reading: Reading, city: CityProfile) -> Reading:
    """With its type, secrecy and category; the place and the people have no vote on the matter."""
    labeller, matter = labels.shipped(), reading.text
    for found in (reading.place, reading.name, reading.phone, reading.enterprise):
        matter = _without(matter, found)
    long = sum(sign.isalnum() for sign in matter) >= _MATTER
    return replace(
        reading,
        appeal_type=kind.type_of(reading, labeller),
        category=matters.learnt(dialect.plain(matter), city, labeller) if long else reading.category,
        secrecy=secrecy.wished(reading.text, reading.phone is not None),
    )


def by_rules(text: str, city: CityProfile, now: datetime) -> Reading:
    """What the rules alone read."""
    said = normalise(text)
    if not said:
        return Reading()
    number = commands.number(said)
    command, rest = commands.find(said)
    danger = _danger(said, bare=number is not None or (command is not None and not rest))
    red = danger.red
    if (command is not None or number is not None) and not _stops(red):
        asked = Reading(text=said, command=command, command_rest=rest, number=number, safety=red)
        return replace(asked, urgency=safety.urgency("", red))
    if greeting.is_greeting(said):
        return Reading(text=said, greeting=True)
    return _story(said, danger, city, now)


def _danger(said: str, *, bare: bool) -> DangerReading:
    """A bare number or global word is weighed by the rules alone: what it means is settled."""
    return DangerReading(safety.signal(said)) if bare else read_danger(said)


def _stops(red: SafetySignal | None) -> bool:
    """Whether a danger goes before the global word it is said with, or looks like with one sign wrong."""
    return red is not None and red.level != safety.THREAT


def _story(said: str, danger: DangerReading, city: CityProfile, now: datetime) -> Reading:
    own_phone, bad_phone = phone.find(said, city.dial_code)
    words = _without(said, own_phone)
    where = place.find(words, city)
    occurred, bad_time = time.find(_without(words, where), city, now)
    called = own_name.find(words, own_phone is not None)
    about = appeal.subject_of(said)
    return Reading(
        text=said,
        phone=own_phone,
        bad_phone=bad_phone,
        name=called,
        place=where,
        occurred=occurred,
        bad_time=bad_time,
        subject=None if called and about and called.value == about.value else about,
        wish=appeal.wish_of(said),
        enterprise=appeal.enterprise_of(said),
        appeal_type=appeal.type_of(said),
        category=keywords.guess(dialect.plain(said), city),
        urgency=danger.urgency(said),
        safety=danger.red,
        doubt=danger.doubt,
        under_14=age.is_under_14(said, now),
        outside_city=names.is_elsewhere(words, where, city),
    )


def _without(said: str, found: Found[Any] | None) -> str:
    """The text with what was found blanked out, so that nobody else reads it; positions stay."""
    if found is None:
        return said
    return said[: found.start] + " " * (found.end - found.start) + said[found.end :]
