"""The one real clock; everything else is told the time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
