"""Citizens' files in a bucket, for which several machines need no shared folder. See `.file_store`.

The rule: names are those of the folder, so that one can be copied into the other as it lies.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from secrets import token_hex

from storage.db.keyring import KeyRing
from storage.files.bucket import Bucket
from storage.files.file_store import SHA256, NoSuchFile, beside, mark_of, place_of, unplaced_of

BELOW = "attachments/"


class ObjectStore:
    """Encrypted files in `bucket`, below `attachments/`."""

    def __init__(self, bucket: Bucket, keyring: KeyRing) -> None:
        self._bucket = bucket
        self._keyring = keyring

    async def store(self, content: bytes) -> str:
        sha256 = _sum(content)
        if not await self._bucket.has(_name(sha256)):
            await self._bucket.put(_name(sha256), self._keyring.encrypt(content))
        return sha256

    async def keep(self, content: bytes) -> str:
        """Marked first: who dies before the bytes lie there has kept too much, not too little."""
        await self._bucket.put(BELOW + mark_of(_sum(content)), b"")
        return await self.store(content)

    async def read(self, sha256: str) -> bytes:
        return self._keyring.decrypt(await self._bucket.get(_name(sha256)))

    async def has(self, sha256: str) -> bool:
        return await self._bucket.has(_name(sha256))

    async def prepare(self, content: bytes) -> "PreparedInBucket":
        sha256 = _sum(content)
        lies = f"{BELOW}{unplaced_of(sha256)}{token_hex(8)}"
        await self._bucket.put(lies, self._keyring.encrypt(content))
        return PreparedInBucket(self._bucket, lies, _name(sha256))

    async def remove(self, sha256: str) -> None:
        name = _name(sha256)
        if await self._bucket.has(BELOW + mark_of(sha256)):
            return
        await self._bucket.delete(name)
        async for left in self._bucket.names(BELOW + beside(sha256)):
            if left.startswith(BELOW + unplaced_of(sha256)):
                await self._bucket.delete(left)

    async def names(self) -> AsyncIterator[str]:
        async for name in self._bucket.names(BELOW):
            last = name.rpartition("/")[2]
            if SHA256.fullmatch(last):
                yield last

    async def seal_again(self, sha256: str) -> bool:
        try:
            sealed = await self._bucket.get(_name(sha256))
        except NoSuchFile:
            return False
        if self._keyring.is_newest(sealed):
            return False
        await self._bucket.put(_name(sha256), self._keyring.again(sealed))
        return True

    async def probe(self) -> None:
        await self._bucket.probe()


@dataclass(frozen=True, slots=True)
class PreparedInBucket:
    """Bytes under a name of their own. What a process that died left of it goes with `remove`."""

    _bucket: Bucket
    _lies: str
    _target: str

    async def place(self) -> None:
        await self._bucket.copy(self._lies, self._target)
        await self._bucket.delete(self._lies)

    async def drop(self) -> None:
        await self._bucket.delete(self._lies)


def _name(sha256: str) -> str:
    return BELOW + place_of(sha256)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
