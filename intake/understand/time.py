"""When it happened: the citizen's words, the instant if they fix one, and whether it goes on.

An instant needs a day *and* an hour; a day alone stays words, for a made-up hour would be
read as a fact. Dates that do not exist are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from intake.city import CityProfile
from intake.model.reading import Found
from intake.model.ticket import Occurred
from intake.understand.instant import NoSuchTime, instant
from intake.understand.lexicon import any_of, behind, compiled, signs, table

_ANSWER = 60
"""In a longer story a slip in one date is not worth asking about."""
_ENOUGH = 2
"""The weight from which a group says when."""
_NEAR = 6
_GAP = 2
"""Characters that may stand between two parts of one time, such as a blank or a comma."""


@dataclass(frozen=True, slots=True)
class _Words:
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    ongoing: re.Pattern[str]
    over: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    match: re.Match[str]


def find(text: str, city: CityProfile, now: datetime) -> tuple[Found[Occurred] | None, bool]:
    """What is said of the time, and whether it names a date that does not exist."""
    parts = _parts(text)
    if not parts:
        return (_only_ongoing(text) if len(text) <= _ANSWER else None), False
    local = now.astimezone(ZoneInfo(city.timezone))
    groups = [group for group in _groups(parts) if len(text) <= _ANSWER or not _says_nothing(text, group)]
    if not groups:
        return None, False
    group = max(groups, key=lambda g: (_weight(g), -g[0].match.start()))
    start, end = group[0].match.start(), group[-1].match.end()
    try:
        at = instant({part.kind: part.match for part in reversed(group)}, local)
    except NoSuchTime:
        return None, len(text) <= _ANSWER
    said = text[start:end].strip(signs())
    confidence = _confidence(text, group, groups)
    return Found(Occurred(said, at, _goes_on(text, group)), start, end, confidence), False


def _only_ongoing(text: str) -> Found[Occurred] | None:
    goes_on = _goes_on(text, [])
    match = _words().ongoing.search(text) if goes_on else None
    return Found(Occurred(match[0], None, True), *match.span(), 0.6) if match else None


def _parts(text: str) -> list[_Part]:
    """All words of time, the earlier pattern winning where two overlap, in the order of the text."""
    taken, parts = bytearray(len(text)), []
    for kind, pattern in _words().patterns:
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                parts.append(_Part(kind, match))
    return sorted(parts, key=lambda part: part.match.start())


def _groups(parts: list[_Part]) -> Iterator[list[_Part]]:
    group = [parts[0]]
    for part in parts[1:]:
        if part.match.start() - group[-1].match.end() > _GAP:
            yield group
            group = []
        group.append(part)
    yield group


_WEIGHTS = {
    "ago": 3,
    "date": 3,
    "signdate": 3,
    "day": 3,
    "weekday": 2,
    "monthday": 2,
    "now": 2,
    "since": 2,
    "duration": 2,
    "month": 2,
}


def _weight(group: list[_Part]) -> int:
    """How much a group says about when; an hour or a habit alone says little."""
    return sum(1 if _is_bare(part) else _WEIGHTS.get(part.kind, 1) for part in group)


def _is_bare(part: _Part) -> bool:
    """A length of time that is not said to have passed, as in "24 hours a day"."""
    return part.kind == "duration" and not part.match[0].endswith(tuple(table("time")["done"]))


def _confidence(text: str, group: list[_Part], groups: list[list[_Part]]) -> float:
    """An answer is sure; in a story a day is, or a length of time that passed, if nothing else is as good."""
    if len(text) <= _ANSWER // 2:
        return 0.9
    rivals = [other for other in groups if other is not group and _weight(other) >= _weight(group)]
    if rivals or all(_is_vague(part) for part in group):
        return 0.7
    return 0.85 if all(_fixes(text, part) for part in group) else 0.7


def _fixes(text: str, part: _Part) -> bool:
    """Whether a part leaves no doubt in a story: a date, "for three months now", "since May", "at night"."""
    if part.kind == "duration":
        return _has_passed(text, part) and part.match[0].endswith(tuple(table("time")["done"]))
    return part.kind in {"ago", "since", "date", "signdate", "clock", "part"}


def _says_nothing(text: str, group: list[_Part]) -> bool:
    """In a story: "now", "often", an hour without a day, or a length of time that did not pass."""
    if _weight(group) >= _ENOUGH and not all(_is_vague(part) for part in group):
        return False
    habit = any(part.kind == "habit" and not _is_vague(part) for part in group)
    return not habit and not any(_has_passed(text, part) for part in group)


def _is_vague(part: _Part) -> bool:
    return bool(compiled(table("time")["vague_pattern"]).search(part.match[0]))


def _has_passed(text: str, part: _Part) -> bool:
    """A length of time is said to have passed by what stands before it, in it or behind it."""
    if part.kind != "duration":
        return False
    data, said = table("time"), part.match[0]
    ahead = text[max(0, part.match.start() - _NEAR) : part.match.start()]
    return bool(
        said.startswith(tuple(data["long"]))
        or compiled(data["passed_pattern"]).search(ahead)
        or compiled(data["since_when_pattern"]).search(behind(text, part.match.end()))
    )


def _goes_on(text: str, group: list[_Part]) -> bool | None:
    words = _words()
    if words.over.search(text):
        return False
    if words.ongoing.search(text) or any(part.kind in {"since", "habit"} for part in group):
        return True
    if any(
        part.kind == "duration" and part.match[0].endswith(tuple(table("time")["done"])) for part in group
    ):
        return True
    return (
        False
        if any(part.kind in {"day", "date", "signdate", "ago"} for part in group) and _once(text)
        else None
    )


def _once(text: str) -> bool:
    return bool(compiled(table("time")["once_pattern"]).search(text))


@cache
def _words() -> _Words:
    data = table("time")
    patterns = {
        "ago": data["ago_pattern"],
        "since": data["since_pattern"],
        "date": data["date_pattern"],
        "signdate": data["sign_date_pattern"],
        "day": any_of(data["day_words"]),
        "weekday": data["weekday_pattern"],
        "monthday": data["monthday_pattern"],
        "clock": data["clock_pattern"],
        "month": data["month_pattern"],
        "duration": data["duration_pattern"],
        "part": f"(?:{any_of(data['parts'])}){data['no_part_pattern']}",
        "habit": data["habit_pattern"],
        "now": data["now_pattern"],
    }
    return _Words(
        patterns=tuple((kind, compiled(pattern)) for kind, pattern in patterns.items()),
        ongoing=compiled(data["ongoing_pattern"]),
        over=compiled(data["over_pattern"]),
    )
