"""Reading a city's TOML file.

The file's tables are named by their ids (`[units.water]`, `[categories.0101]`); the ids
move into the values here. Types and keys are checked by pydantic in strict mode, what one
value says about another by `intake.city.checks`. Units that a category does not name are
its parent's.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, to_json

from intake.city import answers, checks, places
from intake.city.profile import Category, CityProfile

CITIES = Path(__file__).parents[2] / "cities"
"""Where a bare key such as `jiayuguan` is looked up."""

_KEYED = {"units": "id", "areas": "code", "categories": "code"}


class BadProfile(Exception):
    """The file cannot be used as it stands; `problems` are sentences for its author."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load(path_or_key: str | Path) -> CityProfile:
    """The city's profile. Raises `BadProfile` with every mistake found."""
    path = find(path_or_key)
    profile, mistakes = _read(path)
    if profile is None:
        raise BadProfile(mistakes)
    return profile


def problems(path_or_key: str | Path) -> list[str]:
    """Every mistake in the file, one sentence each, with file, key and reason. Empty = good."""
    return _read(find(path_or_key))[1]


def find(path_or_key: str | Path) -> Path:
    """The file meant: a bare word is a file of `cities/`, anything else a path."""
    path = Path(path_or_key)
    return CITIES / f"{path}.toml" if path.suffix != ".toml" and path.name == str(path) else path


def _read(path: Path) -> tuple[CityProfile | None, list[str]]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        profile = TypeAdapter(CityProfile).validate_json(to_json(_with_ids(raw)), strict=True)
    except OSError as error:
        return None, [f"{path}: cannot be read: {error.strerror}."]
    except UnicodeDecodeError:
        return None, [f"{path}: is not UTF-8 text."]
    except tomllib.TOMLDecodeError as error:
        return None, [f"{path}: is not TOML: {error}."]
    except ValidationError as error:
        return None, [f"{path}: {_sentence(detail)}" for detail in error.errors()]
    profile, unreadable = _with_places(profile, path)
    profile, unread = _with_answers(profile, path)
    unreadable += unread
    found = [f"{path}: {key}: {reason}." for key, reason in checks.contradictions(profile)] + unreadable
    return (None, found) if found else (replace(profile, categories=dict(_inherited(profile))), [])


def _with_places(profile: CityProfile, path: Path) -> tuple[CityProfile, list[str]]:
    """The profile with the places it keeps in a table of their own, and the mistakes there."""
    if not profile.gazetteer_file:
        return profile, []
    file = path.parent / profile.gazetteer_file
    try:
        names = [name for entry in profile.gazetteer for name in (entry.name, *entry.aliases)]
        found, mistakes = places.read(file.read_text(encoding="utf-8"), profile.areas, names)
    except OSError as error:
        return profile, [f"{path}: gazetteer_file: {file} cannot be read: {error.strerror}."]
    except UnicodeDecodeError:
        return profile, [f"{file}: is not UTF-8 text."]
    areas = {**profile.areas, **{area.code: area for area in found.areas}}
    kept = replace(profile, gazetteer=(*profile.gazetteer, *found.entries), areas=areas)
    return kept, [f"{file}: {where}: {reason}." for where, reason in mistakes]


def _with_answers(profile: CityProfile, path: Path) -> tuple[CityProfile, list[str]]:
    """The profile with the answers it keeps in a file of their own, and the mistakes there."""
    if not profile.answers_file:
        return profile, []
    file = path.parent / profile.answers_file
    try:
        found, mistakes = answers.read(file.read_text(encoding="utf-8"))
    except OSError as error:
        return profile, [f"{path}: answers_file: {file} cannot be read: {error.strerror}."]
    except UnicodeDecodeError:
        return profile, [f"{file}: is not UTF-8 text."]
    kept = replace(profile, answers=(*profile.answers, *found))
    return kept, [f"{file}: {where}: {reason}." for where, reason in mistakes]


def _with_ids(raw: dict[str, Any]) -> dict[str, Any]:
    """The tables with their names inside them, under the name the dataclass gives it."""
    filled = dict(raw)
    if "survey_on" in raw:  # the contract's short way to say it
        filled["survey"] = {"start_on": filled.pop("survey_on"), **raw.get("survey", {})}
    for table, name in _KEYED.items():
        if isinstance(rows := raw.get(table), dict):
            filled[table] = {
                key: {name: key, **row} if isinstance(row, dict) else row for key, row in rows.items()
            }
    return filled


def _sentence(detail: ErrorDetails) -> str:
    key = ".".join(str(step) for step in detail["loc"] if step != "[key]") or "the file"
    match detail["type"]:
        case "unexpected_keyword_argument":
            return f"{key}: unknown key."
        case "missing":
            return f"{key}: is missing."
        case _:
            return f"{key}: {detail['msg'][:1].lower()}{detail['msg'][1:]}."


def _inherited(profile: CityProfile) -> Iterator[tuple[str, Category]]:
    for code in profile.categories:
        yield code, _resolve(profile.categories, code)


def _resolve(categories: Mapping[str, Category], code: str) -> Category:
    own = categories[code]
    if len(code) == 2:
        return own
    parent = _resolve(categories, code[:-2])
    if not (own.lead_unit or own.co_units or own.lead_by_area):
        own = replace(
            own, lead_unit=parent.lead_unit, co_units=parent.co_units, lead_by_area=parent.lead_by_area
        )
    return own if own.questions else replace(own, questions=parent.questions)
