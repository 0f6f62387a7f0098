"""Citizens' files: fetched from the platform, kept by content, handed out by signed links that expire."""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import puremagic

from hotline.contract import AttachmentPart
from intake.messages import Media, MediaKind
from intake.ports import Channel, Fetched, Unavailable
from storage import attachments
from storage.attachments import Attachment, Folder, NoSuchFile
from storage.crypto import KeyRing
from storage.database import Database

LINK_LASTS = timedelta(days=7)
_PURPOSE = "attachment link"


class Files:
    """Attachments on their way in and out."""

    def __init__(
        self,
        database: Database,
        folder: Folder,
        keyring: KeyRing,
        base_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._folder = folder
        self._keyring = keyring
        self._base_url = base_url.rstrip("/")
        self._clock = clock

    async def fetch(self, body: dict[str, Any], channel: Channel) -> None:
        """Download and keep one file. Raises Unavailable, or Rejected for one that is gone for good."""
        media = Media(MediaKind(body["kind"]), body["media_id"])
        await self._keep(body["attachment"], await channel.fetch(media))

    async def _keep(self, attachment_id: str, fetched: Fetched) -> None:
        sha256 = await self.keep(fetched.content)
        media_type = content_type(fetched)
        async with self._database.write() as tx:
            size = len(fetched.content)
            wanted = await attachments.store_content(tx, attachment_id, sha256, media_type, size)
        if not wanted:
            await self.discard(sha256)

    async def keep(self, content: bytes) -> str:
        """Keep a content that came another way; returns its sha256. Raises Unavailable."""
        try:
            return await self._folder.store(content)
        except OSError as fault:
            raise Unavailable(f"the attachment folder: {fault.strerror}") from fault

    def has(self, sha256: str) -> bool:
        """Whether its content is here."""
        try:
            return self._folder.has(sha256)
        except NoSuchFile:
            return False

    async def discard(self, sha256: str) -> None:
        """Remove a content that no attachment is any more. Raises Unavailable."""
        async with self._database.read() as tx:
            if await attachments.is_used(tx, sha256):
                return
        try:
            await self._folder.remove(sha256)
        except OSError as fault:
            raise Unavailable(f"the attachment folder: {fault.strerror}") from fault

    async def parts(self, ids: Sequence[str]) -> tuple[list[AttachmentPart], list[str]]:
        """The files as the backend gets them, and the ids of those still on their way."""
        if not ids:
            return [], []
        async with self._database.read() as tx:
            found = await attachments.by_ids(tx, ids)
        stored = [self._part(file) for file in found if file.state == "stored"]
        return stored, [file.id for file in found if file.state == "pending"]

    async def read(self, sha256: str, expires: str, signature: str) -> bytes | None:
        """The content behind a link; None if the link is forged or over.

        Raises NoSuchFile, and Undecryptable for one that our keys do not open.
        """
        if not self._signed(sha256, expires, signature):
            return None
        if not expires.isdecimal() or int(expires) < self._clock().timestamp():
            return None
        return await self._folder.read(sha256)

    def link(self, sha256: str) -> str:
        """The whole address, for documents that leave the house; it expires."""
        return self._base_url + self.path(sha256)

    def path(self, sha256: str) -> str:
        """The same without our name, for our own pages; it expires."""
        expires = str(int((self._clock() + LINK_LASTS).timestamp()))
        query = urlencode({"expires": expires, "signature": self._sign(sha256, expires)})
        return f"/attachments/{sha256}?{query}"

    def _part(self, file: Attachment) -> AttachmentPart:
        sha256 = file.sha256 or ""
        return AttachmentPart(
            kind=file.kind.value,
            sha256=sha256,
            media_type=file.media_type or "application/octet-stream",
            size=file.size or 0,
            url=self.link(sha256),
        )

    def _signed(self, sha256: str, expires: str, signature: str) -> bool:
        """Under any of our keys: a link outlives the key's turn as the newest."""
        fits = self._keyring.digests(_PURPOSE, f"{sha256}:{expires}")
        return any(hmac.compare_digest(one.encode(), signature.encode()) for one in fits)

    def _sign(self, sha256: str, expires: str) -> str:
        return self._keyring.digest(_PURPOSE, f"{sha256}:{expires}")


def content_type(fetched: Fetched) -> str:
    """The type the bytes show; what the platform claims only where they show none."""
    try:
        guesses = puremagic.magic_string(fetched.content[:4096])
    except (puremagic.PureError, ValueError):
        return fetched.media_type or "application/octet-stream"
    named = (guess.mime_type for guess in guesses if guess.mime_type)
    return next(named, fetched.media_type or "application/octet-stream")
