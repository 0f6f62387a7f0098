"""Numbers of identity cards, so that they can be turned away where they may not be sent.

GB 11643: eighteen signs with region, date of birth and a check sign; before 1999 fifteen digits
without the century and the check. Region and date must be possible, so that an order's number or
a device's is not taken for one.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from intake.understand.lexicon import bounded

_EIGHTEEN = bounded(
    r"(?<![0-9A-Za-z])(\d{6})[ -]?(\d{4})[ -]?(\d{2})[ -]?(\d{2})[ -]?(\d{3})[ -]?([\dXx])(?![0-9A-Za-z])"
)
_FIFTEEN = bounded(r"(?<![0-9A-Za-z])(\d{6})[ -]?(\d{2})[ -]?(\d{2})[ -]?(\d{2})[ -]?(\d{3})(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46}
    | {50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91}
)


def has_id_number(text: str) -> bool:
    """Whether the number of an identity card stands in the text, in whatever digits and groups."""
    return next(id_numbers(unicodedata.normalize("NFKC", text)), None) is not None


def id_numbers(plain: str) -> Iterator[tuple[int, int]]:
    """Where such numbers stand in a half-width text."""
    for pattern, is_one in ((_EIGHTEEN, _is_eighteen), (_FIFTEEN, _is_fifteen)):
        yield from (match.span() for match in pattern.finditer(plain) if is_one(match))


def _is_eighteen(match: re.Match[str]) -> bool:
    region, year, month, day, _, check = match.groups()
    signs = "".join(match.groups()[:5])
    total = sum(int(sign) * weight for sign, weight in zip(signs, _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == check.upper() and _possible(region, int(year), month, day)


def _is_fifteen(match: re.Match[str]) -> bool:
    region, year, month, day, _ = match.groups()
    return _possible(region, 1900 + int(year), month, day)


def _possible(region: str, year: int, month: str, day: str) -> bool:
    try:
        born = date(year, int(month), int(day))
    except ValueError:
        return False
    return int(region[:2]) in _PROVINCES and 1850 <= born.year <= 2100
