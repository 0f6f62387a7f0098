"""Danger and urgency in a message: red signals stop the form, orange ones hurry the ticket.

Red signals are looked for clause by clause, so that an excuse ("last year", "nobody was hurt",
"how to prevent") speaks only for its own clause. Missing a real danger is the worse mistake.
"""

import re
from collections.abc import Iterator
from functools import cache

from intake.ticket import Urgency, UrgencyLevel
from intake.understand.lexicon import compiled, table
from intake.understand.reading import SafetySignal
from intake.understand.rules import rules

_ORDER = ("emergency", "self_harm", "threat")


def signal(text: str) -> SafetySignal | None:
    """The gravest red signal in `text`, or None."""
    found = list(_signals(text))
    return min(found, key=lambda signal: _ORDER.index(signal.level)) if found else None


def urgency(text: str, red: SafetySignal | None) -> Urgency:
    """Critical with a red signal, urgent with an orange one; the rule is the lexicon's."""
    if red is not None:
        return Urgency(UrgencyLevel.CRITICAL, red.rule)
    orange = next((rule for rule in rules("urgency") if rule.find(text)), None)
    return Urgency(UrgencyLevel.URGENT, orange.label) if orange else Urgency()


def _signals(text: str) -> Iterator[SafetySignal]:
    for clause in _clauses().finditer(text):
        for rule in (*rules("safety"), *rules("safety", "en")):
            if rule.find(clause[0]):
                yield SafetySignal(rule.level, rule.label)


@cache
def _clauses() -> re.Pattern[str]:
    return compiled(table("safety")["clause_pattern"])
