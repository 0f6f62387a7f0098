"""The text with longer words taken as one: what is a sign of danger alone means nothing inside them.

The rule: words are read from left to right, the longest first, so that one word keeps its last sign from
being read as the first of another. Positions stay.
"""

import re
from functools import cache

from intake.understand.lexicon import any_of, bounded, table

_HIDDEN = "□"


def with_words_hidden(text: str) -> str:
    """`text` with the lexicon's longer words blanked out, sign by sign."""
    return _pattern().sub(_blank, text)


def _blank(word: re.Match[str]) -> str:
    return word[0] if word[1] else _HIDDEN * len(word[0])


@cache
def _pattern() -> re.Pattern[str]:
    words = table("words")
    return bounded(f"({any_of(words['own'])})|(?:{any_of(words['other'])})")
