"""The chat one phone shows, for a stand-in to write on.

It keeps the rule of versions (`playground.phones`) in one place: every addition and every
edit counts one on, and whoever waits for news is woken.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from playground.phones import Attached, Bubble, Button, Pin, Side


class Chat:
    """Bubbles in order. An edited bubble keeps its id and its place."""

    def __init__(self) -> None:
        self._bubbles: dict[str, Bubble] = {}
        self._version = 0
        self._news = asyncio.Event()

    def add(
        self,
        bubble_id: str,
        side: Side,
        text: str,
        at: datetime,
        *,
        buttons: tuple[Button, ...] = (),
        attached: Attached | None = None,
        pin: Pin | None = None,
        notice: str = "",
    ) -> Bubble:
        """Put one bubble at the end. Raises KeyError if the id stands there already."""
        if bubble_id in self._bubbles:
            raise KeyError(bubble_id)
        return self._keep(
            Bubble(bubble_id, side, text, at, self._version + 1, buttons, attached, pin, notice)
        )

    def edit(self, bubble_id: str, **changes: Any) -> Bubble:
        """Change fields of one bubble in its place. Raises KeyError if there is none such."""
        return self._keep(replace(self._bubbles[bubble_id], **changes, version=self._version + 1))

    def find(self, bubble_id: str) -> Bubble | None:
        return self._bubbles.get(bubble_id)

    def since(self, after: int) -> tuple[Bubble, ...]:
        """All with a version above `after`, in the order of the chat."""
        return tuple(bubble for bubble in self._bubbles.values() if bubble.version > after)

    async def changed(self, after: int) -> None:
        """Return as soon as `since(after)` has something to give."""
        while self._version <= after:
            await self._news.wait()

    def _keep(self, bubble: Bubble) -> Bubble:
        self._bubbles[bubble.id] = bubble
        self._version = bubble.version
        self._news.set()
        self._news = asyncio.Event()
        return bubble
