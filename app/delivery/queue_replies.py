"""Replies on their way through the outbox: in order, once, and held back while an answer may carry them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from app.base import jobs
from bots.answers import messages_of
from intake.model.channels import traits_of
from intake.model.messages import Address, ChannelName, Outgoing, Reply
from intake.notifications.template_fields import NONE, Facts
from storage.db import batched_statements
from storage.db.batched_statements import Statement
from storage.db.database import Tx
from storage.outbox import passive_fallback

SURVEYS = frozenset({"survey", "reminder"})
"""Purposes that must not come twice."""

LANE = "citizen:"
"""How the lane begins in which one citizen's answers leave."""

RIDE_LASTS = timedelta(seconds=20)
"""WeChat's last repeat comes after ten seconds; then an answer that was not taken is lost."""

ALBUM_REST = timedelta(seconds=1)
"""An album comes photo by photo, each after the one before was acknowledged: so long after the last."""


def lane(owner: int | str, purpose: str = "reply") -> str:
    """What one citizen gets leaves in order; an answer does not wait behind pushes that may take hours.

    `owner` is the conversation, or the message of somebody who has none.
    """
    return f"{LANE}{owner}" if purpose == "reply" else f"news:{owner}"


def once_keys(channel: ChannelName, key: str, count: int) -> list[str]:
    """What makes each of a turn's replies go once."""
    return [f"{channel.value}:{key}:{number}" for number in range(count)]


async def queue_replies(
    tx: Tx,
    conversation_id: int | None,
    address: Address,
    replies: Iterable[Reply],
    key: str,
    purpose: str,
    now: datetime,
    due_at: datetime | None = None,
    facts: Facts = NONE,
) -> list[int]:
    """Queue each reply once: the same `key` again does nothing. Returns the new entries' ids."""
    entries = queuing(tx, conversation_id, address, replies, key, purpose, now, due_at, facts)
    if not entries:
        return []
    return [made[0][0] for made in await batched_statements.send(tx, entries, {}) if made]


def queuing(
    tx: Tx,
    conversation_id: int | None,
    address: Address,
    replies: Iterable[Reply],
    key: str,
    purpose: str,
    now: datetime,
    due_at: datetime | None = None,
    facts: Facts = NONE,
) -> list[Statement]:
    """What `queue_replies` does, for a trip of the caller's."""
    replies = tuple(part for reply in replies for part in messages_of(address.channel, reply))
    keys = once_keys(address.channel, key, len(replies))
    outgoing = [
        Outgoing(address, reply, once, purpose, facts) for once, reply in zip(keys, replies, strict=True)
    ]
    return [
        jobs.queuing(
            tx,
            one,
            destination=address.channel.value,
            lane=lane(key if conversation_id is None else conversation_id, purpose),
            now=now,
            due_at=due_at,
            conversation_id=conversation_id,
            once=one.key,
            urgent=purpose == "reply",
        )
        for one in outgoing
    ]


async def queue_album(
    tx: Tx,
    conversation_id: int,
    address: Address,
    replies: tuple[Reply, ...],
    album: str,
    key: str,
    now: datetime,
) -> None:
    """Queue what an album is answered with: once it has been quiet, and only the last answer."""
    if not replies:
        return
    name = f"album:{conversation_id}:{album}"
    beginning = f"{address.channel.value}:{name}:"
    await passive_fallback.drop_untried(tx, address.channel.value, lane(conversation_id), beginning, now)
    await queue_replies(
        tx, conversation_id, address, replies, f"{name}:{key}", "reply", now, now + ALBUM_REST
    )


def holding_back(
    tx: Tx,
    conversation_id: int,
    address: Address,
    replies: tuple[Reply, ...],
    key: str,
    now: datetime,
    without: Collection[int] = (),
) -> list[Statement]:
    """What has a turn's replies sent later unless the platform's answer delivers them.

    All or none, so that they keep their order; a turn of mere prompts needs it not. `without`: the places
    of those that must not come twice.
    """
    held = [place for place in range(len(replies)) if place not in without]
    if not traits_of(address.channel).rides_response or not any(replies[place].durable for place in held):
        return []
    entries = queuing(tx, conversation_id, address, replies, key, "reply", now, now + RIDE_LASTS)
    return [entries[place] for place in held]


async def queue_late(
    tx: Tx,
    conversation_id: int | None,
    address: Address,
    replies: tuple[Reply, ...],
    key: str,
    now: datetime,
) -> None:
    """Send at once what no answer could carry, held back or not, to strangers too."""
    made = await queue_replies(tx, conversation_id, address, replies, key, "reply", now)
    if len(made) < len(replies):
        await passive_fallback.release(tx, once_keys(address.channel, key, len(replies)), now)
