"""What the channels' webhooks need beside the receiver (`intake.model.received`)."""

from typing import Protocol

from intake.model.channel_event import ChannelEvent
from intake.model.messages import ChannelName


class ReplayGuard(Protocol):
    """What is remembered for a few minutes by all processes together."""

    async def first(self, key: str, value: str, ttl: float) -> str:
        """The value that came first under the key within `ttl` seconds: this one, or an earlier one."""
        ...


class ChannelEventReceiver(Protocol):
    """What a channel tells beside the dialog, and what is known of our account there."""

    async def record(self, event: ChannelEvent) -> None:
        """Write it down once, and do what follows from it. Raises Unavailable."""
        ...

    async def answers_in_turn_only(self, channel: ChannelName) -> bool:
        """Whether this account may not write later of its own accord. Raises Unavailable."""
        ...

    async def note(self, channel: ChannelName, about: str, says: str) -> None:
        """Something is wrong with our account there. Raises Unavailable."""
        ...

    async def clear(self, channel: ChannelName, about: str) -> None:
        """It is so no longer. Raises Unavailable."""
        ...
