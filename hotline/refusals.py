"""What a backend that refuses has judged: our document, this moment, or the way to it.

The rule: only five statuses say that the document is wrong. What judges the key, the clock, the address or
the line says nothing about a ticket, so it buries none; an operator is told what it looks like.
"""

from collections.abc import Mapping
from datetime import timedelta

from hotline.clock_skew import told
from hotline.signatures import TOLERANCE
from intake.model.ports import NeedsOperator, Postponed, Rejected, Trouble, Unavailable

OF_THE_DOCUMENT = frozenset({400, 410, 413, 415, 422})
_BEING_HANDLED = 409
_PASSING = frozenset({408, 425, 429})
_KEY = frozenset({401, 403})
_TROUBLES: Mapping[int, Trouble] = {
    404: Trouble.ADDRESS,
    405: Trouble.METHOD,
    407: Trouble.PROXY,
    421: Trouble.HOST,
}
_LOOKS_LIKE: Mapping[Trouble, str] = {
    Trouble.KEY: "the key is refused",
    Trouble.CLOCK: "the clock is refused",
    Trouble.ADDRESS: "the address is wrong",
    Trouble.METHOD: "the method is refused",
    Trouble.HOST: "the host is wrong",
    Trouble.PROXY: "the proxy refuses",
    Trouble.UNKNOWN: "it is not known there",
    Trouble.OTHER: "the line is refused",
}


def refusal(
    status: int, said: str, *, wait: float | None = None, ahead: timedelta | None = None
) -> Rejected | Unavailable:
    """What to do next about an answer that is no 2xx.

    `said` names it without anything personal; `ahead` is how far our clock is ahead of the backend's.
    """
    if status in OF_THE_DOCUMENT:
        return Rejected(said)
    if status == _BEING_HANDLED:
        return Postponed(said, wait)
    if status in _PASSING or status >= 500:
        return Unavailable(said, wait)
    trouble = _trouble(status, ahead)
    if trouble is Trouble.CLOCK and ahead is not None:
        said = f"{told(ahead)}; {said}"
    return hindered(trouble, said, wait)


def hindered(trouble: Trouble, said: str, wait: float | None = None) -> NeedsOperator:
    """The fault with what it looks like before what was said."""
    return NeedsOperator(trouble, f"{_LOOKS_LIKE[trouble]}: {said}", wait)


def unknown(said: str) -> Postponed:
    """The backend is well, its address and our key are right, and it knows nothing of what this is about."""
    return Postponed(f"{_LOOKS_LIKE[Trouble.UNKNOWN]}: {said}", trouble=Trouble.UNKNOWN)


def _trouble(status: int, ahead: timedelta | None) -> Trouble:
    if status in _KEY:
        return Trouble.CLOCK if ahead is not None and abs(ahead) >= TOLERANCE else Trouble.KEY
    if 300 <= status < 400:  # somebody else answers: a moved server, or a page to log in at
        return Trouble.ADDRESS
    return _TROUBLES.get(status, Trouble.OTHER)
