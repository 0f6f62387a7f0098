"""Whether a message is nothing but a hello."""

import re
from functools import cache

from intake.understand.lexicon import table

_EDGE = re.compile(r"[\W_]+")


def is_greeting(text: str) -> bool:
    """Whether all that was said is a greeting."""
    return len(text) <= 20 and _EDGE.sub("", text).lower() in _words()


@cache
def _words() -> frozenset[str]:
    both = (*table("greeting")["words"], *table("greeting", "en")["words"])
    return frozenset(_EDGE.sub("", word).lower() for word in both)
