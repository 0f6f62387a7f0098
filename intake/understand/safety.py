"""Danger and urgency in a message: red signals stop the form, orange ones hurry the ticket.

A sign counts where it is a word of its own, where what it says befell somebody and not a thing, and where it
is so: an excuse ("last year", "how to prevent") speaks for its own clause, a condition and what takes the
harm back for the sentence. A long message is mostly a story, so there a danger must be said to be now, and
the wish to die in the first person. Missing a real danger is the worse mistake.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from intake.model.danger_kinds import ANSWERS, number_of
from intake.model.reading import SafetySignal
from intake.model.ticket import Urgency, UrgencyLevel
from intake.understand.lexicon import compiled, table
from intake.understand.patterns.clauses import (
    Clause,
    clause_of,
    is_denied,
    is_errand,
    is_supposed,
    is_taken_back,
)
from intake.understand.patterns.rules import Rule, rules
from intake.understand.patterns.suffering import befell_a_thing
from intake.understand.patterns.whole_words import with_words_hidden

SELF_HARM, THREAT = "self_harm", "threat"
_ORDER = ("emergency", SELF_HARM, THREAT)
_SCOPES: Mapping[str, Callable[[Clause], bool]] = {
    "condition": is_supposed,
    "unharmed": is_taken_back,
    "errand": is_errand,
}


def signal(text: str) -> SafetySignal | None:
    """The gravest red signal in `text`, or None."""
    found = list(_signals(text))
    return min(found, key=lambda signal: _ORDER.index(signal.level)) if found else None


def gravity(kind: str) -> int:
    """How grave a red signal of this kind is; 0 for what is none."""
    return _gravities().get(kind, 0)


def urgency(text: str, red: SafetySignal | None) -> Urgency:
    """Critical with a red signal, urgent with an orange one; the rule is the lexicon's."""
    if red is not None:
        return Urgency(UrgencyLevel.CRITICAL, red.rule)
    orange = next((rule for rule in rules("urgency") if rule.find(text)), None)
    return Urgency(UrgencyLevel.URGENT, orange.label) if orange else Urgency()


@cache
def _gravities() -> Mapping[str, int]:
    known = [rule for language in ("zh", "en") for rule in rules("safety", language)]
    levels = {answer.rule: answer.level for answer in ANSWERS.values()}
    levels |= {rule.label: rule.level for rule in known}
    return {rule: len(_ORDER) - _ORDER.index(level) for rule, level in levels.items()}


def _signals(text: str) -> Iterator[SafetySignal]:
    plain = with_words_hidden(text)
    for language in ("zh", "en"):
        for rule in rules("safety", language):
            if any(_is_so(text, match, rule, language) for match in _said(plain, rule)):
                yield SafetySignal(rule.level, rule.label, number_of(rule.label))


def _said(plain: str, rule: Rule) -> Iterator[re.Match[str]]:
    """Where the rule's words stand as words of their own, of a person, and often enough."""
    yield from rule.pattern.finditer(plain)
    if rule.weak is not None and len(plain) <= table("safety")["short"]:
        yield from rule.weak.finditer(plain)
    if rule.suffered is not None:
        suffered = rule.suffered.finditer(plain)
        yield from (one for one in suffered if not befell_a_thing(_up_to(plain, one), one[0]))
    if rule.farewell is not None:
        words = list(rule.farewell.finditer(plain))
        yield from words if len({word[0] for word in words}) > 1 else ()


def _up_to(text: str, match: re.Match[str]) -> str:
    """The clause of a match, no further than the match."""
    whole = clause_of(text, match).text
    return whole[: whole.index(match[0]) + len(match[0])]


def _is_so(text: str, match: re.Match[str], rule: Rule, language: str) -> bool:
    """Whether what the words say is said to be so, here and now."""
    clause = clause_of(text, match)
    if len(text) > table("safety")["long"] and not _is_now(text, match, clause.text, rule):
        return False
    if rule.excused(clause.text) or is_denied(text, match, language):
        return False
    return not any(_SCOPES[scope](clause) for scope in rule.scopes)


def _is_now(text: str, match: re.Match[str], clause: str, rule: Rule) -> bool:
    """Whether a long message speaks of something that happens, not of something that happened."""
    data = table("safety")
    if rule.level == THREAT:
        return True
    if rule.level == SELF_HARM:
        return bool(compiled(data["self_pattern"]).search(clause))
    near = text[max(0, match.start() - data["near"]) : match.end() + data["near"]]
    return bool(compiled(data["now_pattern"]).search(near))
