"""Digest keys of secrets that go out of use: what only a citizen's or a backend's word could digest anew.

The rule: a query code is stored as a digest alone, so taking a new secret into use cannot digest it again.
The key that made it, which opens nothing, is therefore kept, sealed with the newest secret.
"""

from sqlalchemy import Table, select

from storage.db.keyring import KeyRing
from storage.db.sealed import Tx, keyring
from storage.db.upsert import add_new


async def keep(tx: Tx, table: Table) -> None:
    """Those of all secrets but the newest; each is kept once."""
    for mark, sealed in keyring(tx).retiring().items():
        await add_new(tx, table, {"mark": mark, "key_sealed": sealed}, "mark")


async def marks(tx: Tx, table: Table) -> tuple[str, ...]:
    """Which keys are kept."""
    return tuple((await tx.scalars(select(table.c.mark))).all())


async def ring(tx: Tx, table: Table) -> KeyRing:
    """Our keys, and for digests those that were kept."""
    return keyring(tx).with_retired((await tx.scalars(select(table.c.key_sealed))).all())
