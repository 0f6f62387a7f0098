"""What must not stand in a text for the citizen, and what somebody should read twice.

Personal data is refused. Promises, absolute words and words that send people away are
shown with the passage, and go out only if whoever writes them says so. The patterns are
data: `phrases/lint.toml`.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hotline.contract import PersonPart

_FILE = Path(__file__).parents[1] / "phrases" / "lint.toml"
_MASK_FROM = 2


@dataclass(frozen=True, slots=True)
class TextFinding:
    """`rule` has a phrase; `words` is the passage; what is `grave` is refused."""

    rule: str
    words: str
    grave: bool


def lint(text: str, person: PersonPart | None = None) -> tuple[TextFinding, ...]:
    """Everything found in a text, the grave first. `person` is the citizen the ticket belongs to."""
    found = [*_personal(text, person), *_patterns("refuse", text), *_patterns("confirm", text)]
    return tuple(dict.fromkeys(found))


def _personal(text: str, person: PersonPart | None) -> Iterator[TextFinding]:
    known = (person.name, person.phone, person.enterprise) if person and person.confidential else ()
    name = (person.name,) if person else ()
    for words in dict.fromkeys((*name, *known)):
        if words and len(words.strip()) >= _MASK_FROM and words.strip() in text:
            yield TextFinding("own_data", words.strip(), grave=True)


def _patterns(kind: str, text: str) -> Iterable[TextFinding]:
    for rule, pattern in _rules()[kind].items():
        for match in pattern.finditer(text):
            yield TextFinding(rule, match[0], grave=kind == "refuse")


@cache
def _rules() -> dict[str, dict[str, re.Pattern[str]]]:
    sections = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        kind: {rule: re.compile(text) for rule, text in rules.items()} for kind, rules in sections.items()
    }
