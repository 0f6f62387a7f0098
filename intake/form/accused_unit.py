"""Whom a report is about: the body it accuses must never be the one that handles it.

Only what is reported counts (举报): a complaint about a unit is that unit's to answer.
"""

import re
from functools import cache

from intake.city import CityProfile, Unit
from intake.model.ticket import AppealType
from intake.understand.lexicon import any_of, table

_SHORTEST = 3
"""Signs of a name that means one body and no other."""


def reported(kind: str, subject: str | None, content: str, city: CityProfile) -> frozenset[str]:
    """The units that a report names as its subject, or says it is against."""
    if kind != AppealType.REPORT.value:
        return frozenset()
    against = "\n".join(match[0] for match in _against().finditer(content))
    named = f"{subject or ''}\n{against}"
    return frozenset(unit.id for unit in city.units.values() if _is_named(unit, named))


def _is_named(unit: Unit, text: str) -> bool:
    return any(name in text for name in (unit.name, *unit.aliases) if len(name) >= _SHORTEST)


@cache
def _against() -> re.Pattern[str]:
    words = table("conflict")
    return re.compile(f"(?:{any_of(words['verbs'])})[^{words['ends']}]{{0,16}}")
