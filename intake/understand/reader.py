"""One message, read: every module of understanding asked once, in one place.

Pure and quick (a few milliseconds for the longest message): it runs inside the turn.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from intake.city import CityProfile
from intake.model.reading import Found, Reading, SafetySignal
from intake.understand import age, appeal, commands, dialect, greeting, safety, time
from intake.understand.categories import keywords
from intake.understand.danger.ladder import DangerReading, read_danger
from intake.understand.normalise import normalise
from intake.understand.persons import own_name, phone
from intake.understand.places import names, place


def read(text: str, city: CityProfile, now: datetime) -> Reading:
    """What `text` says. `now` is aware; spans are positions in `Reading.text`."""
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
