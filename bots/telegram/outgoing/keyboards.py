"""Which buttons still hang in a chat, so that they can be taken away once their question is answered.

It may be lost: then old buttons stay, and who presses one is told so. The menu's buttons are no
question's and are left alone. Chats stand here under a keyed digest only.
"""

import json
from collections.abc import Callable, Collection
from typing import Protocol

MENU = "menu"
MOST = 8
LASTS = 30 * 24 * 3600.0  # seconds


class Memory(Protocol):
    """What all processes share for a while; may be emptied at any time."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str, ttl: float) -> None: ...


class Keyboards:
    """The keyboards of one bot, by chat and step."""

    def __init__(self, memory: Memory, digest: Callable[[str], str]) -> None:
        self._memory = memory
        self._digest = digest

    async def shown(self, chat_id: int, message_id: int, step: str) -> list[int]:
        """A keyboard was sent; returns the older ones of the same question, now forgotten."""
        if step == MENU:
            return []
        return await self._change(chat_id, {step}, {message_id: step})

    async def answered(self, chat_id: int, steps: Collection[str]) -> list[int]:
        """The messages whose question is one of `steps`, now forgotten."""
        return await self._change(chat_id, steps, {}) if steps else []

    async def forget(self, chat_id: int, message_id: int) -> None:
        """This one is gone already."""
        known = await self._known(chat_id)
        if known.pop(message_id, None) is not None:
            await self._keep(chat_id, known)

    async def _change(self, chat_id: int, steps: Collection[str], new: dict[int, str]) -> list[int]:
        known = await self._known(chat_id)
        gone = [message_id for message_id, step in known.items() if step in steps and message_id not in new]
        if gone or new:
            kept = {number: step for number, step in known.items() if number not in gone}
            await self._keep(chat_id, kept | new)
        return gone

    async def _known(self, chat_id: int) -> dict[int, str]:
        kept = await self._memory.get(self._key(chat_id))
        return {int(number): step for number, step in json.loads(kept).items()} if kept else {}

    async def _keep(self, chat_id: int, known: dict[int, str]) -> None:
        newest = dict(sorted(known.items())[-MOST:])
        await self._memory.set(self._key(chat_id), json.dumps(newest), LASTS)

    def _key(self, chat_id: int) -> str:
        return f"telegram:keyboards:{self._digest(str(chat_id))}"
