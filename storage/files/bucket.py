"""A bucket of an S3-compatible store: names and bytes, and its faults in our words.

The rule: every call ends. It is tried again while the store is only busy, and what it still refuses then is
told by what an operator can mend. obstore is imported with the first call: its threads must not be there
before a process forks, and who has no bucket pays nothing.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from secrets import token_hex
from typing import TYPE_CHECKING

from storage.files.file_store import NoSuchFile, StoreFault

if TYPE_CHECKING:
    from obstore.store import S3Credential, S3Store

LONGEST = 12.0
"""Seconds for one call with all its tries: who waits may hold a transaction meanwhile."""
ONE_TRY = timedelta(seconds=5)
TO_CONNECT = timedelta(seconds=2)
TRIES_AGAIN = 3
_STATUS = re.compile(r"\b(?:status(?: code)?:? ?)?([45]\d\d) [A-Z][a-z]")
"""An HTTP status as it stands in a sentence: with its name behind it."""
_ABSENT = "NoSuchBucket"


@dataclass(frozen=True, slots=True)
class BucketRules:
    """Where it is, and what opens it. `by_host`: the address names the bucket already."""

    url: str
    name: str
    key_id: str
    secret: str = field(repr=False)
    region: str
    by_host: bool


class Bucket:
    """Every call raises StoreFault."""

    def __init__(self, rules: BucketRules) -> None:
        self._rules = rules

    async def put(self, name: str, content: bytes) -> None:
        """Whole or not at all; what was there before is replaced."""
        async with _in_time():
            await self._store.put_async(name, content, use_multipart=False)

    async def get(self, name: str) -> bytes:
        """Raises NoSuchFile."""
        async with _in_time():
            found = await self._store.get_async(name)
            return bytes(await found.bytes_async())

    async def has(self, name: str) -> bool:
        """Whether there is such a name."""
        try:
            async with _in_time():
                await self._store.head_async(name)
        except NoSuchFile:
            return False
        return True

    async def copy(self, name: str, other: str) -> None:
        """By the store itself. Raises NoSuchFile."""
        async with _in_time():
            await self._store.copy_async(name, other)

    async def delete(self, name: str) -> None:
        """None there is fine."""
        try:
            async with _in_time():
                await self._store.delete_async(name)
        except NoSuchFile:
            return

    async def names(self, below: str) -> AsyncIterator[str]:
        """All names in this folder of it and in those below, in order."""
        pages = self._store.list(below)
        while True:
            try:
                async with _in_time():
                    page = await anext(pages)
            except StopAsyncIteration:
                return
            for one in page:
                yield one["path"]

    async def probe(self) -> None:
        """Put something there, and take it away."""
        name = f".probe-{token_hex(8)}"
        await self.put(name, b"jiesu")
        await self.delete(name)

    @cached_property
    def _store(self) -> "S3Store":
        from obstore.store import S3Store  # noqa: PLC0415

        rules = self._rules
        return S3Store(
            rules.name,
            endpoint=rules.url,
            aws_endpoint_url_s3=rules.url,  # else what the environment names comes before
            credential_provider=self._credentials,  # and its tokens go along
            region=rules.region,
            virtual_hosted_style_request=rules.by_host,
            disable_bulk_delete=True,  # not every store of this kind has it
            client_options={
                "allow_http": rules.url.startswith("http://"),
                "connect_timeout": TO_CONNECT,
                "timeout": ONE_TRY,
            },
            retry_config={
                "max_retries": TRIES_AGAIN,
                "retry_timeout": timedelta(seconds=LONGEST),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=1),
                    "base": 2,
                },
            },
        )

    def _credentials(self) -> "S3Credential":
        key_id, secret = self._rules.key_id, self._rules.secret
        return {"access_key_id": key_id, "secret_access_key": secret, "token": None, "expires_at": None}


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(LONGEST):
            with _in_our_words():
                yield
    except TimeoutError:
        raise StoreFault("the object store does not answer in time") from None


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Its own errors name what was asked for, and by which key: they end here."""
    from obstore import exceptions  # noqa: PLC0415

    try:
        yield
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
        raise StoreFault("the object store refuses our key") from None
    except (exceptions.NotFoundError, FileNotFoundError) as fault:
        if _ABSENT in str(fault):
            raise StoreFault("the object store has no such bucket") from None
        raise NoSuchFile("no such object") from None
    except exceptions.BaseError as fault:
        raise StoreFault(_kind(str(fault))) from None


def _kind(said: str) -> str:
    """What became of it in the end, from the library's sentence, which tells times and ports, too."""
    found = _STATUS.search(said)
    status = found[1] if found else ""
    if "SlowDown" in said or status == "503":
        return "the object store is busy"
    if "SignatureDoesNotMatch" in said or "InvalidAccessKeyId" in said or status == "403":
        return "the object store refuses our key"
    if _ABSENT in said:
        return "the object store has no such bucket"
    return "the object store does not answer as it should"
