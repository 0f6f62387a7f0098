"""What becomes of a message that is given to the receiver: one of three, for every channel.

A door only says it in its platform's words. The rule behind all three: what is called taken is committed or
on our disk, a turn that runs is never cancelled, and a repeat joins it.
"""

from dataclasses import dataclass
from typing import Protocol

from intake.model.messages import ChannelName, Inbound, Reply


@dataclass(frozen=True, slots=True)
class Answered:
    """Its turn is committed. `replies`: what the platform's own answer shall carry of the result."""

    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """Committed or on the disk, and not answered: that follows by the outbox, or a person sees to it.

    `replies`: what its sender is told meanwhile; nothing where the turn is still running.
    """

    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """It is nowhere: whoever brought it must bring it again, in `retry_after` seconds if that is known.

    `replies`: what its sender is told; nothing where the disk may yet take it, because who writes again then
    would write twice.
    """

    replies: tuple[Reply, ...] = ()
    retry_after: float | None = None


Received = Answered | Kept | Lost


class Receiver(Protocol):
    """Where the doors of all channels give what came in; `app.receiver` fulfils it.

    A `deadline` is a time of the event loop's clock: what is certain by then is told. Without one the end
    is waited for. What a door has to know is in the result, never in an exception.
    """

    async def receive(self, inbound: Inbound, deadline: float | None = None) -> Received:
        """Take one message in one transaction; the stored replies again on a repeat of its id."""
        ...

    async def put_aside(
        self,
        channel: ChannelName,
        message_id: str,
        body: bytes,
        reason: str,
        deadline: float | None = None,
    ) -> Received:
        """Keep a genuine message that could not be read, for a person to look at."""
        ...

    async def send_on(
        self, inbound: Inbound, replies: tuple[Reply, ...], key: str, deadline: float | None = None
    ) -> Received:
        """Send by the outbox what the platform's own answer does not carry; once per `key`.

        Answered, once it is queued. Where that cannot be, the message is kept, and all of it goes out again.
        """
        ...

    async def handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """The platform's answer carried these replies: they need no second way. Raises Unavailable."""
        ...

    def more(self, replies: tuple[Reply, ...]) -> str:
        """What closes an answer that holds only the first of these, the rest being kept for the next word."""
        ...

    async def settle(self, seconds: float) -> None:
        """Before a stop: give what still runs the time to end."""
        ...
