"""Replies on their way through the outbox, to JSON and back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from intake.messages import Address, Outgoing, Reply
from storage import outbox
from storage.database import Tx

KIND = "reply"
_outgoing = TypeAdapter(Outgoing)


def lane(conversation_id: int) -> str:
    """What one citizen gets leaves in order."""
    return f"citizen:{conversation_id}"


async def queue_replies(
    tx: Tx,
    conversation_id: int,
    address: Address,
    replies: Iterable[Reply],
    key: str,
    purpose: str,
    now: datetime,
) -> None:
    """Queue each reply once: the same `key` again does nothing."""
    for number, reply in enumerate(replies):
        once = f"{address.channel.value}:{key}:{number}"
        await outbox.queue(
            tx,
            destination=address.channel.value,
            kind=KIND,
            lane=lane(conversation_id),
            body=_outgoing.dump_python(Outgoing(address, reply, once, purpose), mode="json"),
            now=now,
            conversation_id=conversation_id,
            once=once,
            urgent=purpose == "reply",
        )


def outgoing_of(body: dict[str, Any]) -> Outgoing:
    """The message an entry carries."""
    return _outgoing.validate_python(body)
