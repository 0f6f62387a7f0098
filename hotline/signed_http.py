"""Signed JSON over HTTP with one backend: what a call looks like. What an answer means is the caller's."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import httpx

from hotline.clock_skew import ClockSkew
from hotline.signatures import sign


class SignedHttp:
    """`secrets` as in `hotline.signatures`; `clock` gives an aware now, `new_id` a fresh id for each call.

    Calls raise httpx.HTTPError where there is no answer; any status is one.
    """

    def __init__(
        self,
        url: str,
        secrets: str,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.clock = clock
        self.far = ClockSkew(clock)
        self._url = url.rstrip("/")
        self._secrets = secrets
        self._http = http
        self._new_id = new_id

    def signed(self, body: bytes, *, off: timedelta = timedelta(), secrets: str = "") -> dict[str, str]:
        """Headers for this body; `off` moves the clock, `secrets` takes others."""
        return sign(secrets or self._secrets, self._new_id(), self.clock() + off, body)

    async def post(
        self, path: str, body: bytes, key: str | None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """A JSON body under its idempotency key; `headers` replaces the signature."""
        with_key = {"idempotency-key": f'"{key}"'} if key else {}
        signature = self.signed(body) if headers is None else headers
        given = {"content-type": "application/json", **with_key, **signature}
        return await self.far.timed(self._http.post(self._url + path, content=body, headers=given))

    async def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """A question, signed over an empty body; `headers` replaces the signature."""
        signature = self.signed(b"") if headers is None else headers
        return await self.far.timed(self._http.get(self._url + path, params=query, headers=signature))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
