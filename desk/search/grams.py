"""Words cut into pieces that can be looked for: Chinese in pairs, numbers in fours, letters in threes. Pure.

A query is cut the same way, so whatever contains it has all its pieces; that the pieces stand
together is checked on the text itself (see `desk.search.search`).
"""

import re
import unicodedata
from collections.abc import Iterator

_CHINESE = r"\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"(?P<pairs>[{_CHINESE}]+)|(?P<fours>\d+)|(?P<threes>[^\W\d_{_CHINESE}]+)")
_LENGTHS = {"pairs": 2, "fours": 4, "threes": 3}
SHORTEST = 2
"""Characters a query needs at least."""


def plain(text: str) -> str:
    """The text as it is compared: width, case and blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def grams(text: str) -> frozenset[str]:
    """The text's pieces; a run shorter than its pieces are is one piece."""
    return frozenset(_pieces(unicodedata.normalize("NFKC", text).casefold()))


def needles(query: str) -> tuple[str, ...]:
    """What a query asks for, each as it is compared; what cannot be looked for is left out.

    That is what is too short, and what has no piece: nothing but signs.
    """
    words = (plain(word) for word in query.split())
    return tuple(dict.fromkeys(word for word in words if len(word) >= SHORTEST and grams(word)))


def _pieces(text: str) -> Iterator[str]:
    for run in _RUNS.finditer(text):
        kind = run.lastgroup
        assert kind is not None, "every branch has a name"  # noqa: S101
        length, found = _LENGTHS[kind], run[0]
        if len(found) <= length:
            yield found
        for start in range(len(found) - length + 1):
            yield found[start : start + length]
