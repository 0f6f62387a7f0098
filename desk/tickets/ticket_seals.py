"""Keyed seals in a ticket's own row: where its history ends, and that its words are this ticket's.

Without them a history's end could be cut off together with what the ticket says of it, and two tickets'
documents exchanged, for every value by itself is genuine. The process that adds an event renews both; one
of the release before renews neither, which only its unkeyed event excuses.
"""

import hashlib
from typing import Any

from sqlalchemy import Row, select, update

from desk.db.tables import tickets
from storage.db.keyring import KeyRing, Undecryptable
from storage.db.sealed import Tx, keyring

_END = "desk ticket end"
_WORDS = "desk ticket words"
_TABLE = "desk_tickets"


def end_mac(ring: KeyRing, ticket_id: int, hotline_ref: str, seq: int, last_hash: str) -> str:
    """The seal over the last event."""
    return ring.digest(_END, _end(ticket_id, hotline_ref, seq, last_hash))


def words_mac(ring: KeyRing, ticket_id: int, hotline_ref: str, document: bytes, texts: bytes) -> str:
    """The seal over a ticket's document and texts, as JSON."""
    return ring.digest(_WORDS, _words(ticket_id, hotline_ref, document, texts))


async def renew_words(tx: Tx, ticket_id: int) -> None:
    """Seal the words as they are now. The row must be locked."""
    columns = (tickets.c.hotline_ref, tickets.c.document_sealed, tickets.c.texts_sealed)
    row = (await tx.execute(select(*columns).where(tickets.c.id == ticket_id))).one()
    ring = keyring(tx)
    clear = (ring.decrypt(row.document_sealed), ring.decrypt(row.texts_sealed))
    own = words_mac(ring, ticket_id, row.hotline_ref, *clear)
    await tx.execute(update(tickets).where(tickets.c.id == ticket_id).values(words_mac=own))


def end_holds(ring: KeyRing, head: Row[Any], last_keyed: int, its_hash: str) -> bool:
    """Whether the last keyed event is the one that the ticket's seal names."""
    if head.end_mac is None:
        return last_keyed == 0
    return head.end_mac in ring.digests(_END, _end(head.id, head.hotline_ref, last_keyed, its_hash))


def words_hold(ring: KeyRing, head: Row[Any]) -> bool:
    """Whether the document and the texts are those that were sealed in this row."""
    try:
        document, texts = ring.decrypt(head.document_sealed), ring.decrypt(head.texts_sealed)
    except Undecryptable:
        return False
    return head.words_mac in ring.digests(_WORDS, _words(head.id, head.hotline_ref, document, texts))


def _end(ticket_id: int, hotline_ref: str, seq: int, last_hash: str) -> str:
    return f"{_TABLE}|{ticket_id}|{hotline_ref}|{seq}|{last_hash}"


def _words(ticket_id: int, hotline_ref: str, document: bytes, texts: bytes) -> str:
    digests = (hashlib.sha256(said).hexdigest() for said in (document, texts))
    return "|".join((_TABLE, str(ticket_id), hotline_ref, *digests))
