"""The desk's part of taking a new secret into use: its rows and its search index.

Links and anchors stay as they were made; the key that made them is kept, and proves them still.
"""

from collections.abc import AsyncIterator

from sqlalchemy import func, select

from desk.db.tables import metadata, retired_keys, tickets
from desk.history import anchors
from desk.search import search
from desk.tickets import store
from storage.db import old_digest_keys, reencrypt
from storage.db.database import Database


class BrokenHistory(Exception):
    """An anchor does not hold: look before the key goes that proves it. `jiesu audit verify` says which."""


async def size(database: Database) -> int:
    """How many rows there are to look at, and tickets to enter in the index anew."""
    async with database.read() as tx:
        entered = int((await tx.execute(select(func.count()).select_from(tickets))).scalar_one())
    return await reencrypt.size(database, metadata) + entered


async def seal_again(database: Database) -> AsyncIterator[tuple[int, int]]:
    """As `storage.db.reencrypt.seal_again`. Raises BrokenHistory before anything is changed."""
    async with database.write() as tx:
        if await anchors.first_broken(tx) is not None:
            raise BrokenHistory("an anchor over the desk's history does not hold")
        await old_digest_keys.keep(tx, retired_keys)
    async for done, changed in reencrypt.seal_again(database, metadata):
        yield done, changed
    async for done in _enter_anew(database):
        yield done, 0


async def _enter_anew(database: Database) -> AsyncIterator[int]:
    last = 0
    while True:
        async with database.write() as tx:
            query = select(tickets.c.id, tickets.c.hotline_ref).where(tickets.c.id > last)
            rows = (await tx.execute(query.order_by(tickets.c.id).limit(reencrypt.AT_ONCE))).all()
            for row in rows:
                ticket = await store.load(tx, row.hotline_ref, lock=True)
                assert ticket is not None, "tickets are never deleted"  # noqa: S101
                await search.index(tx, ticket)
        if not rows:
            return
        yield len(rows)
        last = rows[-1].id
