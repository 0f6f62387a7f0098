"""Finding tickets by what is written in them, though it is stored encrypted.

The index holds keyed digests of the pieces of a text (`desk.search.grams`), never a word: PostgreSQL
in a tsvector, SQLite in an FTS5 table, both called `deskwords`. What the index finds is opened and
read, as the person who asks may see it, before it is shown. On PostgreSQL tickets also carry
the number of their block, so that the newest are looked through first and a common word
costs no more in a large table than in a small one.
"""

from collections.abc import Iterable, MutableMapping, Sequence

from sqlalchemy import func, select, text

from desk.db.tables import tickets
from desk.search.grams import grams, needles, plain
from desk.tickets import store
from desk.tickets.confidentiality import closed
from desk.workflow.states import Actor, Role
from desk.workflow.views import DeskTicket
from hotline.contract import TicketDocument
from storage.db.keyring import KeyRing
from storage.db.sealed import Tx, keyring

BLOCK = 16_384
LONGEST = 50
MOST_READ = 400
"""Tickets opened for one search at most, that the words are not in after all or may not be seen."""

_DIGITS = 8
_ENTER = text(
    "INSERT INTO deskwords (ticket_id, grams) "
    "VALUES (:id, array_to_tsvector(string_to_array(:entries, ' '))) "
    "ON CONFLICT (ticket_id) DO UPDATE SET grams = excluded.grams"
)
_FOUND = {
    "postgresql": text(
        "SELECT ticket_id FROM deskwords WHERE grams @@ CAST(:condition AS tsquery)"
        " AND ticket_id < :below ORDER BY ticket_id DESC LIMIT :limit"
    ),
    "sqlite": text(
        "SELECT rowid FROM deskwords WHERE deskwords MATCH :condition"
        " AND rowid < :below ORDER BY rowid DESC LIMIT :limit"
    ),
}
_ABOVE_ALL = 2**62


def blind(ring: KeyRing, piece: str) -> str:
    """What stands in the index for a piece."""
    return ring.digest("desk search", piece)[:_DIGITS]


def words_of(document: TicketDocument) -> tuple[str, ...]:
    """The texts a ticket can be found by."""
    place, person = document.place, document.person
    given = (
        document.title,
        document.content,
        document.expectation,
        place.text if place else None,
        document.subject,
        person.name,
        person.phone,
        person.enterprise,
        document.reference,
    )
    return tuple(one for one in given if one)


def marks(
    ring: KeyRing,
    ticket_id: int,
    texts: Iterable[str],
    units: Iterable[str],
    known: MutableMapping[str, str] | None = None,
) -> tuple[str, ...]:
    """All of a ticket's entries in the index: pieces, its units, its block. `known` saves doing one twice."""
    known = {} if known is None else known
    pieces = {piece for one in texts for piece in grams(one)} | {_unit(unit) for unit in units}
    for piece in pieces:
        if piece not in known:
            known[piece] = blind(ring, piece)
    return (*sorted({known[piece] for piece in pieces}), f"b{ticket_id // BLOCK}")


async def index(tx: Tx, ticket: DeskTicket) -> None:
    """Enter a ticket, or enter it anew: of a sealed one the words that everybody may read."""
    ticket, life = closed(ticket), ticket.life
    units = life.readers
    texts = (*words_of(ticket.document), ticket.hotline_ref)
    values = {"id": ticket.id, "entries": " ".join(marks(keyring(tx), ticket.id, texts, units))}
    if tx.dialect.name == "postgresql":
        await tx.execute(_ENTER, values)
        return
    await tx.execute(text("DELETE FROM deskwords WHERE rowid = :id"), {"id": ticket.id})
    await tx.execute(text("INSERT INTO deskwords (rowid, grams) VALUES (:id, :entries)"), values)


async def drop_removed(tx: Tx) -> None:
    """What was entered anew leaves nothing of what stood there before.

    SQLite's index only marks entries as removed, until it is written in one piece; the larger it is, the
    longer that takes.
    """
    if tx.dialect.name == "sqlite":
        await tx.execute(text("INSERT INTO deskwords (deskwords) VALUES ('optimize')"))


async def find(tx: Tx, actor: Actor, query: str, limit: int = LONGEST) -> tuple[DeskTicket, ...]:
    """The newest tickets this person may see with every word of the query in them."""
    wanted = needles(query)
    if not wanted:
        return ()
    asked = _asked(keyring(tx), wanted, actor)
    found: list[DeskTicket] = []
    read = 0
    for condition in await _conditions(tx, asked):
        below = _ABOVE_ALL
        while read < MOST_READ:
            ids = await _ids(tx, condition, below, limit)
            found += [one for one in await store.by_ids(tx, ids, actor) if _holds(one, wanted)]
            read += len(ids)
            if len(found) >= limit:
                return tuple(found[:limit])
            if len(ids) < limit:
                break
            below = ids[-1]
    return tuple(found)


def _asked(ring: KeyRing, wanted: Sequence[str], actor: Actor) -> list[tuple[str, ...]]:
    """The entries a ticket must have: one of each group (an older key wrote other ones)."""
    pieces = {piece for one in wanted for piece in grams(one)}
    if actor.role is Role.UNIT:
        pieces.add(_unit(actor.unit or ""))
    return sorted(
        tuple(digest[:_DIGITS] for digest in ring.digests("desk search", piece)) for piece in pieces
    )


async def _conditions(tx: Tx, asked: Sequence[tuple[str, ...]]) -> list[str]:
    """The query in the index's own words, once for every stretch of blocks, the newest first."""
    if tx.dialect.name != "postgresql":
        return [" AND ".join(f"({' OR '.join(group)})" for group in asked)]
    newest = (await tx.execute(select(func.max(tickets.c.id)))).scalar()
    if newest is None:
        return []
    base = " & ".join(f"({' | '.join(group)})" for group in asked)
    stretches, last, length = [], newest // BLOCK, 1
    while last >= 0:
        blocks = range(max(last - length + 1, 0), last + 1)
        stretches.append(f"{base} & ({' | '.join(f'b{one}' for one in blocks)})")
        last, length = last - length, length * 4
    return stretches


async def _ids(tx: Tx, condition: str, below: int, limit: int) -> list[int]:
    values = {"condition": condition, "below": below, "limit": limit}
    return list((await tx.execute(_FOUND[tx.dialect.name], values)).scalars())


def _holds(ticket: DeskTicket, wanted: Sequence[str]) -> bool:
    """Whether the words really stand in what this person sees of it."""
    texts = [plain(one) for one in (*words_of(ticket.document), ticket.hotline_ref)]
    return all(any(needle in one for one in texts) for needle in wanted)


def _unit(unit: str) -> str:
    """No text has a piece like this."""
    return f"unit {unit}"
