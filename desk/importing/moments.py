"""Moments as spreadsheets and people write them: 2026/11/2 9:30, 2026年3月1日, or a serial number. Pure.

The rule: year, month and day in this order, or nothing: what two people could read as two days is refused.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_DATE = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
_WEEKDAY = r"(?:\s*[(]?(?:星期|周)[一二三四五六日天][)]?)?"
_HALF = r"(?P<half>上午|下午|晚上|中午|凌晨|早上|AM|PM)?"
_SECOND = r"(?:\s*:?\s*(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?"
_MINUTE = rf"(?:\s*(?P<minute>\d{{1,2}})\s*分?{_SECOND})?"
_CLOCK = rf"(?P<hour>\d{{1,2}})\s*(?:[:点时]{_MINUTE})"
_OFFSET = r"(?P<offset>Z|[+-]\d{2}:?\d{2})?"
_WRITTEN = re.compile(
    rf"{_DATE}{_WEEKDAY}(?:[\sT]*{_HALF}\s*{_CLOCK}\s*(?P<after>AM|PM)?\s*{_OFFSET})?", re.IGNORECASE
)
_SERIAL = re.compile(r"\d{5,6}(?:\.\d+)?")
_LATER = frozenset({"下午", "晚上", "pm"})
_EARLIER = frozenset({"上午", "早上", "凌晨", "am"})
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  day 0 of a spreadsheet, which knows no zones
_NONE = "is no date and time such as 2023-03-01 09:30"


def moment(text: str, timezone: str) -> datetime:
    """An instant as people write it; without an offset it is the city's. Raises ValueError."""
    at = _read(unicodedata.normalize("NFKC", text).strip())
    if not 2000 <= at.year <= 2200:
        raise ValueError("is no year of a hotline")
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))


def _read(text: str) -> datetime:
    if _SERIAL.fullmatch(text):
        return _of_serial(text)
    if found := _WRITTEN.fullmatch(text):
        return _of_parts(found)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_NONE) from None


def _of_serial(text: str) -> datetime:
    """Days since the end of 1899, as a spreadsheet keeps a moment; its fractions are rounded to seconds."""
    try:
        return _FIRST_DAY + timedelta(seconds=round(float(text) * 86_400))
    except OverflowError:
        raise ValueError(_NONE) from None


def _of_parts(found: re.Match[str]) -> datetime:
    part = found.groupdict()
    year, month, day, hour, minute, second = (
        int(part[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    try:
        at = datetime(year, month, day, _hour(hour, part["half"] or part["after"]), minute, second)  # noqa: DTZ001
        return datetime.fromisoformat(f"{at.isoformat()}{part['offset']}") if part["offset"] else at
    except ValueError:
        raise ValueError(_NONE) from None


def _hour(hour: int, half: str | None) -> int:
    """By the clock of a day: 下午3 is 15, 上午12 is 0."""
    named = (half or "").lower()
    if named in _LATER and hour < 12:
        return hour + 12
    return 0 if named in _EARLIER and hour == 12 else hour
