"""A city's areas, communities, estates and roads as a table an operator can keep: a CSV beside the profile.

The rule: a row that cannot be used is named with its line and its reason; nothing of it is guessed.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from intake.city.profile import Area, GazetteerEntry

COLUMNS = ("name", "kind", "area", "aliases", "lat", "lng")
NEEDED = ("name", "kind")
KINDS = (
    "area",
    "community",
    "village",
    "estate",
    "road",
    "square",
    "park",
    "station",
    "hospital",
    "school",
    "market",
    "building",
    "sight",
    "other",
)
"""What a row may be; an `area` brings its own code in the column of that name."""
BETWEEN = ";"
"""Stands between aliases."""
SHORTEST, LONGEST, MOST = 2, 30, 50_000

Mistake = tuple[str, str]
"""Where, and what is wrong there, without a full stop."""


@dataclass(frozen=True, slots=True)
class Places:
    """What a table brings."""

    entries: tuple[GazetteerEntry, ...] = ()
    areas: tuple[Area, ...] = ()


def read(
    text: str, known: Mapping[str, Area], names: Iterable[str] = ()
) -> tuple[Places, tuple[Mistake, ...]]:
    """The places of a table, and every mistake; what is mistaken is left out.

    `known` are the profile's areas, `names` those of its own places.
    """
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    wrong = list(_header(table.fieldnames or ()))
    if wrong:
        return Places(), tuple(wrong)
    try:
        rows = [(table.line_num, _filled(row)) for row in table]
    except csv.Error as fault:
        return Places(), ((f"line {table.line_num + 1}", f"is no CSV: {fault}"),)
    if len(rows) > MOST:
        return Places(), (("rows", f"there are more than {MOST}"),)
    own = {row["area"] for _, row in rows if row["kind"] == "area"}
    wrong = [(f"line {line}", reason) for line, row in rows for reason in _wrong(row, {*known, *own})]
    wrong += _twice(rows, known, names)
    bad = {where for where, _ in wrong}
    good = [row for line, row in rows if f"line {line}" not in bad]
    return Places(
        tuple(_entry(row) for row in good if row["kind"] != "area"),
        tuple(_area(row) for row in good if row["kind"] == "area"),
    ), tuple(wrong)


Row = dict[str, str]


def _filled(row: Mapping[str, str | list[str] | None]) -> Row:
    filled = {column: str(row.get(column) or "").strip() for column in COLUMNS}
    return filled | ({"more": "yes"} if row.get(None) else {})  # type: ignore[call-overload]


def _header(names: object) -> Iterator[Mistake]:
    found = [str(name).strip() for name in names]  # type: ignore[attr-defined]
    for column in NEEDED:
        if column not in found:
            yield "line 1", f"has no column {column}"
    for name in found:
        if name not in COLUMNS:
            yield "line 1", f"unknown column {name!r}; known are {', '.join(COLUMNS)}"


def _wrong(row: Row, areas: set[str]) -> Iterator[str]:
    for name in _names(row):
        if not SHORTEST <= len(name) <= LONGEST:
            yield f"a name has {SHORTEST} to {LONGEST} characters, not {name!r}"
    if row["kind"] not in KINDS:
        yield f"unknown kind {row['kind']!r}; known are {', '.join(KINDS)}"
    if row["kind"] == "area" and not row["area"]:
        yield "an area needs its code in the column area"
    elif row["area"] and row["area"] not in areas:
        yield f"area {row['area']!r} is not defined"
    if bool(row["lat"]) != bool(row["lng"]):
        yield "has only one of lat and lng"
    yield from _off(row["lat"], "lat", lambda degrees: -90 <= degrees <= 90)
    yield from _off(row["lng"], "lng", lambda degrees: -180 <= degrees <= 180)
    if "more" in row:
        yield "has more cells than the table has columns"


def _off(cell: str, column: str, fits: Callable[[float], bool]) -> Iterator[str]:
    try:
        if cell and not fits(float(cell)):
            yield f"{cell} is out of range for {column}"
    except ValueError:
        yield f"{cell!r} is no number for {column}"


def _twice(rows: list[tuple[int, Row]], known: Mapping[str, Area], names: Iterable[str]) -> Iterator[Mistake]:
    """A name may mean one place only; an area may be defined once."""
    of_areas = (name for area in known.values() for name in (area.name, *area.aliases))
    seen = dict.fromkeys((*of_areas, *names), "in the profile")
    codes = dict.fromkeys(known, "in the profile")
    for line, row in rows:
        for name in _names(row):
            if name in seen:
                yield f"line {line}", f"{name!r} already stands {seen[name]}"
            seen.setdefault(name, f"in line {line}")
        if row["kind"] == "area" and row["area"]:
            if row["area"] in codes:
                yield f"line {line}", f"area {row['area']!r} is already defined {codes[row['area']]}"
            codes.setdefault(row["area"], f"in line {line}")


def _names(row: Row) -> list[str]:
    return [row["name"], *_aliases(row)]


def _aliases(row: Row) -> tuple[str, ...]:
    return tuple(alias.strip() for alias in row["aliases"].split(BETWEEN) if alias.strip())


def _entry(row: Row) -> GazetteerEntry:
    return GazetteerEntry(row["name"], row["kind"], row["area"] or None, _aliases(row), *_point(row))


def _area(row: Row) -> Area:
    return Area(row["area"], row["name"], _aliases(row), *_point(row))


def _point(row: Row) -> tuple[float | None, float | None]:
    return (float(row["lat"]), float(row["lng"])) if row["lat"] else (None, None)
