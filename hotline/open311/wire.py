"""Asking an Open311 server: JSON where it speaks it, else XML; every failure becomes what to do next.

Nothing of a document or a key goes into an error: its reason is the status and the server's first sentence,
with its numbers blotted out.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import httpx

from hotline.clock_skew import ClockSkew
from hotline.open311.response_parser import LARGEST, Row, UnreadableAnswer, rows, text
from hotline.refusals import hindered, refusal, unknown
from hotline.rest import retry_after
from intake.model.ports import Rejected, Trouble, Unavailable, Unsure

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NO_SUCH_PATH = frozenset({404, 405, 406, 415, 501})


class Open311Wire:
    """One server. `jurisdiction` and `api_key` go with every call that has them."""

    def __init__(
        self,
        url: str,
        jurisdiction: str | None,
        api_key: str | None,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
    ) -> None:
        self._url = url.rstrip("/")
        self._given = {"jurisdiction_id": jurisdiction} if jurisdiction else {}
        self._key = {"api_key": api_key} if api_key else {}
        self._http = http
        self._clock = clock
        self._far = ClockSkew(clock)
        self._format: str | None = None

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock is ahead of the server's, by its latest answer."""
        return self._far.ahead

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, told_is_empty: bool = False
    ) -> list[Row] | None:
        """The rows; None where there is no such thing. Raises Unavailable.

        `told_is_empty`: an error in the protocol's own words shows that the path is there, with no rows.
        """
        try:
            answer = await self._asked(path, {**self._given, **self._key, **(query or {})})
            if answer.status_code in _NO_SUCH_PATH:
                return [] if told_is_empty and _told(answer) else None
            self._judge(answer)
            return rows(answer.content)
        except httpx.HTTPError as failure:
            raise Unavailable(f"the server gave no answer ({type(failure).__name__})") from None
        except UnreadableAnswer as failure:
            raise Unavailable(str(failure)) from None
        except Rejected as refused:  # a question refused says nothing about the ticket
            raise Unavailable(refused.reason) from None

    async def listed(self) -> list[Row]:
        """Its services: what shows that server and jurisdiction are there. Raises Unavailable."""
        try:
            answer = await self._asked("services", {**self._given, **self._key})
            self._unready(answer)
            found = rows(answer.content)
        except httpx.HTTPError as failure:
            raise Unavailable(f"the server gave no answer ({type(failure).__name__})") from None
        except UnreadableAnswer as failure:
            raise Unavailable(str(failure)) from None
        if not found:
            raise hindered(Trouble.ADDRESS, "the server lists no services")
        return found

    async def post(self, path: str, form: Mapping[str, str], key: str) -> list[Row]:
        """Send a form once. Raises Unavailable, Rejected or Unsure.

        `key` goes along as Idempotency-Key, for servers that know what it is for.
        """
        return self._taken(await self._sent(path, form, key))

    async def offer(self, path: str, form: Mapping[str, str], key: str) -> list[Row] | None:
        """As `post` to what a server need not have; None where it has no such path.

        Its services show that it is there itself: a wrong address has no such path either.
        """
        answer = await self._sent(path, form, key)
        if answer.status_code not in _NO_SUCH_PATH:
            return self._taken(answer)
        await self.listed()
        if answer.status_code == httpx.codes.NOT_FOUND and _told(answer):
            raise unknown(_reason(answer))
        return None

    async def _sent(self, path: str, form: Mapping[str, str], key: str) -> httpx.Response:
        await self._spoken()
        url = f"{self._url}/{path}.{self._format}"
        headers = {"idempotency-key": f'"{key}"'}
        try:
            return await self._far.timed(
                self._http.post(url, data={**self._given, **self._key, **form}, headers=headers)
            )
        except _NOTHING_SENT as failure:
            raise Unavailable(f"the server gave no answer ({type(failure).__name__})") from None
        except httpx.HTTPError as failure:  # the form was on its way: it may have arrived
            raise Unsure(f"the server gave no answer ({type(failure).__name__})") from None

    def _taken(self, answer: httpx.Response) -> list[Row]:
        self._judge(answer)
        try:
            return rows(answer.content)
        except UnreadableAnswer as failure:
            raise Unsure(f"the server took it, but {failure}") from None

    async def _asked(self, path: str, query: Mapping[str, str]) -> httpx.Response:
        await self._spoken()
        return await self._far.timed(self._http.get(f"{self._url}/{path}.{self._format}", params=dict(query)))

    async def _spoken(self) -> None:
        """Find out once which format it speaks. Raises Unavailable."""
        if self._format is not None:
            return
        for format_ in ("json", "xml"):
            try:
                answer = await self._far.timed(
                    self._http.get(f"{self._url}/services.{format_}", params=dict(self._given))
                )
                if answer.is_success and rows(answer.content):
                    self._format = format_
                    return
            except httpx.HTTPError as failure:
                raise Unavailable(f"the server gave no answer ({type(failure).__name__})") from None
            except UnreadableAnswer:
                continue
            if answer.status_code not in _NO_SUCH_PATH and not answer.is_success:
                self._unready(answer)
        raise hindered(Trouble.ADDRESS, "the server lists no services, neither in JSON nor in XML")

    def _unready(self, answer: httpx.Response) -> None:
        try:
            self._judge(answer)
        except Rejected as refused:
            raise Unavailable(refused.reason) from None

    def _judge(self, answer: httpx.Response) -> None:
        """Let 2xx pass. Raises what the status means."""
        if answer.is_success:
            return
        wait = retry_after(answer.headers.get("retry-after"), self._clock())
        raise refusal(answer.status_code, _reason(answer), wait=wait, ahead=self.ahead)


def _told(answer: httpx.Response) -> str:
    """The first sentence of Open311's error array; "" where there is none."""
    if len(answer.content) > LARGEST:
        return ""
    try:
        return next((said for row in rows(answer.content) if (said := text(row, "description"))), "")
    except UnreadableAnswer:
        return ""


def _reason(answer: httpx.Response) -> str:
    said = "".join(character for character in _told(answer) if character.isprintable())
    blotted = re.sub(r"\d{4,}", "…", said)[:120]
    return f"the server answered {answer.status_code}" + (f": {blotted}" if blotted else "")
