"""What to do after WeChat's refusal, by its errcode as WeChat documents it.

The rule: what ends one way of writing to one citizen is `NotNow` or `Unreachable`; what the account
or WeChat suffers from is `Unavailable`; the rest no repetition can mend.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from intake.model.ports import NotNow, Rejected, Unavailable, Unreachable

CLOSED = frozenset({45015, 45047})
"""The window is over, or its messages are used up, whatever we counted."""

NO_RIGHT = frozenset({48001, 48002, 48004, 50001, 50002, 50005, 40200})
"""This account may not use this call at all."""

NOT_ALLOWED = 43101
"""The citizen has not allowed this template, or no longer."""

UNFIT = frozenset({40036, 40037, 41028, 41030, 43108, 47003})
"""This template's id, page or fields do not fit: the profile's to mend."""

_UNREACHABLE = frozenset({40003, 43004, 43019})
_BUSY = frozenset({-1, 45011})
# Secret, appid, token, address list: an operator's to repair, and then the entry goes out.
_ACCOUNT = frozenset({40001, 40013, 40014, 40125, 40164, 41001, 42001, 61004, 89503, 89506, 89507})
_DAILY_LIMIT = 45009
_BEIJING = "Asia/Shanghai"


def consequence(errcode: int, now: datetime) -> Exception:
    """The error to raise; `now` dates the wait for a daily quota."""
    reason = f"errcode {errcode}"
    if errcode in CLOSED | NO_RIGHT | UNFIT or errcode == NOT_ALLOWED:
        return NotNow(reason)
    if errcode in _UNREACHABLE:
        return Unreachable(reason)
    if errcode == _DAILY_LIMIT:
        return Unavailable(reason, until_midnight(now))
    if errcode in _BUSY:
        return Unavailable(reason)
    if errcode in _ACCOUNT:
        return Unavailable(reason, retry_after=300)
    return Rejected(reason)


def until_midnight(now: datetime) -> float:
    """Seconds until WeChat's daily quotas start again, a minute's grace included."""
    here = now.astimezone(ZoneInfo(_BEIJING))
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return (midnight - here).total_seconds()
