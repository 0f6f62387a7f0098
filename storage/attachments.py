"""Files citizens sent: first only the platform's id (pending), then the bytes, encrypted on disk.

The rule: bytes are on the disk before a row says so, and a file is named after its clear
content, so that the same picture twice is one file. The name tells only those who have
the file already that we have it too.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, insert, select, update

from intake.messages import ChannelName, Media, MediaKind
from storage.crypto import KeyRing
from storage.documents import Tx
from storage.tables import attachments, conversations

_SHA256 = re.compile(r"[0-9a-f]{64}")


class NoSuchFile(Exception):
    """No file has this name here: it was never stored, or was removed."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file. `state` is `pending`, `stored` (then it has sha256, media_type, size in bytes), `failed`,
    `quarantined` (a scanner found something in it: it is given to nobody), or `dropped` when its citizen
    left before it became part of a case.
    """

    id: str
    kind: MediaKind
    media_id: str
    channel: ChannelName
    state: str
    sha256: str | None
    media_type: str | None
    size: int | None


class Folder:
    """Encrypted files under `path`, which every process of an installation must share."""

    def __init__(self, path: Path, keyring: KeyRing) -> None:
        self._path = path
        self._keyring = keyring

    async def store(self, content: bytes) -> str:
        """Put the bytes on the disk for good; returns their sha256 in hex."""
        return await asyncio.to_thread(self._store, content)

    async def read(self, sha256: str) -> bytes:
        """The bytes as they were stored. Raises NoSuchFile or Undecryptable."""
        return await asyncio.to_thread(self._read, sha256)

    def has(self, sha256: str) -> bool:
        """Whether there is such a file. Raises NoSuchFile for what can be no file's name."""
        return self._file(sha256).is_file()

    async def remove(self, sha256: str) -> None:
        """Delete the file; none there is fine."""
        await asyncio.to_thread(self._file(sha256).unlink, missing_ok=True)

    def names(self) -> tuple[str, ...]:
        """Every file that lies there, by its sha256."""
        found = (path.name for path in self._path.glob("*/*/*") if _SHA256.fullmatch(path.name))
        return tuple(sorted(found))

    async def seal_again(self, sha256: str) -> bool:
        """Seal a file with the newest key; False if it was, or is gone. Raises Undecryptable."""
        return await asyncio.to_thread(self._seal_again, sha256)

    def _seal_again(self, sha256: str) -> bool:
        try:
            sealed = self._file(sha256).read_bytes()
        except FileNotFoundError:
            return False
        if self._keyring.is_newest(sealed):
            return False
        _write(self._file(sha256), self._keyring.again(sealed))
        return True

    def _file(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):  # it stands in URLs: nothing else may become a path
            raise NoSuchFile("not a sha256")
        return self._path / sha256[:2] / sha256[2:4] / sha256

    def _read(self, sha256: str) -> bytes:
        try:
            sealed = self._file(sha256).read_bytes()
        except FileNotFoundError:
            raise NoSuchFile(sha256) from None
        return self._keyring.decrypt(sealed)

    def _store(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        target = self._file(sha256)
        if not target.exists():
            _make_folder(target.parent)
            _write(target, self._keyring.encrypt(content))
        return sha256


async def register(
    tx: Tx, conversation_id: int, media: Media, now: datetime, *, waiting: bool = False
) -> str:
    """Note a file the platform holds for us; returns the attachment's id.

    `waiting`: its matter is not known yet (see `storage.loose_files`).
    """
    values = {
        "conversation_id": conversation_id,
        "kind": media.kind.value,
        "media_id": media.media_id,
        "state": "pending",
        "created_at": now,
        "waiting": waiting,
    }
    return str((await tx.execute(insert(attachments).returning(attachments.c.id), values)).scalar_one())


async def store_content(
    tx: Tx, attachment_id: str, sha256: str, media_type: str, size: int, *, state: str = "stored"
) -> bool:
    """The bytes lie in the folder under `sha256`; False if nobody wants them any more."""
    values = {"state": state, "sha256": sha256, "media_type": media_type, "size": size, "reason": None}
    where = (attachments.c.id == int(attachment_id)) & (attachments.c.state != "dropped")
    return (await tx.execute(update(attachments).where(where).values(values))).rowcount > 0


async def is_quarantined(tx: Tx, sha256: str) -> bool:
    """Whether a scanner found something in this content: then nobody is given it."""
    found = (attachments.c.sha256 == sha256) & (attachments.c.state == "quarantined")
    return bool(await tx.scalar(select(exists().where(found))))


async def is_used(tx: Tx, sha256: str) -> bool:
    """Whether an attachment has this content."""
    return bool(await tx.scalar(select(exists().where(attachments.c.sha256 == sha256))))


async def fail(tx: Tx, attachment_id: str, reason: str) -> None:
    """The platform will not give us this file."""
    where = (attachments.c.id == int(attachment_id)) & (attachments.c.state == "pending")
    await tx.execute(update(attachments).where(where).values(state="failed", reason=reason))


async def by_ids(tx: Tx, ids: Iterable[str]) -> list[Attachment]:
    """The attachments with these ids, in this order; unknown ids are left out."""
    wanted = [int(attachment_id) for attachment_id in ids if attachment_id.isdecimal()]
    statement = (
        select(attachments, conversations.c.channel).join(conversations).where(attachments.c.id.in_(wanted))
    )
    rows = {row.id: row for row in await tx.execute(statement)} if wanted else {}
    return [
        Attachment(
            id=str(row.id),
            kind=MediaKind(row.kind),
            media_id=row.media_id,
            channel=ChannelName(row.channel),
            state=row.state,
            sha256=row.sha256,
            media_type=row.media_type,
            size=row.size,
        )
        for row in (rows[number] for number in wanted if number in rows)
    ]


async def of_conversation(tx: Tx, conversation_id: int) -> list[Attachment]:
    """The files of a citizen that we have, oldest first."""
    where = (attachments.c.conversation_id == conversation_id) & (attachments.c.state != "dropped")
    numbers = await tx.scalars(select(attachments.c.id).where(where).order_by(attachments.c.id))
    return await by_ids(tx, [str(number) for number in numbers.all()])


def _make_folder(folder: Path) -> None:
    """Make the folder and its missing parents, each one durable in the one above."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync(folder.parent)


def _write(target: Path, content: bytes) -> None:
    """All or nothing: beside the target first, then renamed; both survive a power cut."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
