"""What pydantic cannot see: values of a profile that contradict one another.

Each check yields (key in the file, reason without a full stop).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from intake.city import labels, rates, wechat
from intake.city.clocks import NEEDED, LevelClocks, read_span
from intake.city.places import SHORTEST
from intake.city.profile import Category, CityProfile
from intake.model.ticket import AppealType

Problem = tuple[str, str]

SLOTS = frozenset({"content", "place", "subject", "contact", "occurred", "wish"})
UNIT_KINDS = frozenset({"department", "street", "enterprise", "centre"})
CORNERS = 3
HANDLER_LONGEST = {"name": 20, "contact": 60, "recipients": 30}
"""The first notice is read in ten seconds."""
_QUESTION = re.compile(r"[a-z0-9_]{1,32}")
_CODE = re.compile(r"\d{2}(\d{2}){0,2}")


def contradictions(city: CityProfile) -> Iterator[Problem]:
    """Every contradiction in the profile, in the order of its parts."""
    ours = (_head, _hours, _appeals, _clocks, _units, _areas, _gazetteer, _categories, _keywords, _years)
    parts = (*ours, _wechat, _rates, _classifier, _retention, _files, _handler)
    for check in parts:
        yield from check(city)


def _head(city: CityProfile) -> Iterator[Problem]:
    if city.triage_unit not in city.units:
        yield "triage_unit", f"unit {city.triage_unit!r} is not defined under [units]"
    if city.fallback_category not in city.categories:
        yield "fallback_category", f"category {city.fallback_category!r} is not defined under [categories]"
    if city.survey.start_on not in {"survey_requested", "completed"}:
        yield "survey.start_on", "must be survey_requested or completed"
    for code in city.open311:
        if code != "*" and code not in city.categories:
            yield f"open311.{code}", "is no category"
    yield from _survey(city)
    yield from _english(city)
    if city.urgent_hours < city.critical_hours or city.critical_hours <= 0:
        yield "critical_hours", "must be above 0 and not above urgent_hours"
    try:
        ZoneInfo(city.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield "timezone", f"time zone {city.timezone!r} is not known"


def _english(city: CityProfile) -> Iterator[Problem]:
    names = {city.name, city.handler.name, *city.handler.recipients}
    names |= {one.name for group in (city.units, city.categories) for one in group.values()}
    for name in city.english:
        if name not in names:
            yield f"english.{name}", "is not what the city, a unit or a category of the profile is called"


def _files(city: CityProfile) -> Iterator[Problem]:
    if city.files.a_day < city.drafts.max_attachments:
        yield "files.a_day", "must not be below drafts.max_attachments: one matter may have so many"
    if city.files.megabytes_a_day < 1:
        yield "files.megabytes_a_day", "must be at least 1"


def _retention(city: CityProfile) -> Iterator[Problem]:
    for one in fields(city.retention):
        if getattr(city.retention, one.name) < 1:
            yield f"retention.{one.name}", "must be at least 1"
    for name in ("inbox_hours", "replies_hours"):
        if getattr(city.retention, name) > 48:
            yield f"retention.{name}", "must not be above 48: so it is promised"


def _handler(city: CityProfile) -> Iterator[Problem]:
    rules = city.handler
    lines = {"name": (rules.name,), "contact": (rules.contact,), "recipients": rules.recipients}
    for key, values in lines.items():
        if any(one != one.strip() or (one and not one.isprintable()) for one in values):
            yield f"handler.{key}", "must be one line without blanks around it"
        if any(len(one) > HANDLER_LONGEST[key] for one in values):
            yield f"handler.{key}", f"must not be longer than {HANDLER_LONGEST[key]} characters"
    if not all(rules.recipients):
        yield "handler.recipients", "names nobody"


def _survey(city: CityProfile) -> Iterator[Problem]:
    rules = city.survey
    if rules.steps not in (3, 5):
        yield "survey.steps", "must be 3 or 5"
    if not 1 <= rules.low_score <= 4:
        yield "survey.low_score", "must be between 1 and 4"
    if rules.closes < rules.opens:
        yield "survey.closes", "must not be before survey.opens"
    if not 1 <= rules.window_days <= 60:
        yield "survey.window_days", "must be between 1 and 60"
    if not 0 <= rules.reminders <= 2:
        yield "survey.reminders", "must be 0, 1 or 2"
    if not 0 <= rules.delay_minutes <= 7 * 24 * 60:
        yield "survey.delay_minutes", "must be between 0 and a week"
    if not 1 <= rules.per_minute <= 600:
        yield "survey.per_minute", "must be between 1 and 600"


def _hours(city: CityProfile) -> Iterator[Problem]:
    end = time.min
    for number, (start, stop) in enumerate(city.hours.windows):
        key = f"hours.windows.{number}"
        if stop <= start:
            yield key, f"ends at {stop:%H:%M}, not after it starts at {start:%H:%M}"
        if start < end:
            yield key, f"starts at {start:%H:%M}, before the window above it ends"
        end = max(end, stop)
    if not city.hours.windows:
        yield "hours.windows", "needs at least one window"
    if city.hours.quiet_from == city.hours.quiet_until:
        yield "hours.quiet_from", "is the same as quiet_until"


def _appeals(city: CityProfile) -> Iterator[Problem]:
    for appeal_type in AppealType:
        if appeal_type not in city.appeals:
            yield f"appeals.{appeal_type.value}", "is missing"
    for appeal_type, rule in city.appeals.items():
        key = f"appeals.{appeal_type.value}"
        for slot in rule.ask:
            if slot not in SLOTS:
                yield f"{key}.ask", f"unknown slot {slot!r}; known are {', '.join(sorted(SLOTS))}"
        if "content" not in rule.ask:
            yield f"{key}.ask", "must contain content"
        if not 1 <= rule.days <= 270:
            yield f"{key}.days", "must be between 1 and 270 working days"


def _clocks(city: CityProfile) -> Iterator[Problem]:
    rules = city.clocks
    for level in ("critical", "urgent", "normal"):
        yield from _level(getattr(rules, level), f"clocks.{level}")
    for name in ("need_info", "commitment", "bulletin"):
        yield from _span(getattr(rules, name), f"clocks.{name}")
    if not 1 <= rules.designate_at <= 20:
        yield "clocks.designate_at", "must be between 1 and 20 dispatches"


def _level(level: LevelClocks, key: str) -> Iterator[Problem]:
    for one in fields(level):
        text = getattr(level, one.name)
        if text or (text == "" and one.name in NEEDED):
            yield from _span(text, f"{key}.{one.name}")


def _span(text: str, key: str) -> Iterator[Problem]:
    try:
        read_span(text)
    except ValueError as mistake:
        yield key, str(mistake)


def _units(city: CityProfile) -> Iterator[Problem]:
    for unit in city.units.values():
        if unit.kind not in UNIT_KINDS:
            yield (
                f"units.{unit.id}.kind",
                f"unknown kind {unit.kind!r}; known are {', '.join(sorted(UNIT_KINDS))}",
            )
    yield from _said_twice(
        (f"units.{unit.id}", word) for unit in city.units.values() for word in (unit.name, *unit.aliases)
    )


def _areas(city: CityProfile) -> Iterator[Problem]:
    for area in city.areas.values():
        key = f"areas.{area.code}"
        if (area.lat is None) != (area.lng is None):
            yield key, "has only one of lat and lng"
        if area.lat is not None and not -90 <= area.lat <= 90:
            yield f"{key}.lat", f"{area.lat} is not a latitude"
        if area.lng is not None and not -180 <= area.lng <= 180:
            yield f"{key}.lng", f"{area.lng} is not a longitude"
        if area.border and len(area.border) < CORNERS:
            yield f"{key}.border", f"needs {CORNERS} corners at least"
        if any(not (-180 <= lng <= 180 and -90 <= lat <= 90) for lng, lat in area.border):
            yield f"{key}.border", "has a corner that is no place on earth; each is [lng, lat]"
        if area.radius_km <= 0:
            yield f"{key}.radius_km", "must be above 0"
        if area.unit is not None and area.unit not in city.units:
            yield f"{key}.unit", f"unit {area.unit!r} is not defined under [units]"
    yield from _said_twice(
        (f"areas.{area.code}", word) for area in city.areas.values() for word in (area.name, *area.aliases)
    )


def _gazetteer(city: CityProfile) -> Iterator[Problem]:
    for number, entry in enumerate(city.gazetteer):
        if entry.area_code is not None and entry.area_code not in city.areas:
            yield f"gazetteer.{number}.area_code", f"area {entry.area_code!r} is not defined under [areas]"
        if any(len(name) < SHORTEST for name in (entry.name, *entry.aliases)):
            yield f"gazetteer.{number}", f"a name has {SHORTEST} characters at least"
        if (entry.lat is None) != (entry.lng is None):
            yield f"gazetteer.{number}", "has only one of lat and lng"
    yield from _said_twice(
        (f"gazetteer.{number}", word)
        for number, entry in enumerate(city.gazetteer)
        for word in (entry.name, *entry.aliases)
    )


def _categories(city: CityProfile) -> Iterator[Problem]:
    for code, category in city.categories.items():
        key = f"categories.{code}"
        if not _CODE.fullmatch(code):
            yield key, "the code must have 2, 4 or 6 digits"
        elif len(code) > 2 and code[:-2] not in city.categories:
            yield key, f"its parent {code[:-2]} is not defined"
        for unit in (category.lead_unit, *category.co_units):
            if unit is not None and unit not in city.units:
                yield key, f"unit {unit!r} is not defined under [units]"
        if category.lead_unit in category.co_units:
            yield f"{key}.co_units", f"unit {category.lead_unit!r} leads already"
        yield from _questions(category, key)


def _questions(category: Category, key: str) -> Iterator[Problem]:
    for number, question in enumerate(category.questions):
        languages = set(question.ask)
        at = f"{key}.questions.{number}"
        if languages != set(question.label) or (question.choices and languages != set(question.choices)):
            yield at, "ask, label and choices must be given in the same languages"
        if len({len(labels) for labels in question.choices.values()}) > 1:
            yield f"{at}.choices", "must have as many choices in each language"
        if not _QUESTION.fullmatch(question.key):
            yield f"{at}.key", "must be 1 to 32 small letters, digits or _: buttons carry it"


def _keywords(city: CityProfile) -> Iterator[Problem]:
    yield from _said_twice(
        (f"categories.{code}", word)
        for code, category in city.categories.items()
        for word in category.keywords
    )


def _wechat(city: CityProfile) -> Iterator[Problem]:
    yield from wechat.contradictions(city.wechat)


def _years(city: CityProfile) -> Iterator[Problem]:
    for year, table in city.years.items():
        for day in sorted(table.holidays | table.workdays):
            if day.year != year:
                yield f"years.{year}", f"{day} lies in another year"
        for day in sorted(table.holidays & table.workdays):
            yield f"years.{year}", f"{day} is both a holiday and a working day"


def _rates(city: CityProfile) -> Iterator[Problem]:
    for key, reason in rates.contradictions(city.rates):
        yield f"rates.{key}", reason


def _classifier(city: CityProfile) -> Iterator[Problem]:
    for key, reason in labels.contradictions(city.classifier, city.categories):
        yield f"classifier.{key}", reason


def _said_twice(words: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Words by which something is recognised may belong to one thing only."""
    seen: dict[str, str] = {}
    for key, word in words:
        if not word.strip():
            yield key, "has an empty word"
        elif word in seen:
            where = "here" if seen[word] == key else f"under {seen[word]}"
            yield key, f"{word!r} already stands {where}"
        seen.setdefault(word, key)
