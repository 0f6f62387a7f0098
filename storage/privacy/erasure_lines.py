"""The database's side of the ledger: what has to get there, and what of it this database has done itself.

The rule: a line is made in the transaction that erases, and written outside once that is committed. So what
the ledger says was done; and a database that does not know a line is older than that erasure.
"""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from intake.model.messages import Address, ChannelName
from storage.db import old_digest_keys
from storage.db.keyring import KeyRing
from storage.db.sealed import Tx
from storage.db.tables import conversations, erasures, retired_keys, tickets
from storage.db.upsert import add_new
from storage.privacy.ledger import LedgerLine, SubjectKind

PURPOSE = "erased"
_AT_ONCE = 500


def name_of(subject: Address | UUID) -> str:
    """What is digested: an account, or a ticket's key."""
    if isinstance(subject, Address):
        return f"{subject.channel.value}:{subject.user}"
    return f"ticket:{subject}"


async def pending(tx: Tx) -> list[LedgerLine]:
    """Some of the lines that were not seen in the ledger yet."""
    c = erasures.c
    waits = select(c.at, c.subject, c.subject_digest, c.entry).where(
        c.entry.is_not(None), c.written_at.is_(None)
    )
    rows = await tx.execute(waits.order_by(c.id).limit(_AT_ONCE))
    return [LedgerLine(row[0], SubjectKind(row[1]), row[2], row[3]) for row in rows]


async def written(tx: Tx, lines: Collection[LedgerLine], now: datetime) -> None:
    """They stand in the ledger."""
    theirs = erasures.c.entry.in_([line.entry for line in lines])
    await tx.execute(update(erasures).where(theirs).values(written_at=now))


async def unknown(tx: Tx, lines: Collection[LedgerLine]) -> list[LedgerLine]:
    """Those that this database has not done."""
    known = set((await tx.scalars(select(erasures.c.entry).where(erasures.c.entry.is_not(None)))).all())
    return [line for line in lines if line.entry not in known]


async def adopt(tx: Tx, line: LedgerLine, conversation_id: int | None, now: datetime) -> bool:
    """It is being done in this transaction; False if another process did it."""
    values = {
        "at": line.at,
        "by": "restored",
        "conversation_id": conversation_id,
        "counts": {},
        "entry": line.entry,
        "subject": line.kind.value,
        "subject_digest": line.digest,
        "written_at": now,
    }
    return await add_new(tx, erasures, values, "entry")


async def digests(tx: Tx) -> KeyRing:
    """All keys a line may have been digested with."""
    return await old_digest_keys.ring(tx, retired_keys)


async def accounts(tx: Tx) -> AsyncIterator[tuple[int, Address]]:
    """Every conversation that is somebody's."""
    c, last = conversations.c, 0
    while True:
        some = select(c.id, c.channel, c.user).where(c.id > last, c.user.is_not(None))
        rows = (await tx.execute(some.order_by(c.id).limit(_AT_ONCE))).all()
        for number, channel, user in rows:
            last = number
            yield number, Address(ChannelName(channel), user)
        if not rows:
            return


async def unrestricted(tx: Tx) -> AsyncIterator[tuple[str, UUID]]:
    """Reference and key of every ticket with its citizen in it."""
    c, last = tickets.c, 0
    while True:
        some = select(c.id, c.reference, c.key).where(c.id > last, c.restricted_at.is_(None))
        rows = (await tx.execute(some.order_by(c.id).limit(_AT_ONCE))).all()
        for number, reference, key in rows:
            last = number
            yield reference, key
        if not rows:
            return
