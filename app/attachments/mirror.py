"""Citizens' files for a desk that runs alone: fetched from the front door while their links are good.

The rule: only the front door's own address is asked, what comes must be the very content the ticket names,
and what did not come is asked for again. Pages show the desk's own copy, so links may end.
"""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
import structlog

from app.attachments.sanitized import LARGEST_KEPT
from app.attachments.store import LINK_LASTS
from desk.api import recent_files
from hotline.contract import AttachmentPart
from storage.db.database import Database
from storage.files.file_store import FileStore, NoSuchFile
from storage.periodic import every

PAUSE = timedelta(seconds=5)
"""Between two looks."""

log = structlog.get_logger(__name__)


class AttachmentMirror:
    """What is on its way. Two desks on one store may gather the same file: it is the same file."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        front_door: str,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._store = store
        self._front_door = _origin(front_door)
        self._http = http
        self._clock = clock
        self._place: recent_files.Place | None = None
        self._wanted: dict[str, AttachmentPart] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Gather until `stop`."""
        await every(PAUSE, self.gather, stop, "mirroring files")

    async def gather(self) -> None:
        """Look once for new files, and try once for each that is not here yet."""
        for part in await self._new():
            self._wanted.setdefault(part.sha256, part)
        for sha256, part in list(self._wanted.items()):
            if await self._here(part) or await self._settled(part):
                del self._wanted[sha256]

    def waits_for(self, part: AttachmentPart) -> bool:
        """Whether it is still to come."""
        return part.sha256 in self._wanted

    async def _new(self) -> tuple[AttachmentPart, ...]:
        since = self._clock() - LINK_LASTS
        async with self._database.read() as tx:
            place = self._place if self._place is not None else await recent_files.start(tx)
            self._place, found = await recent_files.files_after(tx, place, since)
        return found

    async def _here(self, part: AttachmentPart) -> bool:
        with suppress(NoSuchFile):
            return await self._store.has(part.sha256)
        return True  # a name that can be no file's

    async def _settled(self, part: AttachmentPart) -> bool:
        """Whether it need not be asked for again."""
        if _origin(part.url) != self._front_door:
            return True
        try:
            content = await self._fetched(part.url)
        except httpx.HTTPError as fault:
            log.warning("a file did not come", fault=type(fault).__name__)
            return False
        if content is None or hashlib.sha256(content).hexdigest() != part.sha256:
            log.warning("a file is not to be had", size=part.size)
            return True
        await self._store.store(content)
        return True

    async def _fetched(self, url: str) -> bytes | None:
        """The content; None where there is none for us. Raises httpx.HTTPError while it may still come."""
        async with self._http.stream("GET", url) as answer:
            if answer.is_client_error:
                return None
            answer.raise_for_status()
            content = bytearray()
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > LARGEST_KEPT:
                    return None
        return bytes(content)


def _origin(url: str) -> tuple[str, str]:
    """What two addresses of one server have in common; nothing else is asked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc
