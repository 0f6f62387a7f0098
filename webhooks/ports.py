"""What the channels' webhooks need of the service behind them."""

from typing import Protocol

from intake.model.channel_event import ChannelEvent
from intake.model.messages import Address, ChannelName, Inbound, Reply


class Receiver(Protocol):
    """One message in, its replies out: `app.turns.spooling_receiver` fulfils it."""

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Take one message in one transaction; the stored replies again on a repeat of its id."""
        ...

    async def shelve(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Keep a message whose turn cannot be done now; returns what its sender is told at once.

        Its real replies follow by the outbox. Raises Unavailable where nothing can be kept.
        """
        ...

    def sorry(self, inbound: Inbound) -> tuple[Reply, ...]:
        """What the sender of a message is told that could not be kept at all."""
        ...

    def more(self, replies: tuple[Reply, ...]) -> str:
        """What closes an answer that holds only the first of these, the rest being kept for the next word."""
        ...

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        """Keep a genuine message that could not be read or handled, for a person to look at."""
        ...

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        """Send what the platform's own answer could not carry, by the outbox; once per `key`."""
        ...

    async def handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """The platform's own answer has carried these replies of `receive`: they need no second way."""
        ...


class Firsts(Protocol):
    """What is remembered for a few minutes by all processes together."""

    async def first(self, key: str, value: str, ttl: float) -> str:
        """The value that came first under the key within `ttl` seconds: this one, or an earlier one."""
        ...


class ChannelEventReceiver(Protocol):
    """What a channel tells beside the dialog, and what is known of our account there."""

    async def record(self, happening: ChannelEvent) -> None:
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
