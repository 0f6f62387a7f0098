"""The citizen's phone number in a message.

Checked by `phonenumbers` for China. A mainland mobile comes as eleven digits, a landline as
`0937-6312345`, anything else as E.164. What is an order, card or house number is left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from intake.model.reading import Found
from intake.understand.lexicon import before, bounded, table

_NUMBERS = (
    bounded(r"(?<![\d+])\+(?!86)\d[\d -]{6,16}\d(?!\d)"),
    bounded(r"(?<![\dA-Za-z])(?:\+?86[ -]?|0086[ -]?|0(?=1))?(1[ ]?[3-9](?:[ \-.]?\d){9})(?!\d)"),
    bounded(r"(?<![\dA-Za-z])(?:\(?(?:\+?86[ -]?)?0[1-9]\d{1,2}\)?[ \-\u2014]{0,2}\d{3,4}[ -]?\d{4})(?!\d)"),
)
_MEANT = bounded(r"(?<![\dA-Za-z.])1[3-9]\d{8}(?:\d{2})?(?![\dA-Za-z.])")
_RUN = bounded(r"(?<![\dA-Za-z])\d(?:[ -]?\d){4,14}(?![\dA-Za-z])")
_BEFORE = 14
"""Characters before a number in which a word may say whose it is."""
_HOTLINES = frozenset(
    {
        "12345",
        "12315",
        "12333",
        "12348",
        "12356",
        "12388",
        "12328",
        "12329",
        "96110",
        "10086",
        "10010",
        "10000",
        "95598",
    }
)


@dataclass(frozen=True, slots=True)
class _Words:
    own: re.Pattern[str]
    mine: re.Pattern[str]
    other: re.Pattern[str]
    none: re.Pattern[str]
    spoken: re.Pattern[str]
    digits: dict[int, str]
    extension: re.Pattern[str]


def find(text: str, dial_code: str = "") -> tuple[Found[str] | None, bool]:
    """The number most likely the citizen's own, and whether something meant as one is not valid.

    `dial_code` completes a local number such as 6312345 after a word for "phone".
    """
    plain = _words().spoken.sub(lambda spoken: spoken[0].translate(_words().digits), text)
    found = [number for number in _candidates(plain, dial_code) if number.confidence > 0]
    if found:
        return max(found, key=lambda number: (number.confidence, -number.start)), False
    return None, _is_bad(plain)


def spoken(said: str, dial_code: str = "") -> str | None:
    """The number in words that are nothing else: with pauses, in Han digits, without its extension."""
    plain = _words().extension.split(said.casefold().translate(_words().digits))[0]
    digits = re.sub(r"[^\d+]", "", plain)
    return standard(digits) or (standard(dial_code + digits) if dial_code and len(digits) in (7, 8) else None)


def standard(number: str) -> str | None:
    """A number as it is kept, or None if it is no phone in China or abroad."""
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return None
    return _kept(parsed) if phonenumbers.is_valid_number(parsed) else None


def _kept(number: PhoneNumber) -> str | None:
    kind = phonenumbers.number_type(number)
    if number.country_code != 86:
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if kind == PhoneNumberType.MOBILE:
        return str(number.national_number)
    if kind != PhoneNumberType.FIXED_LINE:
        return None  # shared-cost and free numbers belong to companies
    area = phonenumbers.length_of_geographical_area_code(number)
    national = str(number.national_number)
    return f"0{national[:area]}-{national[area:]}"


def _candidates(text: str, dial_code: str) -> Iterator[Found[str]]:
    for pattern in _NUMBERS:
        for match in pattern.finditer(text):
            if kept := standard(match[0]):
                yield Found(kept, *match.span(), _confidence(text, match))
    if not dial_code:
        return
    for match in re.finditer(r"(?<![\d-])[2-8]\d{6,7}(?![\d-])", text):
        own = _words().own.search(_before(text, match))
        if own and own[0].strip() and (kept := standard(dial_code + match[0])):
            yield Found(kept, *match.span(), 0.9)


def _confidence(text: str, match: re.Match[str]) -> float:
    before = _before(text, match)
    words = _words()
    if words.none.search(before):
        return 0.0
    own = words.own.search(before)
    labelled = own is not None and own[0].strip() != ""
    if words.other.search(before) and not (own and words.mine.search(own[0])):
        return 0.4
    return 1.0 if labelled or len(text) <= 40 else 0.85


def _before(text: str, match: re.Match[str]) -> str:
    """What stands before a number on its line: another line is another message."""
    return before(text, match.start()).rpartition("\n")[2][-_BEFORE:]


def _is_bad(text: str) -> bool:
    words = _words()
    if all(sign.isdigit() or sign in " -+" for sign in text):
        digits = re.sub(r"\D", "", text)
        return 5 <= len(digits) <= 14 and digits not in _HOTLINES
    if any(not words.none.search(_before(text, m)) for m in _MEANT.finditer(text)):
        return True
    for match in _RUN.finditer(text):
        own = words.own.search(_before(text, match))
        if own and own[0].strip() and match[0] not in _HOTLINES:
            return not words.other.search(_before(text, match))
    return False


@cache
def _words() -> _Words:
    data = table("phone")
    digits = data["digits"]
    return _Words(
        own=bounded(data["own_pattern"]),
        mine=bounded(data["mine_pattern"]),
        other=bounded(data["other_pattern"]),
        none=bounded(data["not_pattern"]),
        spoken=bounded(rf"[{digits}](?: ?[{digits}]){{6,12}}"),
        digits={ord(sign): value for sign, value in zip(digits, data["values"], strict=True)},
        extension=bounded(data["extension"]),
    )
