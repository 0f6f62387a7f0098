"""What looking at a file leaves of it."""

from dataclasses import dataclass

from intake.model.messages import Location

LARGEST_KEPT = 64 * 1024 * 1024
"""Bytes: no file that is kept is larger."""


@dataclass(frozen=True, slots=True)
class SanitizedFile:
    """What is kept, its type, and where the picture says it was taken."""

    content: bytes
    media_type: str
    place: Location | None = None
