"""How fast we may write: what Telegram allows, and who goes first.

About one message a second in a chat, with short bursts, and twenty a minute in a group; thirty a second
over all. Pushes to many have a third of that for themselves and never more, so that an answer to somebody
who is writing with us finds room at once, however many surveys wait. Asked to wait (429), everybody waits.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from intake.model.ports import Paused

CHAT = (1.0, 3)
GROUP = (1 / 3, 3)
BOT = (30.0, 30)
PUSHES = (10.0, 10)
"""Messages a second, and how many at once after a rest."""

PATIENCE = 20.0
"""Seconds a message waits here for its turn; after that it goes back into the outbox."""

SHORTEST = 0.005  # seconds; what is left of a token by rounding is not worth asking for

Limit = tuple[str, float, int]
"""A bucket's name, its tokens a second, and how many it holds."""


class SharedBuckets(Protocol):
    """Token buckets, shared by all processes where they share anything."""

    async def take(self, limits: Sequence[Limit], pause: str) -> float:
        """Take a token from each or none; 0 if taken, else the seconds after which to ask again."""
        ...

    async def pause(self, pause: str, seconds: float) -> None:
        """Give out nothing under this pause for so long."""
        ...

    async def paused(self, pause: str) -> float:
        """The seconds that are left of the pause."""
        ...


class SendPace:
    """One bot's."""

    def __init__(self, buckets: SharedBuckets, bot_id: int, digest: Callable[[str], str]) -> None:
        self._buckets = buckets
        self._bot = f"telegram:{bot_id}"
        self._digest = digest
        self._one_push = asyncio.Lock()

    async def turn(self, chat_id: int, *, push: bool) -> None:
        """Return when a message may go to this chat. Raises Paused when that takes too long."""
        until = asyncio.get_running_loop().time() + PATIENCE
        if push:
            async with self._one_push:  # or all that wait would ask for each token
                await self._wait(chat_id, push, until)
        else:
            await self._wait(chat_id, push, until)

    async def at_once(self, chat_id: int) -> bool:
        """Whether a message may go to this chat now; if so, it counts as sent."""
        return await self._take(chat_id, push=False) == 0

    async def rest(self) -> float:
        """Seconds Telegram asked us to keep still."""
        return await self._buckets.paused(self._bot)

    async def asked_to_wait(self, seconds: float) -> None:
        """Telegram said 429: nobody writes for so long."""
        await self._buckets.pause(self._bot, seconds)

    async def _wait(self, chat_id: int, push: bool, until: float) -> None:
        while wait := await self._take(chat_id, push):
            if asyncio.get_running_loop().time() + wait > until:
                raise Paused("too much waits for Telegram", wait)
            await asyncio.sleep(max(wait, SHORTEST))

    async def _take(self, chat_id: int, push: bool) -> float:
        limits: list[Limit] = [
            (f"{self._bot}:chat:{self._digest(str(chat_id))}", *(CHAT if chat_id > 0 else GROUP)),
            (self._bot, *BOT),
        ]
        if push:
            limits.append((f"{self._bot}:pushes", *PUSHES))
        return await self._buckets.take(limits, self._bot)
