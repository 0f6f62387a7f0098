"""One access token for all processes, asked for as rarely as can be.

`stable_token` gives the same token to everybody who asks, so nobody kills another's; the lock
makes a cold start of many processes one request; and a token that is refused for ever costs two
requests and then a pause, instead of the day's quota.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from intake.model.ports import Unavailable

_LOCK = 15.0  # seconds; longer than one request may take
_PAUSE = 60.0  # seconds without a try after a fresh token was refused, too


class TokenCache(Protocol):
    """What all processes share for a while; may be emptied at any time."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str, ttl: float) -> None: ...

    async def delete(self, key: str) -> None: ...

    def lock(self, key: str, ttl: float) -> AbstractAsyncContextManager[Any]: ...


class AccessToken:
    """The token of one appid. `ask` makes the request: the token and its seconds to live."""

    def __init__(
        self, cache: TokenCache, appid: str, ask: Callable[[], Awaitable[tuple[str, float]]]
    ) -> None:
        self._cache = cache
        self._ask = ask
        self._key = f"wechat:token:{appid}"
        self._paused = f"{self._key}:paused"
        self._lock = f"{self._key}:lock"

    async def get(self) -> str:
        """The token in use. Raises Unavailable while tokens are being refused."""
        if await self._cache.get(self._paused):
            raise Unavailable("access token refused", _PAUSE)
        known = await self._cache.get(self._key)
        return known or await self.instead_of("")

    async def instead_of(self, refused: str) -> str:
        """Another token than the refused one. Raises Unavailable if WeChat has no other."""
        async with self._cache.lock(self._lock, _LOCK):
            known = await self._cache.get(self._key)
            if known and known != refused:
                return known
            token, lifetime = await self._ask()
            await self._cache.set(self._key, token, _usable(lifetime))
        if token == refused:
            await self.pause()
            raise Unavailable("access token refused", _PAUSE)
        return token

    async def pause(self) -> None:
        """Stop trying for a minute: a fresh token was refused as well."""
        await self._cache.set(self._paused, "1", _PAUSE)


def _usable(lifetime: float) -> float:
    """WeChat renews five minutes early, so that a token may come with only those left to live."""
    return max(lifetime - 300, lifetime / 2)
