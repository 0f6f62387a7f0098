"""What leaves in order behind what: the names of the outbox's lanes to the backend."""

HOTLINE = "hotline"
"""The destination that is the city's backend."""

FILES = "files"
"""The destination that is our own folder of files: it works while every platform is away."""


def ticket_lane(reference: str) -> str:
    """What concerns one ticket leaves in order, its filing first."""
    return f"ticket:{reference}"
