"""Where a find begins and ends: at whole words, whole numbers and outside its quotation marks."""

from collections.abc import Mapping, Sequence

from intake.understand.lexicon import signs, table
from intake.understand.tagger.segments import segments

_REACH = 4
"""Signs by which an edge may move."""


def mended(text: str, start: int, end: int) -> tuple[int, int]:
    """The find with its edges at those of words; empty where nothing is left of it."""
    start, end = _stripped(text, start, end)
    if start >= end:
        return start, start
    start, end = _whole_words(text, start, end)
    return _quoted(text, _whole_number(text, start), end)


def _whole_number(text: str, start: int) -> int:
    """A number, or what it counts, is never begun in the middle."""
    data = table("edges")
    if (
        text[start] not in data["counted"]
        and not text[start].isdigit()
        and text[start] not in data["numbers"]
    ):
        return start
    low = max(0, start - 2 * _REACH)
    while start > low and (text[start - 1].isdigit() or text[start - 1] in data["numbers"]):
        start -= 1
    return start


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    edge, quotes = signs(), _quotes()
    while start < end and text[start] in edge and text[start] not in quotes:
        start += 1
    while start < end and text[end - 1] in edge and text[end - 1] not in quotes.values():
        end -= 1
    return start, end


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    low = max(0, start - 2 * _REACH)
    high = min(len(text), end + 2 * _REACH)
    begins = _begins(text[low:high])
    while start > low and not begins[start - low] and _goes_on(text, start):
        start -= 1
    while end < high and not begins[end - low] and _goes_on(text, end):
        end += 1
    return start, end


def _begins(said: str) -> Sequence[bool]:
    """Whether a word, or what is no word of Han signs, begins at each sign."""
    starts, _ = segments(said)
    return [start == at and not (at and _same_run(said[at - 1], said[at])) for at, start in enumerate(starts)]


def _same_run(one: str, other: str) -> bool:
    return one.isascii() and other.isascii() and one.isalnum() and other.isalnum()


def _goes_on(text: str, at: int) -> bool:
    return text[at - 1].isalnum() and text[at].isalnum()


def _quotes() -> Mapping[str, str]:
    data = table("edges")
    return dict(zip(data["opening"], data["closing"], strict=True))


def _quoted(text: str, start: int, end: int) -> tuple[int, int]:
    """With the marks around it, or the one that is missing."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    inside, quotes = text[start:end], _quotes()
    if before in quotes and behind == quotes[before]:
        return start - 1, end + 1
    if before in quotes and quotes[before] in inside and before not in inside:
        return start - 1, end
    opened = next((one for one, close in quotes.items() if close == behind and one in inside), None)
    if opened is not None and behind not in inside:
        return start, end + 1
    return start, end
