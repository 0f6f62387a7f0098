"""What the channels' webhooks need of the service behind them."""

from typing import Protocol

from intake.messages import Address, ChannelName, Inbound, Reply


class Receiver(Protocol):
    """One message in, its replies out: `app.service` fulfils it."""

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Take one message in one transaction; the stored replies again on a repeat of its id."""
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
