"""One message's turn, the same behind webhook and polling.

A press is answered first: the call that stops its spinner starts before the turn and runs beside it,
because Telegram forgets a press within seconds and a turn may have to wait for the database. It is a
call of its own and never rides the webhook's answer, which comes only after the turn. Its failure
costs a spinner and nothing else, so it is logged and goes no further.
"""

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Protocol

import structlog

from bots.telegram.heard import Tapped
from intake.messages import Address, ChannelName, Inbound, Reply
from intake.ports import Rejected, Unavailable, Unsure

if TYPE_CHECKING:  # the webhook must not wait for aiogram
    from bots.telegram.channel import Telegram

log = structlog.get_logger(__name__)

_PATIENCE = 3.0
"""Seconds for what is only pleasant."""


class Service(Protocol):
    """What a turn needs of the service; the same words as the webhooks' `Receiver`, a layer above."""

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Take one message in; a repeat gets its stored replies. Raises Unavailable."""
        ...

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        """Keep what cannot be read. Raises Unavailable."""
        ...

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        """Send through the outbox; the same `key` does nothing the second time. Raises Unavailable."""
        ...


async def take_turn(
    telegram: "Telegram", service: Service, inbound: Inbound, tapped: Tapped | None
) -> tuple[Reply, ...]:
    """The turn's replies, committed but not yet sent. Raises Unavailable."""
    if tapped is None:
        return await service.receive(inbound)
    replies, _ = await asyncio.gather(service.receive(inbound), acknowledge(telegram, tapped))
    await if_possible(telegram.retire_buttons(tapped), "retire_buttons")
    return replies


async def acknowledge(telegram: "Telegram", tapped: Tapped) -> None:
    """Stop a press's spinner if Telegram lets us."""
    await if_possible(telegram.acknowledge(tapped.callback_id), "acknowledge")


def lone_prompt(replies: tuple[Reply, ...]) -> Reply | None:
    """The reply that may go without the outbox: the only one, and nothing is lost if it is."""
    return replies[0] if len(replies) == 1 and not replies[0].durable else None


async def if_possible(call: Awaitable[None], what: str) -> None:
    """Await what is only pleasant to have: its failure is logged and goes no further."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await call
    except (Unavailable, Rejected, Unsure) as error:
        log.info("telegram nicety failed", what=what, reason=error.reason)
    except TimeoutError:
        log.info("telegram nicety failed", what=what, reason="took too long")
