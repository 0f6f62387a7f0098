"""Calls to a backend that is being tried: signed as they should be, or wrong on purpose.

The rule: no answer is an answer too (status 0), so that a trial goes on and names everything it finds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson

from hotline.signatures import sign


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0: nothing, and `kind` is the failure's name."""

    status: int
    body: bytes = b""
    kind: str = ""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """For good: the kinds of 4xx that do not mean "later"."""
        return 400 <= self.status < 500 and self.status not in (408, 409, 425, 429)

    @property
    def said(self) -> str:
        return str(self.status) if self.status else f"no answer ({self.kind})"


class Calls:
    """`secrets` as in `hotline.signatures`; `clock` gives an aware now, `new_id` a fresh id."""

    def __init__(
        self,
        url: str,
        secrets: str,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._url = url.rstrip("/")
        self._secrets = secrets
        self._http = http
        self._clock = clock
        self._new_id = new_id

    def signed(self, body: bytes, *, off: timedelta = timedelta(), secrets: str = "") -> dict[str, str]:
        """Headers for this body; `off` moves the clock, `secrets` takes others."""
        return sign(secrets or self._secrets, self._new_id(), self._clock() + off, body)

    async def post(
        self, path: str, document: Any, key: str | None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """`headers` replaces the signature."""
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        with_key = {"idempotency-key": f'"{key}"'} if key else {}
        signature = self.signed(body) if headers is None else headers
        return await self._call(
            "POST", path, content=body, headers={"content-type": "application/json", **with_key, **signature}
        )

    async def get(self, path: str, **query: str) -> Answer:
        return await self._call("GET", path, params=query, headers=self.signed(b""))

    async def _call(self, method: str, path: str, **given: Any) -> Answer:
        try:
            answer = await self._http.request(method, self._url + path, **given)
        except httpx.HTTPError as failure:
            return Answer(0, kind=type(failure).__name__)
        content_type = answer.headers.get("content-type", "").partition(";")[0]
        return Answer(answer.status_code, answer.content, content_type)
