"""Phones bound to a chat account, and the codes that bind them.

The rule: a typed number alone binds nothing. It takes the channel's own vouching (`card`), or a code that the
centre reads out to whoever answers or calls from that number: kept as a keyed, salted hash, good for half
an hour and five tries, used once. A phone leads to one account on each channel, the last that proved it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, select, tuple_, update

from storage.batches import AT_ONCE, delete_some
from storage.db.sealed import Tx, keyring
from storage.db.tables import binding_codes, bindings, conversations
from storage.db.upsert import insert_new

CODE_LASTS = timedelta(minutes=30)
WRONG_TRIES = 5
_PURPOSE = "bound phone"


class CodeTry(StrEnum):
    """What became of a try with a code."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"  # no code is out for this phone, or not any more


@dataclass(frozen=True, slots=True)
class Bound:
    """A phone this account has proved to be its own."""

    phone: str
    how: str
    bound_at: datetime


async def bind(tx: Tx, conversation_id: int, phone: str, how: str, now: datetime) -> tuple[int, ...]:
    """From now on the phone leads to this account on its channel; returns whose it was there before."""
    statement = select(conversations.c.channel).where(conversations.c.id == conversation_id)
    channel = (await tx.execute(statement)).scalar_one()
    gone = delete(bindings).where(_of(tx, phone), bindings.c.channel == channel)
    before = (await tx.scalars(gone.returning(bindings.c.conversation_id))).all()
    values = {
        "phone_digest": _digest(tx, phone),
        "channel": channel,
        "conversation_id": conversation_id,
        "phone_sealed": keyring(tx).encrypt(phone.encode()),
        "how": how,
        "bound_at": now,
    }
    await tx.execute(insert_new(tx, bindings, "phone_digest", "channel"), values)
    return tuple(one for one in before if one != conversation_id)


async def unbind(tx: Tx, conversation_id: int) -> int:
    """No phone leads to this account any more; returns how many did."""
    theirs = bindings.c.conversation_id == conversation_id
    return (await tx.execute(delete(bindings).where(theirs))).rowcount


async def own(tx: Tx, conversation_id: int) -> tuple[Bound, ...]:
    """The phones bound to this account, the newest first."""
    theirs = bindings.c.conversation_id == conversation_id
    rows = await tx.execute(select(bindings).where(theirs).order_by(bindings.c.bound_at.desc()))
    return tuple(Bound(keyring(tx).decrypt(r.phone_sealed).decode(), r.how, r.bound_at) for r in rows)


async def digest_anew(tx: Tx, after: tuple[int, str], limit: int) -> tuple[int, tuple[int, str]]:
    """Digest the next phones with the newest key; how many there were, and the last of them."""
    place = tuple_(bindings.c.conversation_id, bindings.c.phone_digest)
    rows = (await tx.execute(select(bindings).where(place > after).order_by(*place).limit(limit))).all()
    for row in rows:
        fresh = _digest(tx, keyring(tx).decrypt(row.phone_sealed).decode())
        same = (bindings.c.phone_digest == row.phone_digest) & (bindings.c.channel == row.channel)
        if fresh != row.phone_digest:
            await tx.execute(update(bindings).where(same).values(phone_digest=fresh))
    return len(rows), (rows[-1].conversation_id, rows[-1].phone_digest) if rows else after


async def leads_to(tx: Tx, phone: str) -> int | None:
    """The conversation this phone is bound to, the newest one that can be reached; None if it is not."""
    statement = (
        select(bindings.c.conversation_id)
        .join(conversations, conversations.c.id == bindings.c.conversation_id)
        .where(_of(tx, phone), conversations.c.user.is_not(None))
        .order_by(conversations.c.reachable.desc(), bindings.c.bound_at.desc())
        .limit(1)
    )
    return (await tx.execute(statement)).scalar()


async def issue(tx: Tx, phone: str, code: str, now: datetime) -> None:
    """The code that binds this phone from now on; an earlier one is void."""
    await tx.execute(delete(binding_codes).where(binding_codes.c.phone_digest.in_(_digests(tx, phone))))
    values = {
        "phone_digest": _digest(tx, phone),
        "code_hash": keyring(tx).hash_query_code(code),
        "issued_at": now,
        "wrong": 0,
    }
    await tx.execute(insert_new(tx, binding_codes, "phone_digest"), values)


async def tried(tx: Tx, phone: str, code: str, now: datetime) -> CodeTry:
    """Try a code: the right one is used up, a wrong one counts. Commit the transaction in every case."""
    mine = binding_codes.c.phone_digest.in_(_digests(tx, phone))
    row = (await tx.execute(select(binding_codes).where(mine).with_for_update())).first()
    if row is None or now - row.issued_at >= CODE_LASTS or row.wrong >= WRONG_TRIES:
        return CodeTry.NONE
    if keyring(tx).check_query_code(code, row.code_hash):
        await tx.execute(delete(binding_codes).where(mine))
        return CodeTry.RIGHT
    await tx.execute(update(binding_codes).where(mine).values(wrong=row.wrong + 1))
    return CodeTry.WRONG


async def purge(tx: Tx, now: datetime, limit: int = AT_ONCE) -> int:
    """Forget the codes that bind no more, up to `limit`; returns how many."""
    old = binding_codes.c.issued_at <= now - CODE_LASTS
    return await delete_some(tx, binding_codes, old, limit)


def _digest(tx: Tx, phone: str) -> str:
    return keyring(tx).digest(_PURPOSE, phone)


def _digests(tx: Tx, phone: str) -> tuple[str, ...]:
    return keyring(tx).digests(_PURPOSE, phone)


def _of(tx: Tx, phone: str) -> ColumnElement[bool]:
    return bindings.c.phone_digest.in_(_digests(tx, phone))
