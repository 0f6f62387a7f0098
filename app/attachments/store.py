"""Citizens' files: fetched from the platform, kept by content, handed out by signed links that expire."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from app.attachments.malware import NoScanner, Scanner
from app.attachments.sanitize import OPAQUE, vet
from app.attachments.sanitized import SanitizedFile
from hotline.contract import AttachmentPart
from intake.model.messages import Location, Media
from intake.model.ports import Fetched, FileSource, NotTaken, Postponed
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.files.file_store import FileStore
from storage.messages import attachments
from storage.messages.attachments import Attachment
from storage.outbox.jobs import FetchFile

LINK_LASTS = timedelta(days=3)
"""As long as a document may wait for a backend that is down."""
PAGE_LINK_LASTS = timedelta(minutes=30)
_PURPOSE = "attachment link"
_AT_ONCE = 500

WAITS = 20.0
"""Seconds for which a file waits for those before it: less than a worker has for all of its delivery, whose
end would count as the platform's."""


class Files:
    """Attachments on their way in and out."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        keyring: KeyRing,
        base_url: str,
        clock: Callable[[], datetime],
        scanner: Scanner | None = None,
        *,
        copies: bool = False,
    ) -> None:
        """`copies`: this house keeps none but those it got from another, which let nothing bad out."""
        self._database = database
        self._store = store
        self._keyring = keyring
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._scanner = scanner or NoScanner()
        self._copies = copies
        self._looking = asyncio.Lock()

    async def fetch(self, job: FetchFile, channel: FileSource) -> Location | None:
        """Download, look at and keep one file; returns where a photo says it was taken.

        Nothing is done for one that its citizen has given up. Raises Unavailable, Rejected for one that is
        gone for good, or NotTaken; what the scanner finds something in is kept in quarantine first, where
        nobody is given it.
        """
        if not await self.is_wanted(job.attachment):
            return None
        media = Media(job.kind, job.media_id)
        fetched = await channel.fetch(media)
        found = await self._scanner.finds(fetched.content)
        if found is not None:
            await self._keep(job.attachment, SanitizedFile(fetched.content, OPAQUE), "quarantined")
            raise NotTaken("malware", f"quarantined: {found[:80]}")
        vetted = await self._vetted(fetched)
        await self._keep(job.attachment, vetted, "stored")
        return vetted.place

    async def _vetted(self, fetched: Fetched) -> SanitizedFile:
        """One at a time, so that those that wait for it hold no thread that others need. Raises Postponed."""
        try:
            async with asyncio.timeout(WAITS):
                await self._looking.acquire()
        except TimeoutError:
            raise Postponed("other pictures are looked at first") from None
        try:
            return await asyncio.to_thread(vet, fetched)
        finally:
            self._looking.release()

    async def is_wanted(self, attachment_id: str) -> bool:
        """Whether its citizen has not given it up."""
        async with self._database.read() as tx:
            return await attachments.is_wanted(tx, attachment_id)

    async def _keep(self, attachment_id: str, vetted: SanitizedFile, state: str) -> None:
        """Stored before the row says so, and in its place only while it is wanted.

        What its bytes will be is noted first: whoever drops it, or finds it after our death, can remove them.
        Raises Unavailable.
        """
        sha256, size = hashlib.sha256(vetted.content).hexdigest(), len(vetted.content)
        async with self._database.write() as tx:
            if not await attachments.expect(tx, attachment_id, sha256):
                return
        try:
            prepared = await self._store.prepare(vetted.content)
            async with self._database.write() as tx:
                await attachments.hold(tx, sha256)
                wanted = await attachments.store_content(
                    tx, attachment_id, sha256, vetted.media_type, size, state=state
                )
                await (prepared.place() if wanted else prepared.drop())
        except OSError as fault:
            raise _store_fault(fault) from fault

    async def put_away(self, ids: Sequence[str]) -> int:
        """How many of these lie in quarantine, or were not taken."""
        if not ids:
            return 0
        async with self._database.read() as tx:
            found = await attachments.by_ids(tx, ids)
        return sum(file.state in ("quarantined", "failed") for file in found)

    async def take(self, content: bytes) -> AttachmentPart:
        """Look at a picture that came another way than by a channel, and keep it as it may be shown.

        Raises Unavailable, or NotTaken.
        """
        if await self._scanner.finds(content) is not None:
            raise NotTaken("malware", "the scanner found something in it")
        vetted = await self._vetted(Fetched(content, ""))
        sha256, size = await self.keep(vetted.content), len(vetted.content)
        return AttachmentPart(
            kind="photo", sha256=sha256, media_type=vetted.media_type, size=size, url=self.link(sha256)
        )

    async def keep(self, content: bytes) -> str:
        """Keep a content that came another way; returns its sha256. Raises Unavailable.

        It stays when a citizen who sent the same gives theirs up.
        """
        try:
            async with self._database.write() as tx:
                await attachments.hold(tx, hashlib.sha256(content).hexdigest())
                return await self._store.keep(content)
        except OSError as fault:
            raise _store_fault(fault) from fault

    async def discard(self, sha256: str) -> None:
        """Remove a content that no attachment is any more. Raises Unavailable."""
        try:
            async with self._database.write() as tx:
                await attachments.hold(tx, sha256)
                if not await attachments.is_used(tx, sha256):
                    await self._store.remove(sha256)
        except OSError as fault:
            raise _store_fault(fault) from fault

    async def discard_unknown(self) -> None:
        """Remove every content that is no attachment of this database, as after a backup was put back.

        Raises Unavailable.
        """
        try:
            async for some in _by_hundreds(self._store.names()):
                async with self._database.read() as tx:
                    unknown = await attachments.unused(tx, some)
                for sha256 in unknown:
                    await self.discard(sha256)
        except OSError as fault:
            raise _store_fault(fault) from fault

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

        Raises NoSuchFile, Unavailable, and Undecryptable for one that our keys do not open.
        """
        if not self._signed(sha256, expires, signature):
            return None
        if not expires.isdecimal() or int(expires) < self._clock().timestamp():
            return None
        if not self._copies and await self._is_quarantined(sha256):
            return None
        try:
            return await self._store.read(sha256)
        except OSError as fault:
            raise _store_fault(fault) from fault

    async def probe(self) -> None:
        """Whether files can be kept. Raises Unavailable."""
        try:
            await self._store.probe()
        except OSError as fault:
            raise _store_fault(fault) from fault

    async def _is_quarantined(self, sha256: str) -> bool:
        async with self._database.read() as tx:
            return await attachments.is_quarantined(tx, sha256)

    def link(self, sha256: str) -> str:
        """The whole address, for documents that leave the house; it expires."""
        return self._base_url + self.path(sha256, LINK_LASTS)

    def path(self, sha256: str, lasts: timedelta = PAGE_LINK_LASTS) -> str:
        """The same without our name, for our own pages, and good for a short while only."""
        expires = str(int((self._clock() + lasts).timestamp()))
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


async def _by_hundreds(names: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    some: list[str] = []
    async for name in names:
        some.append(name)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _store_fault(fault: OSError) -> Postponed:
    """Ours alone: the platform that gave the file is well, and messages go on by it."""
    return Postponed(f"citizens' files: {fault.strerror}")
