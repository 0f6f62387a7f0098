"""What the bot shares with its other processes, handed in from outside."""

from collections.abc import Callable
from dataclasses import dataclass

from bots.telegram.outgoing.keyboards import Memory
from bots.telegram.outgoing.pace import SharedBuckets


@dataclass(frozen=True, slots=True)
class Shared:
    """`digest(purpose, text)` is keyed and in hex. Without `buckets` nothing holds us back: for stand-ins."""

    memory: Memory
    digest: Callable[[str, str], str]
    buckets: SharedBuckets | None = None
