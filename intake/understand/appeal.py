"""Which of the six types an appeal is, what it complains of, and what it asks for."""

import re
from dataclasses import dataclass, replace
from functools import cache

from intake.model.reading import Found
from intake.model.ticket import AppealType
from intake.understand.lexicon import any_of, before, behind, compiled, signs, table
from intake.understand.patterns.rules import rules

_ANSWER = 25
"""A message as short as an answer has little room for anybody else."""
_FAREWELL = 15
_WISH = 6
"""Characters of a wish that says what is wished."""
_NAMED = 0.9
_ROLE = 0.8
_GUESS = 0.7
"""A name or role somewhere in the story: perhaps only where it happened, or who was asked for help."""


@dataclass(frozen=True, slots=True)
class _Words:
    office: re.Pattern[str]
    called: re.Pattern[str]
    named: re.Pattern[str]
    role: re.Pattern[str]
    cut: re.Pattern[str]
    accused: re.Pattern[str]
    before_accused: re.Pattern[str]
    roles: frozenset[str]
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
    named = [one for match in words.named.finditer(text) if (one := _cut(match, "name"))]
    roles = [Found(role[0], *role.span(), _ROLE) for role in words.role.finditer(text)]
    those = [_weighed(one, text) for one in (*named, *roles)]
    best = max(those, key=lambda one: one.confidence, default=None)
    whose = best is not None and named and best.value in words.roles  # a role, and a name it may stand for
    return replace(best, confidence=_GUESS) if best and whose and len(text) > _ANSWER else best


def _weighed(found: Found[str], text: str) -> Found[str]:
    """Sure when it is said what they do wrong, or when hardly anything else is said."""
    words = _words()
    if len(text) <= _ANSWER:
        return found
    said_of_them = words.accused.search(behind(text, found.end))
    accused = said_of_them or words.before_accused.search(before(text, found.start))
    return replace(found, confidence=_NAMED if accused else _GUESS)


def wish_of(text: str) -> Found[str] | None:
    """What the citizen asks for, to the end of the sentence; the last such sentence.

    Sure where it is the only one and closes the message, but for thanks.
    """
    words = _words()
    matches = [
        m for m in words.wish.finditer(text) if not words.before_wish.search(before(text, m.start())[-8:])
    ]
    if not matches:
        return None
    last = matches[-1]
    closes = len(text) - last.end() <= _FAREWELL
    plain = len(matches) == 1 and closes and len(last[0]) >= _WISH
    return Found(last[0].strip(signs()), *last.span(), 0.85 if plain or len(text) <= _ANSWER else _GUESS)


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
    return Found(name, match.start(group) + start, match.end(group), _NAMED)


@cache
def _words() -> _Words:
    subject, wish, enterprise = table("subject"), table("wish"), table("enterprise")
    return _Words(
        office=compiled(subject["office_pattern"]),
        called=compiled(subject["called_pattern"]),
        named=compiled(subject["named_pattern"]),
        role=compiled(any_of(subject["roles"])),
        cut=compiled(subject["cut_pattern"]),
        accused=compiled(subject["accused_pattern"]),
        before_accused=compiled(subject["before_accused_pattern"]),
        roles=frozenset(subject["roles"]),
        no_subject=frozenset(subject["not_subjects"]),
        wish=compiled(wish["pattern"]),
        before_wish=compiled(wish["lead_pattern"]),
        enterprise=compiled(enterprise["pattern"]),
        no_enterprise=compiled(enterprise["unless"]),
    )
