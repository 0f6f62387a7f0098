"""PostgreSQL refuses for a while, as a city runs us: two web processes, limits on, no playground.

What its senders were told is kept must end as turns, each once.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from bench.faults.proxy import Proxy, Trouble, always, fine, proxy
from tests.doors import CITY, Doors
from tests.processes import answers, free_port, running

AWAY = 12.0  # seconds: more tries than any citizen may make at once
KEPT = "已收到"


@dataclass(frozen=True, slots=True)
class City:
    """The two processes' doors, the line to their database, and where their spool lies."""

    doors: Doors
    line: Proxy
    spool: Path

    async def emptied(self) -> None:
        """Returns once nothing waits on the disk."""
        async with asyncio.timeout(120):
            while any(self.spool.glob("*.log")):
                await asyncio.sleep(0.1)

    async def turns(self) -> Counter[str]:
        """How the messages ended, in both processes."""
        ended: Counter[str] = Counter()
        for line in (await self.doors.http.get("/metrics")).text.splitlines():
            if line.startswith("jiesu_turns_total{"):
                ended[line.partition('outcome="')[2].partition('"')[0]] += int(float(line.rpartition(" ")[2]))
        return ended


@pytest.fixture
async def city(postgresql_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[City]:
    parts, port = urlsplit(postgresql_url), free_port()
    async with proxy(parse_qs(parts.query)["host"][0] + "/.s.PGSQL.5432") as line:
        settings = CITY | {
            "JIESU_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{line.port}{parts.path}",
            "JIESU_REDIS_URL": redis_url,
        }
        address, lines = (
            f"http://127.0.0.1:{port}",
            httpx.Limits(max_keepalive_connections=0),
        )  # both get some
        serve = ("serve", "--workers", "2", "--port", str(port))
        async with (
            running(tmp_path, settings, *serve) as started,
            httpx.AsyncClient(base_url=address, timeout=60, limits=lines) as http,
        ):
            await answers(f"{address}/readyz", started)
            yield City(Doors(http), line, tmp_path / "var" / "spool")


@pytest.mark.timeout(600)
async def test_all_that_was_kept_while_postgresql_refused_ends_as_turns(
    city: City, postgresql_url: str
) -> None:
    city.line.plan = always(Trouble.REFUSE)
    city.line.cut()
    for number in range(1, 5):  # on each app one citizen who goes on writing, and one who says one thing
        words = f"新华路{number}号院井盖坏了"
        told = await city.doors.telegram(7 if number < 4 else 8, number, words)
        assert KEPT in told.json()["text"]
        assert KEPT in (await city.doors.wechat("oA" if number < 4 else "oB", number, words) or "")
    await asyncio.sleep(AWAY)
    city.line.plan = fine
    await city.emptied()
    with psycopg.connect(postgresql_url) as look:
        query = "SELECT count(*) FROM inbox WHERE aside_sealed IS NULL GROUP BY conversation_id ORDER BY 1"
        assert look.execute(query).fetchall() == [(1,), (1,), (3,), (3,)]
    ended = await city.turns()
    assert (ended["turn"], ended["too_fast"], ended["fault"]) == (8, 0, 0)
