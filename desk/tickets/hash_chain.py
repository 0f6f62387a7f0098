"""The chain over a ticket's events: each one's hash covers the one before, so that tampering shows.

One chain per ticket, because a ticket's row lock already puts its events in order; the
ticket keeps the number and hash of its last event, so that a cut-off tail shows as well.
A hash covers the *digest* of an event's texts, not the texts: erasing a citizen's words
leaves the chain whole.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

START = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainLink:
    """The facts of one event that its hash covers."""

    hotline_ref: str
    seq: int
    at: datetime
    role: str
    name: str
    unit: str | None
    action: str
    from_state: str | None
    to_state: str
    round: int
    key: str | None
    detail_digest: str


def digest(detail: Mapping[str, Any] | None) -> str:
    """SHA-256 (hex) of an event's texts in canonical JSON."""
    return hashlib.sha256(orjson.dumps(detail, option=orjson.OPT_SORT_KEYS)).hexdigest()


def link_hash(previous: str, link: ChainLink) -> str:
    """The hash (hex) of `link`, following the event whose hash is `previous`."""
    return hashlib.sha256(orjson.dumps([previous, *_values(link)])).hexdigest()


def broken_at(links: Sequence[tuple[ChainLink, str, str]]) -> int | None:
    """The seq of the first event that does not fit its (previous, own) hashes; None if all do."""
    previous = START
    for expected, (link, given_previous, given) in enumerate(links, start=1):
        if link.seq != expected or given_previous != previous or link_hash(previous, link) != given:
            return link.seq
        previous = given
    return None


def _values(link: ChainLink) -> list[object]:
    return [
        link.hotline_ref,
        link.seq,
        link.at.astimezone(UTC).isoformat(timespec="microseconds"),
        link.role,
        link.name,
        link.unit,
        link.action,
        link.from_state,
        link.to_state,
        link.round,
        link.key,
        link.detail_digest,
    ]
