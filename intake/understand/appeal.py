"""Which of the six types an appeal is, what it complains of, and what it asks for."""

import re
from dataclasses import dataclass
from functools import cache

from intake.ticket import AppealType
from intake.understand.lexicon import any_of, compiled, signs, table
from intake.understand.reading import Found
from intake.understand.rules import rules

_NAMED = 0.9
_ROLE = 0.8


@dataclass(frozen=True, slots=True)
class _Words:
    office: re.Pattern[str]
    called: re.Pattern[str]
    named: re.Pattern[str]
    role: re.Pattern[str]
    cut: re.Pattern[str]
    no_subject: frozenset[str]
    wish: re.Pattern[str]
    before_wish: re.Pattern[str]
    enterprise: re.Pattern[str]
    no_enterprise: re.Pattern[str]


def type_of(text: str) -> Found[AppealType] | None:
    """The type its words speak for, the surest first; None when they do not say."""
    best: Found[AppealType] | None = None
    for rule in rules("appeal"):
        match = rule.find(text) if best is None or rule.confidence > best.confidence else None
        if match:
            best = Found(AppealType(rule.label), *match.span(), rule.confidence)
    return best


def subject_of(text: str) -> Found[str] | None:
    """Whom the appeal is about: a name, or a role such as the property company."""
    words = _words()
    if match := words.office.search(text):
        name = "name" if match["name"] else "name2"
        if found := _cut(match, name):
            return found
    if (match := words.called.search(text)) and len(match["name"]) >= 2:
        return Found(match["name"], *match.span("name"), _NAMED)
    named = [found for match in words.named.finditer(text) if (found := _cut(match, "name"))]
    if named:
        return max(named, key=lambda found: found.confidence)
    role = words.role.search(text)
    return Found(role[0], *role.span(), _ROLE) if role else None


def wish_of(text: str) -> Found[str] | None:
    """What the citizen asks for, to the end of the sentence; the last such sentence."""
    words = _words()
    matches = [m for m in words.wish.finditer(text) if not words.before_wish.search(text[: m.start()][-8:])]
    if not matches:
        return None
    last = matches[-1]
    return Found(last[0].strip(signs()), *last.span(), 0.85)


def enterprise_of(text: str) -> Found[str] | None:
    """The enterprise the citizen speaks for, when they say so."""
    words = _words()
    match = words.enterprise.search(text)
    if match is None or words.no_enterprise.search(text):
        return None
    return Found(match["name"], *match.span("name"), 0.85)


def _cut(match: re.Match[str], group: str) -> Found[str] | None:
    """The name alone, without the words before it; None if nothing but a common noun is left."""
    words = _words()
    said = match[group]
    cuts = [cut.end() for cut in words.cut.finditer(said)]
    start = cuts[-1] if cuts else 0
    name = said[start:]
    if len(name) < 2 or name in words.no_subject:
        return None
    return Found(name, match.start(group) + start, match.end(group), _NAMED if len(name) >= 4 else _ROLE)


@cache
def _words() -> _Words:
    subject, wish, enterprise = table("subject"), table("wish"), table("enterprise")
    return _Words(
        office=compiled(subject["office_pattern"]),
        called=compiled(subject["called_pattern"]),
        named=compiled(subject["named_pattern"]),
        role=compiled(any_of(subject["roles"])),
        cut=compiled(subject["cut_pattern"]),
        no_subject=frozenset(subject["not_subjects"]),
        wish=compiled(wish["pattern"]),
        before_wish=compiled(wish["lead_pattern"]),
        enterprise=compiled(enterprise["pattern"]),
        no_enterprise=compiled(enterprise["unless"]),
    )
