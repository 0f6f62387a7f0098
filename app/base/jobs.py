"""The names of what is queued: destinations, lanes and kinds of entries that more than one room knows."""

from typing import Any

from pydantic import TypeAdapter

from intake.model.messages import Inbound

HOTLINE = "hotline"
"""The destination that is the city's backend."""
WORK = "outbox"
"""The topic that wakes the workers."""
"""The topic on which workers hear that something was queued."""
BURST = "burst"
"""The kind of an entry that looks whether a citizen's files are all there."""

_inbound = TypeAdapter(Inbound)

FILES = "files"
"""The destination that is our own folder of files: it works while every platform is away."""


def ticket_lane(reference: str) -> str:
    """What concerns one ticket leaves in order, its filing first."""
    return f"ticket:{reference}"


def end_in(body: dict[str, Any]) -> Inbound:
    """The same, out of an outbox entry."""
    return _inbound.validate_python(body["end"])


def dump_inbound(inbound: Inbound) -> dict[str, Any]:
    """A message as JSON, as `end_in` reads it."""
    dumped: dict[str, Any] = _inbound.dump_python(inbound, mode="json")
    return dumped
