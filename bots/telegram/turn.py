"""One message's turn, the same behind webhook and polling.

A press is answered first: the call that stops its spinner starts before the turn and runs beside it,
because Telegram forgets a press within seconds and a turn may have to wait for the database. It is a
call of its own and never rides the webhook's answer, which comes only after the turn. Its failure
costs a spinner and nothing else, so it is logged and goes no further. What may not stay in the chat is
taken out beside the turn as well, whether there is a database or not.
"""

import asyncio
from typing import TYPE_CHECKING

from bots.telegram.incoming.update import ButtonPress, ParsedUpdate
from bots.telegram.outgoing.best_effort import if_possible
from bots.telegram.outgoing.keyboards import MENU
from bots.telegram.outgoing.split import rides
from intake.model.messages import Address, Inbound, Reply
from intake.model.received import Answered, Received, Receiver

if TYPE_CHECKING:  # the webhook must not wait for aiogram
    from bots.telegram.channel import TelegramChannel

TYPING_AFTER = 1.0
TYPING_AGAIN = 4.5
"""Seconds: when the citizen is shown that we are at it, and how long before it must be said again."""


async def take_turn(
    telegram: "TelegramChannel", receiver: Receiver, inbound: Inbound, heard: ParsedUpdate
) -> Received:
    """What became of it; an answer's replies are not yet sent."""
    received, _ = await asyncio.gather(_turn(telegram, receiver, inbound), _beside(telegram, heard))
    if isinstance(received, Answered) and _uses_up_buttons(inbound) and heard.tapped is not None:
        await if_possible(telegram.retire_buttons(heard.tapped), "retire_buttons")
    return received


def _uses_up_buttons(inbound: Inbound) -> bool:
    return inbound.tap is not None and inbound.tap.step != MENU


async def acknowledge(telegram: "TelegramChannel", tapped: ButtonPress) -> None:
    """Stop a press's spinner if Telegram lets us."""
    await if_possible(telegram.acknowledge(tapped.callback_id), "acknowledge")


def lone_prompt(replies: tuple[Reply, ...]) -> Reply | None:
    """The reply that may go without the outbox: the only one, and nothing is lost if it is."""
    return replies[0] if rides(replies) else None


async def _beside(telegram: "TelegramChannel", heard: ParsedUpdate) -> None:
    if heard.tapped is not None:
        await acknowledge(telegram, heard.tapped)
    if heard.improper is not None:
        await if_possible(telegram.remove(heard.improper), "remove")


async def _turn(telegram: "TelegramChannel", receiver: Receiver, inbound: Inbound) -> Received:
    typing = asyncio.create_task(_typing(telegram, inbound.address))
    try:
        return await receiver.receive(inbound)
    finally:
        typing.cancel()


async def _typing(telegram: "TelegramChannel", address: Address) -> None:
    await asyncio.sleep(TYPING_AFTER)
    while True:
        await if_possible(telegram.typing(address), "typing")
        await asyncio.sleep(TYPING_AGAIN)
