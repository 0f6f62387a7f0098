"""Calls to WeChat's API: the token, JSON both ways, files.

The rule: WeChat answers HTTP 200 with an `errcode`, so nothing counts as done on the status
alone; token and secret travel in the address and in no log, error or traceback of ours.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from bots.wechat.token import AccessToken, TokenCache
from intake.model.ports import Unavailable, Unsure

API = "https://api.weixin.qq.com"
_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_MEDIA_TIMEOUT = httpx.Timeout(20.0, connect=3.0)
_STALE = frozenset({40001, 40014, 42001})
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class ApiError(Exception):
    """WeChat's own refusal. `errcode` as documented; `hint` is WeChat's sentence, for an operator."""

    def __init__(self, errcode: int, hint: str = "") -> None:
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode
        self.hint = hint[:200]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the API knows the account by."""

    appid: str
    secret: str = field(repr=False)
    api_url: str = API


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """A response as it came: status, headers, body (cut where it grew beyond the limit)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False


class Client:
    """WeChat's API for one account. `http` is the caller's, and closed by the caller."""

    def __init__(self, credentials: Credentials, cache: TokenCache, http: httpx.AsyncClient) -> None:
        self._credentials = credentials
        self._http = http
        self.token = AccessToken(cache, credentials.appid, self._ask_token)
        logging.getLogger("httpx").addFilter(without_query)

    async def post(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Call with a JSON body. Raises ApiError, Unavailable, or Unsure if it may have been done."""
        return await self._call(path, document)

    async def ask(self, path: str) -> dict[str, Any]:
        """Call without a body, to be told something. Raises ApiError, Unavailable."""
        try:
            return await self._call(path, None)
        except Unsure as lost:
            raise Unavailable(lost.reason) from None

    async def download(self, media_id: str, limit: int) -> ApiResponse:
        """A file by its MediaId, or the JSON that stands in for it. Raises ApiError, Unavailable."""
        token = await self.token.get()
        answer = await self._get_media(token, media_id, limit)
        if errcode_of(answer) in _STALE:
            answer = await self._get_media(await self.token.instead_of(token), media_id, limit)
        if errcode_of(answer) in _STALE:
            await self.token.pause()
            raise Unavailable("access token refused")
        return answer

    async def get(self, url: str, limit: int, params: Mapping[str, str] | None = None) -> ApiResponse:
        """Read an address, `limit` bytes at most. Raises Unavailable."""
        try:
            async with self._http.stream("GET", url, params=params, timeout=_MEDIA_TIMEOUT) as response:
                return await _read(response, limit)
        except httpx.HTTPError as fault:
            raise Unavailable(type(fault).__name__) from None

    def url(self, path: str) -> str:
        return self._credentials.api_url.rstrip("/") + path

    async def _call(self, path: str, document: Mapping[str, Any] | None) -> dict[str, Any]:
        """With the token in use; with another one if that is stale, once."""
        token = await self.token.get()
        try:
            return await self._exchange(path, document, {"access_token": token})
        except ApiError as refusal:
            if refusal.errcode not in _STALE:
                raise
        return await self._call_again(path, await self.token.instead_of(token), document)

    async def _call_again(self, path: str, token: str, document: Mapping[str, Any] | None) -> dict[str, Any]:
        try:
            return await self._exchange(path, document, {"access_token": token})
        except ApiError as refusal:
            if refusal.errcode not in _STALE:
                raise
        await self.token.pause()
        raise Unavailable("access token refused")

    async def _get_media(self, token: str, media_id: str, limit: int) -> ApiResponse:
        params = {"access_token": token, "media_id": media_id}
        return await self.get(self.url("/cgi-bin/media/get"), limit, params)

    async def _ask_token(self) -> tuple[str, float]:
        document = {
            "grant_type": "client_credential",
            "appid": self._credentials.appid,
            "secret": self._credentials.secret,
            "force_refresh": False,
        }
        try:
            answer = await self._exchange("/cgi-bin/stable_token", document, {})
            return str(answer["access_token"]), float(answer["expires_in"])
        except Unsure as lost:  # asking again gives the same token
            raise Unavailable(lost.reason) from None
        except (KeyError, TypeError, ValueError):
            raise Unavailable("stable_token: not an answer") from None

    async def _exchange(
        self, path: str, document: Mapping[str, Any] | None, params: Mapping[str, str]
    ) -> dict[str, Any]:
        """One request. The body is raw UTF-8: WeChat shows or refuses \\u escapes (40033)."""
        try:
            response = await self._http.request(
                "GET" if document is None else "POST",
                self.url(path),
                params=params,
                content=None if document is None else orjson.dumps(document),
                headers={"Content-Type": "application/json"},
                timeout=_TIMEOUT,
            )
        except _BEFORE_SENDING as fault:
            raise Unavailable(type(fault).__name__) from None
        except httpx.HTTPError as fault:
            raise Unsure(type(fault).__name__) from None
        return _understood(response)


def json_of(answer: ApiResponse) -> dict[str, Any] | None:
    """The JSON object WeChat sends in place of a file; None for a file."""
    if "content-disposition" in answer.headers or not answer.body.lstrip().startswith(b"{"):
        return None
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def errcode_of(answer: ApiResponse) -> int:
    """WeChat's refusal in place of a file; 0 for a file."""
    code = (json_of(answer) or {}).get("errcode", 0)
    return code if isinstance(code, int) else -1


def without_query(record: logging.LogRecord) -> bool:
    """A log filter for httpx, which writes whole addresses: everything after `?` goes."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args
        )
    return True


def _understood(response: httpx.Response) -> dict[str, Any]:
    if response.status_code in (429, 503):
        raise Unavailable(f"HTTP {response.status_code}")
    if response.status_code >= 500:
        raise Unsure(f"HTTP {response.status_code}")
    if response.status_code != 200:
        raise Unavailable(f"HTTP {response.status_code}")
    try:
        document = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise Unsure("not JSON") from None
    if not isinstance(document, dict):
        raise Unsure("not a JSON object")
    return _accepted(document)


def _accepted(document: dict[str, Any]) -> dict[str, Any]:
    code = document.get("errcode", 0)
    if code:
        raise ApiError(code if isinstance(code, int) else -1, str(document.get("errmsg", "")))
    return document


async def _read(response: httpx.Response, limit: int) -> ApiResponse:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            return ApiResponse(response.status_code, response.headers, bytes(body[:limit]), cut=True)
    return ApiResponse(response.status_code, response.headers, bytes(body))
