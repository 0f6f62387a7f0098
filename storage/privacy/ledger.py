"""The ledger of erasures outside the database: what a database restored from a backup cannot know by itself.

The rule: lines are only added, and no backup holds them. A line says when, of which kind and by which name in
the database's own list, and of whom a keyed digest alone: without the key it tells nobody who they are.
"""

import asyncio
import fcntl
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from storage.files.bucket import Bucket
from storage.private_files import FILE, make_file, make_folder, sync

_TIME = "%Y%m%dT%H%M%SZ"
_LINE = re.compile(r"(\d{8}T\d{6}Z)\.(account|left|given_up|ticket)\.([0-9a-f]{64})\.([0-9a-f-]{36})")


class SubjectKind(StrEnum):
    """What was erased; stored names."""

    ACCOUNT = "account"
    LEFT = "left"
    GIVEN_UP = "given_up"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True, order=True)
class LedgerLine:
    """One erasure. `entry` is its name here and in the database."""

    at: datetime
    kind: SubjectKind
    digest: str
    entry: str

    @property
    def text(self) -> str:
        return f"{self.at.astimezone(UTC):{_TIME}}.{self.kind.value}.{self.digest}.{self.entry}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for what is no line, such as half of one."""
        found = _LINE.fullmatch(text.strip())
        if found is None:
            return None
        at, kind, digest, entry = found.groups()
        when = datetime.strptime(at, _TIME).replace(tzinfo=UTC)
        return cls(when, SubjectKind(kind), digest, entry)


class Ledger(Protocol):
    """Shared by every process of an installation. Both raise OSError; a line may stand there twice."""

    async def add(self, lines: Sequence[LedgerLine]) -> None:
        """Once this returns they are there for good."""

    async def lines(self) -> list[LedgerLine]:
        """All of them, the oldest first."""


class FolderLedger:
    """A file a month under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def add(self, lines: Sequence[LedgerLine]) -> None:
        await asyncio.to_thread(self._add, lines)

    async def lines(self) -> list[LedgerLine]:
        return await asyncio.to_thread(self._read)

    def _add(self, lines: Sequence[LedgerLine]) -> None:
        make_folder(self._folder)
        lock = self._folder / "lock"
        make_file(lock)
        with lock.open("a") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            for month in sorted({f"{line.at:%Y-%m}" for line in lines}):
                _append(self._folder / f"{month}.log", [one for one in lines if f"{one.at:%Y-%m}" == month])
        sync(self._folder)

    def _read(self) -> list[LedgerLine]:
        """What a dying process or a full disk left half written is no line."""
        texts = (file.read_text("ascii", "replace") for file in self._folder.glob("*.log"))
        return _sorted(line for text in texts for line in text.splitlines())


class BucketLedger:
    """A name a line, with nothing under it: a list of names is all of it."""

    BELOW = "erasures/"

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def add(self, lines: Sequence[LedgerLine]) -> None:
        for line in lines:
            await self._bucket.put(self.BELOW + line.text, b"")

    async def lines(self) -> list[LedgerLine]:
        return _sorted([name.removeprefix(self.BELOW) async for name in self._bucket.names(self.BELOW)])


def _append(file: Path, lines: Sequence[LedgerLine]) -> None:
    """On a line of their own, whatever stands at the end of the file."""
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, FILE)
    with os.fdopen(descriptor, "a", encoding="ascii") as out:
        out.write("\n" + "".join(f"{line.text}\n" for line in lines))
        out.flush()
        os.fsync(out.fileno())


def _sorted(texts: Iterable[str]) -> list[LedgerLine]:
    read = map(LedgerLine.read, texts)
    return sorted({line for line in read if line is not None})
