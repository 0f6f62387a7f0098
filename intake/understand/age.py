"""Whether who writes says that they are under 14, or may be: by age, year of birth, kindergarten or grade.

The rule: only what the writer says of themselves counts, in a clause that begins with them or goes on from
one that does. A parent, a teacher, or somebody who tells of their school days is no child.
"""

import re
from datetime import datetime
from functools import cache

from intake.understand.lexicon import compiled, is_span, number_of, table

GROWN = 14
_OLDEST_BY_COUNT = 14
"""By the old way of counting, which begins with one, a child of thirteen is fourteen."""


def is_under_14(said: str, now: datetime) -> bool:
    """Whether the text says so. `said` is normalised."""
    return _in_chinese(said, now) or _in_english(said)


def _in_chinese(said: str, now: datetime) -> bool:
    clauses = _pattern("between").split(said)
    spaced = [part for clause in clauses for part in clause.split()]
    joined = ["".join(clause.split()) for clause in clauses]
    return _any_clause(spaced, now) or _any_clause(joined, now)


def _any_clause(clauses: list[str], now: datetime) -> bool:
    """The writer is spoken of after a clause that begins with them, or where "this year" begins it all."""
    goes_on = bool(clauses) and _pattern("opening").match(clauses[0]) is not None
    for clause in filter(None, clauses):
        begins = _pattern("self").match(clause)
        own = clause[begins.end() :] if begins else clause if goes_on else ""
        if own and not _pattern("others").search(clause) and _tells(own, now, named=bool(begins)):
            return True
        goes_on = begins is not None and not _pattern("relative").match(own)
    return False


def _tells(own: str, now: datetime, *, named: bool) -> bool:
    age = _pattern("age").match(own)
    if age is not None and _pattern("aged").search(age[0]) and (named or _pattern("alone").match(own)):
        return _is_young(age)
    if named and (born := _pattern("born").match(own)) is not None:
        year = int(born["year"])
        return now.year - (year if year > 99 else 2000 + year) < GROWN
    return bool((_pattern("pupil") if named else _pattern("grade")).match(own))


def _is_young(age: re.Match[str]) -> bool:
    number = age["n"]
    years = number_of(number[-1]) if is_span(number) else number_of(number)
    older = _pattern("not_yet").search(age["before"]) or _pattern("by_count").search(age[0])
    return 0 < years < GROWN or (older is not None and years == _OLDEST_BY_COUNT)


def _in_english(said: str) -> bool:
    found = compiled(table("age", "en")["says"]).search(said.lower().replace("’", "'"))
    return found is not None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A pattern of the table, in which `<words>`, `<grade_words>` and `<ends>` stand for others of it."""
    data = table("age")
    pattern = data[name]
    for part in ("words", "grade_words", "ends"):
        pattern = pattern.replace(f"<{part}>", data[part])
    return compiled(pattern)
