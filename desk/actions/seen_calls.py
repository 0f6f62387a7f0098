"""What has come in before: events by their id, signed calls by theirs.

An event that comes again does nothing; its id with other words is refused. A webhook id
is good for one request only, as often as that is repeated: the signature covers neither
path nor headers, so a captured call must not be turned on another ticket.
"""

import hashlib
from datetime import datetime

import orjson
from sqlalchemy import select

from desk.actions.tickets import KeyReused
from desk.db.tables import calls, received, retired_keys
from hotline.contract import HotlineEvent
from storage.batches import AT_ONCE, delete_some
from storage.db import old_digest_keys
from storage.db.sealed import Tx, keyring
from storage.db.upsert import insert_new


class Replayed(Exception):
    """A webhook id came again with another request: somebody replays what they overheard."""


async def first_time(tx: Tx, scope: str, event: HotlineEvent, key: str | None, now: datetime) -> bool:
    """Remember the event; False if it was heard before. Raises KeyReused if that was another one.

    `key` is the Idempotency-Key it came under, which belongs to this event alone.
    """
    await _belongs(tx, key, event)
    body = _compared(event)
    values = {
        "event_id": event.event_id,
        "key": key,
        "scope": scope,
        "digest": keyring(tx).digest("desk event", body),
        "received_at": now,
    }
    statement = insert_new(tx, received, "event_id").values(values).returning(received.c.event_id)
    if (await tx.execute(statement)).scalar() is not None:
        return True
    known = (await tx.execute(select(received).where(received.c.event_id == event.event_id))).one()
    ring = await old_digest_keys.ring(tx, retired_keys)
    if known.scope != scope or known.digest not in ring.digests("desk event", body):
        raise KeyReused("this event_id belongs to another event")
    return False


async def remember_call(tx: Tx, webhook_id: str, request: bytes, now: datetime) -> None:
    """Remember a signed call; `request` is its method, path and body. Raises Replayed."""
    digest = hashlib.sha256(request).hexdigest()
    values = {"webhook_id": webhook_id, "digest": digest, "at": now}
    statement = insert_new(tx, calls, "webhook_id").values(values).returning(calls.c.webhook_id)
    if (await tx.execute(statement)).scalar() is not None:
        return
    query = select(calls.c.digest).where(calls.c.webhook_id == webhook_id)
    if (await tx.execute(query)).scalar_one() != digest:
        raise Replayed("this webhook-id belongs to another request")


async def purge_calls(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Forget calls whose signatures are stale anyway, up to `limit`; returns how many."""
    return await delete_some(tx, calls, calls.c.at < before, limit)


async def _belongs(tx: Tx, key: str | None, event: HotlineEvent) -> None:
    others = (received.c.key == key) & (received.c.event_id != event.event_id)
    if key is not None and (await tx.execute(select(received.c.event_id).where(others))).first():
        raise KeyReused("this Idempotency-Key belongs to another event")


def _compared(event: HotlineEvent) -> str:
    document = event.model_dump(mode="json", exclude={"attachments": {"__all__": {"url"}}})
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
