"""Citizens' files in a folder of this machine, or of one it has mounted. See `storage.files.file_store`."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from storage.db.keyring import KeyRing
from storage.files.file_store import SHA256, NoSuchFile, mark_of, place_of, unplaced_of
from storage.private_files import make_folder, sync

_PROBE = ".probe-"


class Folder:
    """Encrypted files under `path`, which every process of an installation must share."""

    def __init__(self, path: Path, keyring: KeyRing) -> None:
        self._path = path
        self._keyring = keyring

    async def store(self, content: bytes) -> str:
        return await asyncio.to_thread(self._store, content)

    async def keep(self, content: bytes) -> str:
        return await asyncio.to_thread(self._keep, content)

    async def read(self, sha256: str) -> bytes:
        return await asyncio.to_thread(self._read, self._file(sha256))

    async def has(self, sha256: str) -> bool:
        return await asyncio.to_thread(self._file(sha256).is_file)

    async def prepare(self, content: bytes) -> "PreparedInFolder":
        return await asyncio.to_thread(self._prepare, content)

    async def remove(self, sha256: str) -> None:
        await asyncio.to_thread(self._remove, sha256, self._file(sha256))

    async def names(self) -> AsyncIterator[str]:
        for name in await asyncio.to_thread(self._names):
            yield name

    async def seal_again(self, sha256: str) -> bool:
        return await asyncio.to_thread(self._seal_again, self._file(sha256))

    async def probe(self) -> None:
        await asyncio.to_thread(self._probe)

    def _file(self, sha256: str) -> Path:
        return self._path / place_of(sha256)

    def _names(self) -> list[str]:
        return sorted(path.name for path in self._path.glob("*/*/*") if SHA256.fullmatch(path.name))

    def _read(self, file: Path) -> bytes:
        try:
            sealed = file.read_bytes()
        except FileNotFoundError:
            raise NoSuchFile(file.name) from None
        return self._keyring.decrypt(sealed)

    def _seal_again(self, file: Path) -> bool:
        try:
            sealed = file.read_bytes()
        except FileNotFoundError:
            return False
        if self._keyring.is_newest(sealed):
            return False
        self._write(file, self._keyring.again(sealed))
        return True

    def _keep(self, content: bytes) -> str:
        """Marked first: who dies before the bytes lie there has kept too much, not too little."""
        sha256 = _sum(content)
        mark = self._path / mark_of(sha256)
        if not mark.exists():
            make_folder(mark.parent)
            self._write(mark, b"")
        return self._store(content)

    def _remove(self, sha256: str, file: Path) -> None:
        if (self._path / mark_of(sha256)).exists():
            return
        for left in (file, *self._path.glob(f"{unplaced_of(sha256)}*")):
            left.unlink(missing_ok=True)

    def _store(self, content: bytes) -> str:
        sha256 = _sum(content)
        if not self._file(sha256).exists():
            self._prepare(content).put()
        return sha256

    def _prepare(self, content: bytes) -> "PreparedInFolder":
        target = self._file(_sum(content))
        make_folder(target.parent)
        return PreparedInFolder(_beside(target, self._keyring.encrypt(content)), target)

    def _write(self, target: Path, content: bytes) -> None:
        """All or nothing: beside the target first, then renamed; both survive a power cut."""
        PreparedInFolder(_beside(target, content), target).put()

    def _probe(self) -> None:
        make_folder(self._path)
        with tempfile.NamedTemporaryFile(dir=self._path, prefix=_PROBE) as file:
            file.write(b"jiesu")


@dataclass(frozen=True, slots=True)
class PreparedInFolder:
    """Bytes on the disk, in a file of their own beside the one they are meant to be."""

    _lies: Path
    _target: Path

    async def place(self) -> None:
        await asyncio.to_thread(self.put)

    async def drop(self) -> None:
        await asyncio.to_thread(self._lies.unlink, missing_ok=True)

    def put(self) -> None:
        """`place`, for whoever is in a thread already."""
        try:
            self._lies.replace(self._target)
        except OSError:
            self._lies.unlink(missing_ok=True)
            raise
        sync(self._target.parent)


def _beside(target: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".new-{target.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
