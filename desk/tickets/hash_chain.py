"""The chain over a ticket's events: each one's hash covers the one before, so that tampering shows.

One chain per ticket, because a ticket's row lock already puts its events in order. A hash is keyed: who
can write the table, but has not the key, cannot make a link. It covers the row it stands in (table,
ticket, seq) and the *digest* of an event's texts, not the texts: erasing a citizen's words leaves the chain
whole. The release before linked without a key; such links are told apart, and the first keyed one after
them covers them all.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from math import inf
from typing import Any

import orjson

from storage.db.keyring import KeyRing

START = "0" * 64
_PURPOSE = "desk event"
_TABLE = "desk_events"


class Linked(Enum):
    """How a link was made."""

    KEYED = "keyed"
    UNKEYED = "unkeyed"


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


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """The first event that does not hold; before it, those without a key, and the ends of those with one."""

    broken: int | None
    unkeyed: tuple[int, ...] = ()
    first_keyed: float = inf
    last_keyed: int = 0


def digest(detail: Mapping[str, Any] | None) -> str:
    """SHA-256 (hex) of an event's texts in canonical JSON."""
    return hashlib.sha256(orjson.dumps(detail, option=orjson.OPT_SORT_KEYS)).hexdigest()


def keyed_hash(ring: KeyRing, previous: str, ticket_id: int, link: ChainLink) -> str:
    """The hash (hex) of `link` in its ticket's row, following the event whose hash is `previous`."""
    return ring.digest(_PURPOSE, _keyed_text(previous, ticket_id, link))


def unkeyed_hash(previous: str, link: ChainLink) -> str:
    """The hash as the release before made it."""
    return hashlib.sha256(orjson.dumps([previous, *_values(link)])).hexdigest()


def check(ring: KeyRing, ticket_id: int, links: Sequence[tuple[ChainLink, str, str]]) -> ChainCheck:
    """Whether events fit their (previous, own) hashes, first to last."""
    previous, ways = START, list[Linked]()
    for expected, (link, given_previous, given) in enumerate(links, start=1):
        linked = _linked(ring, previous, ticket_id, link, given)
        if link.seq != expected or given_previous != previous or linked is None:
            return _summed_up(link.seq, ways)
        ways.append(linked)
        previous = given
    return _summed_up(None, ways)


def _summed_up(broken: int | None, ways: Sequence[Linked]) -> ChainCheck:
    keyed = [seq for seq, way in enumerate(ways, start=1) if way is Linked.KEYED]
    unkeyed = tuple(seq for seq, way in enumerate(ways, start=1) if way is Linked.UNKEYED)
    return ChainCheck(broken, unkeyed, keyed[0], keyed[-1]) if keyed else ChainCheck(broken, unkeyed)


def _linked(ring: KeyRing, previous: str, ticket_id: int, link: ChainLink, given: str) -> Linked | None:
    """How this hash was made of this link; None if it was not."""
    if given in ring.digests(_PURPOSE, _keyed_text(previous, ticket_id, link)):
        return Linked.KEYED
    return Linked.UNKEYED if given == unkeyed_hash(previous, link) else None


def _keyed_text(previous: str, ticket_id: int, link: ChainLink) -> str:
    return orjson.dumps([_TABLE, ticket_id, previous, *_values(link)]).decode()


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
