"""Whether who writes wants to be kept secret: from those it is about, or altogether."""

from dataclasses import dataclass
from functools import cache
from re import Pattern

from intake.model.reading import Secrecy
from intake.understand.lexicon import compiled, table


@dataclass(frozen=True, slots=True)
class _Words:
    anonymous: Pattern[str]
    confidential: Pattern[str]


def wished(text: str, has_phone: bool) -> Secrecy:
    """What is wished. Whoever leaves a number may be rung, so that only secrecy can be meant."""
    words = _words()
    for denied in table("acts")["not_confidential"]:
        text = text.replace(denied, "")
    if words.anonymous.search(text):
        return Secrecy.CONFIDENTIAL if has_phone else Secrecy.ANONYMOUS
    return Secrecy.CONFIDENTIAL if words.confidential.search(text) else Secrecy.NONE


@cache
def _words() -> _Words:
    data = table("secrecy")
    return _Words(compiled(data["anonymous_pattern"]), compiled(data["confidential_pattern"]))
