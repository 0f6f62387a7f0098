"""One message's turn, the same behind webhook and polling.

A press is answered first: the call that stops its spinner starts before the turn and runs beside it,
because Telegram forgets a press within seconds and a turn may have to wait for the database. It is a
call of its own and never rides the webhook's answer, which comes only after the turn. Its failure
costs a spinner and nothing else, so it is logged and goes no further. What may not stay in the chat is
taken out beside the turn as well, whether there is a database or not.
"""

import asyncio
from typing import TYPE_CHECKING, Protocol

from bots.telegram.incoming.update import ButtonPress, ParsedUpdate
from bots.telegram.outgoing.best_effort import if_possible
from bots.telegram.outgoing.keyboards import MENU
from bots.telegram.outgoing.split import rides
from intake.model.messages import Address, ChannelName, Inbound, Reply

if TYPE_CHECKING:  # the webhook must not wait for aiogram
    from bots.telegram.channel import TelegramChannel

TYPING_AFTER = 1.0
TYPING_AGAIN = 4.5
"""Seconds: when the citizen is shown that we are at it, and how long before it must be said again."""

Replies = tuple[Reply, ...]


class TurnService(Protocol):
    """What a turn needs of the service; the same words as the webhooks' `Receiver`, a layer above."""

    async def receive(self, inbound: Inbound) -> Replies:
        """Take one message in; what the answer may carry. Raises Unavailable, and nothing else."""
        ...

    async def shelve(self, inbound: Inbound) -> Replies:
        """Keep on the disk what has no turn now; what its sender is told. Raises Unavailable."""
        ...

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        """Keep what cannot be handled. Raises Unavailable."""
        ...

    async def send_late(self, address: Address, replies: Replies, key: str) -> None:
        """Send through the outbox; the same `key` does nothing the second time. Raises Unavailable."""
        ...


async def take_turn(
    telegram: "TelegramChannel", service: TurnService, inbound: Inbound, heard: ParsedUpdate
) -> Replies:
    """The turn's replies, committed but not yet sent. Raises Unavailable."""
    replies, _ = await asyncio.gather(_turn(telegram, service, inbound), _beside(telegram, heard))
    if heard.tapped is not None and inbound.tap is not None and inbound.tap.step != MENU:
        await if_possible(telegram.retire_buttons(heard.tapped), "retire_buttons")
    return replies


async def acknowledge(telegram: "TelegramChannel", tapped: ButtonPress) -> None:
    """Stop a press's spinner if Telegram lets us."""
    await if_possible(telegram.acknowledge(tapped.callback_id), "acknowledge")


def lone_prompt(replies: Replies) -> Reply | None:
    """The reply that may go without the outbox: the only one, and nothing is lost if it is."""
    return replies[0] if rides(replies) else None


async def _beside(telegram: "TelegramChannel", heard: ParsedUpdate) -> None:
    if heard.tapped is not None:
        await acknowledge(telegram, heard.tapped)
    if heard.improper is not None:
        await if_possible(telegram.remove(heard.improper), "remove")


async def _turn(telegram: "TelegramChannel", service: TurnService, inbound: Inbound) -> Replies:
    turn = asyncio.ensure_future(service.receive(inbound))
    typing = asyncio.create_task(_typing(telegram, inbound.address))
    try:
        await asyncio.wait({turn})
    finally:
        typing.cancel()
        turn.cancel()  # polling was stopped; a turn that is done does not mind
    return turn.result()


async def _typing(telegram: "TelegramChannel", address: Address) -> None:
    await asyncio.sleep(TYPING_AFTER)
    while True:
        await if_possible(telegram.typing(address), "typing")
        await asyncio.sleep(TYPING_AGAIN)
