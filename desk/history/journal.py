"""What people do at the desk beside the tickets: in and out, accounts, letters. Chained like every history.

The rule: a line names who, what and about whom or what, never a password and nothing of a citizen's.
Each line's hash is keyed and covers the one before; two at once make one chain, for they queue at its newest
line. A seal names the last keyed line, so that a cut-off end shows; a process of the release before writes
lines without a key behind it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, text, update

from desk.db import proof_keys
from desk.db.tables import journal, journal_end
from storage.db.keyring import KeyRing
from storage.db.sealed import Tx, keyring

START = "0" * 64
_LOCK = 0x6A69657375  # any number that is ours alone
_LINE = "desk journal"
_END = "desk journal end"


@dataclass(frozen=True, slots=True)
class JournalCheck:
    """The first line that does not hold, if any; how many have no key, and those of them behind `after`."""

    broken: int | None
    unkeyed: int
    late: tuple[int, ...]


@dataclass(slots=True)
class _Found:
    """What a walk along the lines has seen."""

    before: str = START
    last_keyed: tuple[int, str] | None = None
    last: int = 0
    unkeyed: int = 0


async def write(tx: Tx, name: str, action: str, about: str, now: datetime) -> None:
    """Add a line."""
    if tx.dialect.name == "postgresql":  # on SQLite there is one writer anyway
        await tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    newest = select(journal.c.hash).order_by(journal.c.id.desc()).limit(1)
    before = (await tx.execute(newest)).scalar() or START
    about = about[:256]
    own = keyring(tx).digest(_LINE, _text(before, now, name, action, about))
    row = {"at": now, "name": name, "action": action, "about": about, "prev_hash": before, "hash": own}
    added = insert(journal).values(row).returning(journal.c.id)
    await _end_at(tx, (await tx.execute(added)).scalar_one(), own)


async def size(tx: Tx) -> int:
    """How many lines there are."""
    return int((await tx.execute(select(func.count()).select_from(journal))).scalar_one())


async def broken_at(tx: Tx) -> int | None:
    """The number of the first line that was changed, or follows one that is missing; None if all hold."""
    return (await check(tx, await proof_keys.ring(tx))).broken


async def check(tx: Tx, ring: KeyRing, after: int | None = None) -> JournalCheck:
    """Whether all lines hold. Late is one without a key that is numbered above `after`; if that is not
    known yet, one that follows a line with a key."""
    found, late = _Found(), list[int]()
    async for row in await tx.stream(select(journal).order_by(journal.c.id)):
        said = (found.before, row.at, row.name, row.action, row.about)
        keyed = row.hash in ring.digests(_LINE, _text(*said))
        if row.prev_hash != found.before or not (keyed or row.hash == unkeyed_hash(*said)):
            return JournalCheck(int(row.id), found.unkeyed, tuple(late))
        if keyed:
            found.last_keyed = (int(row.id), row.hash)
        elif found.last_keyed is not None if after is None else row.id > after:
            late.append(int(row.id))
        found.unkeyed += not keyed
        found.before, found.last = row.hash, int(row.id)
    broken = None if await _ends(tx, ring, found.last_keyed) else found.last + 1
    return JournalCheck(broken, found.unkeyed, tuple(late))


def unkeyed_hash(before: str, at: datetime, name: str, action: str, about: str) -> str:
    """The hash as the release before made it."""
    line = "\0".join((before, f"{at.timestamp():.6f}", name, action, about))
    return hashlib.sha256(line.encode()).hexdigest()


async def _ends(tx: Tx, ring: KeyRing, last_keyed: tuple[int, str] | None) -> bool:
    """Whether the seal names the last line that has a key."""
    end = (await tx.execute(select(journal_end))).one_or_none()
    if end is None or last_keyed is None:
        return end is None and last_keyed is None
    return end.line == last_keyed[0] and end.mac in ring.digests(_END, _end_text(*last_keyed))


async def _end_at(tx: Tx, line: int, own: str) -> None:
    values = {"line": line, "mac": keyring(tx).digest(_END, _end_text(line, own))}
    if not (await tx.execute(update(journal_end).values(values))).rowcount:
        await tx.execute(insert(journal_end).values(id=1, **values))


def _text(before: str, at: datetime, name: str, action: str, about: str) -> str:
    return "\0".join(("desk_journal", before, f"{at.timestamp():.6f}", name, action, about))


def _end_text(line: int, own: str) -> str:
    return f"desk_journal|{line}|{own}"
