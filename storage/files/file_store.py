"""What a store of citizens' files does, whatever it is made of.

The rule: contents are sealed before they get there, and a file is named after its clear content, so that the
same picture twice is one file. The name tells only those who have the file already that we have it too.
"""

import errno
import re
from collections.abc import AsyncIterator
from typing import Protocol

SHA256 = re.compile(r"[0-9a-f]{64}")


class NoSuchFile(Exception):
    """No file has this name here: it was never stored, or was removed."""


class StoreFault(OSError):
    """The store does not do what it was asked: it is away, full, or refuses us. The reason holds no name."""

    def __init__(self, reason: str) -> None:
        super().__init__(errno.EIO, reason)


class Prepared(Protocol):
    """Bytes that are stored for good, beside the place they are meant for. Both raise OSError."""

    async def place(self) -> None:
        """Put them there, in one step."""

    async def drop(self) -> None:
        """Nobody wants them."""


class FileStore(Protocol):
    """Every process of an installation must share it. Where it cannot do its work it raises OSError."""

    async def store(self, content: bytes) -> str:
        """Keep the bytes for good; returns their sha256 in hex."""

    async def keep(self, content: bytes) -> str:
        """As `store`, for bytes that stand in no attachment's row: from now on `remove` leaves them."""

    async def read(self, sha256: str) -> bytes:
        """The bytes as they were stored. Raises NoSuchFile or Undecryptable."""

    async def has(self, sha256: str) -> bool:
        """Whether there is such a file. Raises NoSuchFile for what can be no file's name."""

    async def prepare(self, content: bytes) -> Prepared:
        """Store the bytes, but not yet in their place."""

    async def remove(self, sha256: str) -> None:
        """Delete the file, and what a process that died left of it; none there, or one to `keep`, is fine."""

    def names(self) -> AsyncIterator[str]:
        """Every file that lies there, by its sha256, in order."""

    async def seal_again(self, sha256: str) -> bool:
        """Seal a file with the newest key; False if it was, or is gone. Raises Undecryptable."""

    async def probe(self) -> None:
        """Whether files can be put there and taken away again."""


def place_of(sha256: str) -> str:
    """Where a file lies, below the store's own beginning. Raises NoSuchFile for what can be no name."""
    if not SHA256.fullmatch(sha256):  # it stands in URLs: nothing else may become a path
        raise NoSuchFile("not a sha256")
    return f"{beside(sha256)}{sha256}"


def unplaced_of(sha256: str) -> str:
    """How the names begin of what was written for this place and is not there yet."""
    return f"{beside(sha256)}.new-{sha256}-"


def mark_of(sha256: str) -> str:
    """It lies beside what is kept whatever becomes of the attachments that are the same."""
    return f"{beside(sha256)}.kept-{sha256}"


def beside(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/"
