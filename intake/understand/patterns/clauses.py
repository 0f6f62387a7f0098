"""What a sign of danger stands in: its clause, and the sentence whose condition or denial reaches it.

Whoever speaks leaves no punctuation: a blank ends a clause too, and none reaches far.
"""

import re
from dataclasses import dataclass

from intake.understand.lexicon import before, compiled, table


@dataclass(frozen=True, slots=True)
class Clause:
    """`text` is the clause, with what stands `before` and `behind` it in the same sentence."""

    text: str
    before: str
    behind: str


def clause_of(text: str, match: re.Match[str]) -> Clause:
    """What stands between the punctuation around a match, and not far from it."""
    data = table("safety")
    start, end = match.span()
    first, last = max(0, start - data["before"]), min(len(text), end + data["behind"])
    while start > first and not _ends_clause(text, start - 1):
        start -= 1
    while end < last and not _ends_clause(text, end):
        end += 1
    return Clause(text[start:end], _sentence(text[first:start], -1), _sentence(text[end:last], 0))


def _sentence(around: str, part: int) -> str:
    return re.split(f"[{table('safety')['sentence_end']}]", around)[part]


def _ends_clause(text: str, at: int) -> bool:
    """Punctuation, and a blank where no letters or digits stand around it."""
    if text[at] != " ":
        return text[at] in table("safety")["clause_end"]
    around = text[max(0, at - 1) : at + 2]
    return not around.isascii()


def is_denied(text: str, match: re.Match[str], language: str) -> bool:
    """Whether what stands right before a sign says that it is not so; a cry says nothing to deny."""
    scope = table("scope", language)
    if compiled(scope["cry"]).search(match[0]):
        return False
    return compiled(scope["denied_before"]).search(before(text, match.start())) is not None


def is_supposed(clause: Clause) -> bool:
    """Whether a condition said before reaches the clause, which does not say that it is so now."""
    scope = table("scope")
    if compiled(scope["now"]).search(clause.text):
        return False
    condition = compiled(scope["condition"])
    follows = compiled(scope["consequence"]).search(clause.text) and condition.search(clause.before)
    return bool(follows or condition.search(clause.text))


def is_taken_back(clause: Clause) -> bool:
    """Whether the sentence says that nobody came to harm."""
    unharmed = compiled(table("scope")["unharmed"])
    return any(unharmed.search(part) for part in (clause.before, clause.text, clause.behind))


def is_errand(clause: Clause) -> bool:
    """Whether the sentence says what else somebody went there for."""
    errand = compiled(table("scope")["errand"])
    return any(errand.search(part) for part in (clause.text, clause.behind))
