"""One Redis, the master that a Sentinel names, or a Cluster: by the form of the URL.

    redis://:password@host:6379/0      also rediss:// (TLS) and unix://
    redis+sentinel://:password@s1:26379,s2:26379/mymaster/0?sentinel_password=…
    redis+cluster://:password@n1:6379,n2:6379

Also `rediss+…`. The rule: no client has a limit of its own for an answer; who asks has
(`storage.cache.breaker`). On a Cluster all keys carry one tag, so that a script may touch several: what we
keep there is little.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

CONNECT_SECONDS = 1.0
SENTINEL_SECONDS = 0.25
"""One Sentinel may hang: the next is asked while who waits still does."""

SENTINEL_PORT, REDIS_PORT = 26379, 6379
Client = Any
"""`Redis` or `RedisCluster`: their commands are the same, their types are not."""


def open_client(url: str) -> Client:
    """A client that connects with its first question. Raises ValueError on a URL that is none of ours."""
    parts = urlsplit(url)
    base, _, how = parts.scheme.partition("+")
    if not how:
        return Redis.from_url(url, **_manners())
    if base not in ("redis", "rediss") or how not in ("sentinel", "cluster"):
        raise ValueError("the Redis URL must begin with redis://, redis+sentinel:// or redis+cluster://")
    shared = _manners() | _login(parts) | ({"ssl": True} if base == "rediss" else {})
    return _by_sentinel(parts, shared) if how == "sentinel" else _cluster(parts, shared)


def prefixed(client: Client, prefix: str) -> str:
    """What our keys begin with there: on a Cluster with a tag, which puts them all in one place."""
    return f"{{{prefix.rstrip(':')}}}:" if isinstance(client, RedisCluster) else prefix


def _manners() -> dict[str, Any]:
    return {
        "decode_responses": True,
        "socket_timeout": None,
        "socket_connect_timeout": CONNECT_SECONDS,
        "retry": Retry(NoBackoff(), 1),
    }


def _by_sentinel(parts: SplitResult, shared: Mapping[str, Any]) -> Redis:
    service, _, number = parts.path.strip("/").partition("/")
    if not service or (number and not number.isdecimal()):
        raise ValueError(
            "the Redis URL must name the Sentinel's service: redis+sentinel://host:26379/mymaster"
        )
    asked = dict(parse_qsl(parts.query))
    own = {
        name: asked[f"sentinel_{name}"] for name in ("username", "password") if f"sentinel_{name}" in asked
    }
    limits = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), SENTINEL_SECONDS)
    ssl = {"ssl": True} if shared.get("ssl") else {}
    sentinels: Sentinel = Sentinel(  # type: ignore[no-untyped-call]
        _hosts(parts, SENTINEL_PORT),
        sentinel_kwargs={**own, **limits, **ssl, "retry": Retry(NoBackoff(), 0), "decode_responses": True},
    )
    return _Master.of(sentinels, unquote(service), {**shared, "db": int(number or 0)})


class _Master(Redis):
    """The master's client, which gives the Sentinels' connections back with its own."""

    _sentinels: Sentinel

    @classmethod
    def of(cls, sentinels: Sentinel, service: str, shared: Mapping[str, Any]) -> "_Master":
        made: _Master = sentinels.master_for(service, redis_class=cls, **shared)
        made._sentinels = sentinels
        return made

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        await self._sentinels.aclose()


def _cluster(parts: SplitResult, shared: Mapping[str, Any]) -> RedisCluster:
    nodes = [ClusterNode(host, port) for host, port in _hosts(parts, REDIS_PORT)]
    return RedisCluster(startup_nodes=nodes, **shared)


def _hosts(parts: SplitResult, otherwise: int) -> list[tuple[str, int]]:
    """Of `host:port,host:port`; raises ValueError, which names none of them."""
    found = []
    for one in parts.netloc.rpartition("@")[2].split(","):
        place = urlsplit(f"//{one}")
        if not place.hostname:
            raise ValueError("the Redis URL must name hosts, separated by commas")
        found.append((place.hostname, place.port or otherwise))
    return found


def _login(parts: SplitResult) -> dict[str, str]:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    given = {"username": unquote(user), "password": unquote(password)}
    return {name: value for name, value in given.items() if value}
