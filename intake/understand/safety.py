"""Danger and urgency in a message: red signals stop the form, orange ones hurry the ticket.

Red signals are looked for clause by clause, so that an excuse ("last year", "nobody was hurt",
"how to prevent") speaks only for its own clause. Missing a real danger is the worse mistake.
"""

import re
from collections.abc import Iterator

from intake.ticket import Urgency, UrgencyLevel
from intake.understand.lexicon import table
from intake.understand.reading import SafetySignal
from intake.understand.rules import Rule, rules

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
    for rule in (*rules("safety"), *rules("safety", "en")):
        if any(not rule.excused(clause) for clause in _said(text, rule)):
            yield SafetySignal(rule.level, rule.label)


def _said(text: str, rule: Rule) -> Iterator[str]:
    """The clauses in which the rule's words stand."""
    patterns = [rule.pattern]
    if rule.weak is not None and len(text) <= table("safety")["short"]:
        patterns.append(rule.weak)
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield _clause(text, match)


def _clause(text: str, match: re.Match[str]) -> str:
    """What stands between the punctuation around a match."""
    ends = table("safety")["clause_end"]
    start, end = match.span()
    while start > 0 and text[start - 1] not in ends:
        start -= 1
    while end < len(text) and text[end] not in ends:
        end += 1
    return text[start:end]
