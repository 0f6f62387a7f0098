"""Calls to a backend that is being tried: signed as they should be, or wrong on purpose.

The rule: no answer is an answer too (status 0), so that a trial goes on and names everything it finds.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson

from hotline.refusals import OF_THE_DOCUMENT
from hotline.signed_http import SignedHttp


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """What came back. `status` 0: nothing, and `kind` is the failure's name."""

    status: int
    body: bytes = b""
    kind: str = ""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """As wrong in itself: it is not sent again."""
        return self.status in OF_THE_DOCUMENT

    @property
    def closed(self) -> bool:
        """To whoever asked: any 4xx."""
        return 400 <= self.status < 500

    @property
    def said(self) -> str:
        return str(self.status) if self.status else f"no answer ({self.kind})"


class Calls:
    """What a trial asks of the backend behind `wire`."""

    def __init__(self, wire: SignedHttp) -> None:
        self.signed = wire.signed
        self._wire = wire

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock is ahead of the backend's, by its latest answer."""
        return self._wire.far.ahead

    async def post(
        self, path: str, document: Any, key: str | None, headers: Mapping[str, str] | None = None
    ) -> TrialAnswer:
        """`headers` replaces the signature; bytes go as they are."""
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        return await _answered(self._wire.post(path, body, key, headers))

    async def get(self, path: str, **query: str) -> TrialAnswer:
        return await _answered(self._wire.get(path, query))


async def _answered(call: Awaitable[httpx.Response]) -> TrialAnswer:
    try:
        answer = await call
    except httpx.HTTPError as failure:
        return TrialAnswer(0, kind=type(failure).__name__)
    content_type = answer.headers.get("content-type", "").partition(";")[0]
    return TrialAnswer(answer.status_code, answer.content, content_type)
