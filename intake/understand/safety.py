"""Danger and urgency in a message: red signals stop the form, orange ones hurry the ticket.

Red signals are looked for clause by clause, so that an excuse ("last year", "nobody was hurt",
"how to prevent") speaks only for its own clause. Whoever speaks leaves no punctuation: a blank ends a clause
too, and none reaches far. A long message is mostly a story, so there a danger must be said to be now, and the
wish to die in the first person. Missing a real danger is the worse mistake.
"""

import re
from collections.abc import Iterator

from intake.ticket import Urgency, UrgencyLevel
from intake.understand.lexicon import compiled, table
from intake.understand.reading import SafetySignal
from intake.understand.rules import Rule, rules

SELF_HARM, THREAT = "self_harm", "threat"
_ORDER = ("emergency", SELF_HARM, THREAT)


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
            clause = _clause(text, match)
            if len(text) <= table("safety")["long"] or _is_now(text, match, clause, rule):
                yield clause


def _is_now(text: str, match: re.Match[str], clause: str, rule: Rule) -> bool:
    """Whether a long message speaks of something that happens, not of something that happened."""
    data = table("safety")
    if rule.level == THREAT:
        return True
    if rule.level == SELF_HARM:
        return bool(compiled(data["self_pattern"]).search(clause))
    near = text[max(0, match.start() - data["near"]) : match.end() + data["near"]]
    return bool(compiled(data["now_pattern"]).search(near))


def _clause(text: str, match: re.Match[str]) -> str:
    """What stands between the punctuation around a match, and not far from it."""
    data = table("safety")
    start, end = match.span()
    first, last = max(0, start - data["before"]), min(len(text), end + data["behind"])
    while start > first and not _ends_clause(text, start - 1):
        start -= 1
    while end < last and not _ends_clause(text, end):
        end += 1
    return text[start:end]


def _ends_clause(text: str, at: int) -> bool:
    """Punctuation, and a blank where no letters or digits stand around it."""
    if text[at] != " ":
        return text[at] in table("safety")["clause_end"]
    around = text[max(0, at - 1) : at + 2]
    return not around.isascii()
