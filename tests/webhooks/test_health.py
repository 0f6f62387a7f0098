"""Whether we live, whether we can work, and what the figures say; none of it about anybody."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.base.settings import Enclosed
from app.bootstrap.backend import open_desk
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from app.operations.health import Health
from desk import outbox as callbacks
from desk.db import migrate as desk_tables
from hotline.contract import Callback
from storage.cache.cache import MemoryCache
from storage.cache.redis_cache import RedisCache
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.outbox import outbox
from webhooks.health import health_router
from webhooks.server import create_app, create_desk_app


@dataclass
class Spool:
    """As deep as told."""

    deep: int = 0
    seen: list[int] = field(default_factory=list)

    def depth(self) -> int:
        return self.deep

    def oldest(self) -> datetime | None:
        return None

    def damaged(self) -> list[int]:
        return []


def door(health: Health) -> AsyncClient:
    app = FastAPI()
    app.include_router(health_router(health, lambda: datetime.now(UTC)))
    return AsyncClient(transport=ASGITransport(app), base_url="http://here")


def health(database: Database, cache: MemoryCache | RedisCache) -> Health:
    return Health(database, cache, Spool())  # type: ignore[arg-type]


async def test_all_is_well(database: Database, redis_url: str) -> None:
    cache = RedisCache(redis_url)
    client = door(health(database, cache))
    assert (await client.get("/healthz")).status_code == 200
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    await cache.aclose()


async def test_without_a_database_the_process_lives_but_is_not_ready() -> None:
    async with Database.open("postgresql://nobody@127.0.0.1:9/none", KeyRing(["k"])) as gone:
        client = door(health(gone, MemoryCache()))
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["database"] == "down"
        assert (await client.get("/metrics")).status_code == 200


async def test_tables_of_an_older_release_are_not_ready(empty_database_url: str, keyring: KeyRing) -> None:
    async with Database.open(empty_database_url, keyring) as database:
        ready = await door(health(database, MemoryCache())).get("/readyz")
        assert (ready.status_code, ready.json()["migrations"]) == (503, "behind")


async def test_redis_counts_only_where_it_is_configured(database: Database) -> None:
    assert (await door(health(database, MemoryCache())).get("/readyz")).status_code == 200
    away = RedisCache("redis://127.0.0.1:9/0")
    ready = await door(health(database, away)).get("/readyz")
    assert (ready.status_code, ready.json()["cache"]) == (503, "down")
    await away.aclose()


async def test_the_outboxs_depth_and_age_are_measured(database: Database, now: datetime) -> None:
    queued = datetime.now(UTC) - timedelta(seconds=100)
    async with database.write() as tx:
        for lane in "ab":
            await outbox.queue(tx, destination="hotline", kind="event", lane=lane, body={}, now=queued)
    figures = (await door(health(database, MemoryCache())).get("/metrics")).text
    assert 'jiesu_outbox_depth{destination="hotline"} 2.0' in figures
    of_hotline = 'jiesu_outbox_age_seconds{destination="hotline"}'
    (age,) = [line for line in figures.splitlines() if line.startswith(of_hotline)]
    assert 100 <= float(age.rpartition(" ")[2]) < 200


async def test_a_desk_alone_answers_as_the_front_door_does(empty_database_url: str, tmp_path: Path) -> None:
    settings = Enclosed(
        database_url=empty_database_url, var=tmp_path, public_url="http://front", hotline={"secret": "s" * 32}
    )
    async with open_desk(settings, "http://here") as alone:
        desk = alone.desk
        async with desk.database.write() as tx:
            told = Callback(event_id="e1", type="accepted", at=desk.clock(), reference="WX1")
            await callbacks.queue(tx, told, lane="1", now=desk.clock())
        transport = ASGITransport(create_desk_app(alone, settings))
        async with AsyncClient(transport=transport, base_url="http://here") as client:
            lives, ready, figures = [await client.get(path) for path in ("/healthz", "/readyz", "/metrics")]
    assert lives.json() == {"status": "ok"}
    assert ready.json() == {"status": "ok", "database": "ok", "migrations": "ok", "cache": "off"}
    assert 'jiesu_outbox_depth{destination="front_door"} 1.0' in figures.text


async def test_a_desk_alone_without_its_database_lives_and_is_not_ready() -> None:
    gone = Database.open("postgresql://nobody@127.0.0.1:9/none", KeyRing(["k"]))
    client = door(Health(gone, None, None, (desk_tables.standing,), (callbacks.OUTBOX,)))
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/metrics")).status_code == 200
    await gone.close()


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    settings = Enclosed(database_url=f"sqlite:///{tmp_path / 'x.db'}")
    async with open_house(settings, "http://127.0.0.1:1", tmp_path) as opened:
        yield opened


async def test_every_figure_is_without_a_person(runtime: Runtime) -> None:
    app = create_app(runtime, with_worker=False)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://here") as client:
        figures = (await client.get("/metrics")).text
    labels = {part.split("=")[0] for line in figures.splitlines() if "{" in line and line.startswith("jiesu_")
              for part in line[line.index("{") + 1 : line.index("}")].split(",")}  # fmt: skip
    assert labels <= {
        "channel",
        "outcome",
        "destination",
        "at",
        "kind",
        "result",
        "le",
        "reason",
        "clock",
        "step",
        "trouble",
    }
