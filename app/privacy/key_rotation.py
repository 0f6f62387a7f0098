"""Taking a new secret into use everywhere, while the house goes on working.

Whoever put the new secret in front of `JIESU_SECRET_KEY` has everything new sealed with it; this
does the same to what lies there already: rows, files, digests of phones, the desk's search index.
What only somebody else's word could digest anew (query codes, events) is found by a key that is kept, and
by it the desk's history is proven, which is never linked anew.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from desk.history import key_rotation as desk_rotation
from storage.db import old_digest_keys, reencrypt, tables
from storage.db.database import Database
from storage.files.file_store import FileStore
from storage.messages.attachments import is_used
from storage.surveys import phone_links
from storage.tickets import phone_digests, query_codes


@dataclass(frozen=True, slots=True)
class Rotated:
    """Looked at so many more; `changed` of them were sealed anew."""

    done: int
    changed: int


async def size(database: Database, files: FileStore, *, with_desk: bool) -> int:
    """How much there is to look at."""
    own = await reencrypt.size(database, tables.metadata) + len([name async for name in files.names()])
    return own + (await desk_rotation.size(database) if with_desk else 0)


async def rotate(database: Database, files: FileStore, *, with_desk: bool) -> AsyncIterator[Rotated]:
    """Seal all again with the newest secret. Raises Undecryptable, or the desk's BrokenHistory."""
    async with database.write() as tx:
        await old_digest_keys.keep(tx, tables.retired_keys)
    async for done, changed in reencrypt.seal_again(database, tables.metadata):
        yield Rotated(done, changed)
    await _digest_phones_anew(database)
    async for sha256 in files.names():
        yield Rotated(1, int(await _file_again(database, files, sha256)))
    if with_desk:
        async for done, changed in desk_rotation.seal_again(database):
            yield Rotated(done, changed)


async def _digest_phones_anew(database: Database) -> None:
    """What tickets are found by when somebody calls, and what surveys are sent by."""
    last, some = 0, 1
    while some:
        async with database.write() as tx:
            some, last = await phone_digests.digest_anew(tx, last, reencrypt.AT_ONCE)
    bound, some = (0, ""), 1
    while some:
        async with database.write() as tx:
            some, bound = await phone_links.digest_anew(tx, bound, reencrypt.AT_ONCE)


async def codes_lost(database: Database) -> int:
    """How many query codes were hashed with a secret that was taken away before this could be done."""
    async with database.read() as tx:
        return await query_codes.lost(tx)


async def _file_again(database: Database, files: FileStore, sha256: str) -> bool:
    changed = await files.seal_again(sha256)
    if changed:
        async with database.read() as tx:
            used = await is_used(tx, sha256)
        if not used:  # it was removed while it was sealed again
            await files.remove(sha256)
    return changed
