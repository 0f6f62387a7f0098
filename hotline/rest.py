"""The city's ticket backend over signed JSON: the one adapter for foreign backends and our own desk.

What the backend answers becomes what to do next (`hotline.refusals`). Nothing of a document goes into an
error: the reason is the status and the title of the backend's problem, with its numbers blotted out.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import orjson
from pydantic import ValidationError

from hotline.clock_skew import http_date
from hotline.contract import Receipt, StatusDocument
from hotline.refusals import refusal, unknown
from hotline.signed_http import SignedHttp
from intake.model.ports import Rejected, Unavailable, Unsure

NOBODYS_KEY = "00000000-0000-4000-8000-000000000000"
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_LONGEST_WAIT = 3600.0  # seconds: somebody waits at the end of every call


class RestHotline:
    """`Hotline` over HTTP: what to do next, from each answer of the backend behind `wire`."""

    def __init__(self, wire: SignedHttp) -> None:
        self._wire = wire

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock is ahead of the backend's, by its latest answer."""
        return self._wire.far.ahead

    async def submit(self, document: dict[str, Any], key: str) -> str:
        """File a ticket; returns `hotline_ref`. Raises Unavailable, Rejected or Unsure."""
        answer = await self._post("/tickets", document, key)
        self._judge(answer)
        try:
            return Receipt.model_validate_json(answer.content).hotline_ref
        except ValidationError:
            raise Unsure("the backend took the ticket but its answer names no hotline_ref") from None

    async def find(self, key: str, _document: dict[str, Any] | None = None) -> str | None:
        """The `hotline_ref` filed under this key, or None. Raises Unavailable."""
        answer = await self._get("/tickets", {"idempotency_key": key})
        if answer is None:
            return None
        try:
            return Receipt.model_validate_json(answer.content).hotline_ref
        except ValidationError:
            raise Unavailable("the backend's look-up answer names no hotline_ref") from None

    async def status(self, hotline_ref: str) -> StatusDocument | None:
        """Where the backend says the ticket stands; None if it does not know it. Raises Unavailable."""
        answer = await self._get(f"/tickets/{_step(hotline_ref)}")
        if answer is None:
            return None
        try:
            return StatusDocument.model_validate_json(answer.content)
        except ValidationError:
            raise Unavailable("the backend's status document is not ours") from None

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None:
        """Tell the backend; None = what concerns no ticket. Raises Unavailable, Rejected or Unsure."""
        path = "/events" if hotline_ref is None else f"/tickets/{_step(hotline_ref)}/events"
        answer = await self._post(path, event, key)
        if answer.status_code == httpx.codes.NOT_FOUND and await self.guarded():
            raise unknown(_title(answer))
        self._judge(answer)

    async def probe(self) -> None:
        """Ask for a key nobody ever used: a signed "no" shows that the secret is right."""
        await self.find(NOBODYS_KEY)

    async def guarded(self) -> bool:
        """Whether strangers are kept out where we ask. Raises Unavailable.

        A signed 404 alone does not show that the backend is there: a wrong address knows nothing either, but
        it asks nobody for a key.
        """
        answer = await self._asked("/tickets", {"idempotency_key": NOBODYS_KEY}, signature={})
        return answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    async def _post(self, path: str, document: dict[str, Any], key: str) -> httpx.Response:
        try:
            answer = await self._wire.post(path, orjson.dumps(document), key)
        except _NOTHING_SENT as failure:
            raise Unavailable(_named(failure)) from None
        except httpx.HTTPError as failure:  # the body was on its way: it may have arrived
            raise Unsure(_named(failure)) from None
        return answer

    async def _get(self, path: str, query: dict[str, str] | None = None) -> httpx.Response | None:
        answer = await self._asked(path, query)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        try:
            self._judge(answer)
        except Rejected as refused:  # a question refused says nothing about the ticket
            raise Unavailable(refused.reason) from None
        return answer

    async def _asked(
        self, path: str, query: dict[str, str] | None, signature: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            return await self._wire.get(path, query, signature)
        except httpx.HTTPError as failure:
            raise Unavailable(_named(failure)) from None

    def _judge(self, answer: httpx.Response) -> None:
        """Let 2xx pass. Raises what the status means."""
        if answer.is_success:
            return
        wait = retry_after(answer.headers.get("retry-after"), self._wire.clock())
        raise refusal(answer.status_code, _title(answer), wait=wait, ahead=self.ahead)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from `Retry-After` as seconds or as a date (RFC 9110 §10.2.3); at most an hour."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    at = http_date(value)
    if at is None:
        return None
    return min(max((at - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _step(hotline_ref: str) -> str:
    # A backend chooses its numbers freely; none may climb out of its place in the path.
    return quote(hotline_ref, safe="").replace(".", "%2E")


def _named(failure: httpx.HTTPError) -> str:
    # The text of an httpx error may hold the address; its kind says enough.
    return f"the backend gave no answer ({type(failure).__name__})"


def _title(answer: httpx.Response) -> str:
    try:
        problem = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        problem = None
    title = problem.get("title") if isinstance(problem, dict) else None
    if not isinstance(title, str) or not title:
        return f"the backend answered {answer.status_code}"
    return f"the backend answered {answer.status_code}: {_blotted(title)}"


def _blotted(title: str) -> str:
    words = "".join(character for character in title if character.isprintable())
    return re.sub(r"\d{4,}", "…", words)[:120]
