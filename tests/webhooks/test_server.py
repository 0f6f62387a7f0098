"""The web process as a whole: what answers where nothing is, what runs beside it, what it leaves behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.base.settings import Enclosed
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from intake.model.ports import Unavailable
from webhooks import server
from webhooks.error_handlers import answer_faults
from webhooks.server import create_app


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    settings = Enclosed(database_url=f"sqlite:///{tmp_path / 'x.db'}")
    async with open_house(settings, "http://127.0.0.1:1", tmp_path) as opened:
        yield opened


@pytest.fixture
async def client(runtime: Runtime) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(create_app(runtime, with_worker=False), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/nothing", "/webhooks/nobody", "/docs", "/openapi.json"])
async def test_where_nothing_is_a_problem_says_so(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_wrong_method_is_a_problem_too(client: AsyncClient) -> None:
    answer = await client.get("/webhooks/hotline")
    assert (answer.status_code, answer.json()["status"]) == (405, 405)
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/playground", "/desk/login"])
async def test_what_a_fresh_installation_shows(client: AsyncClient, path: str) -> None:
    assert (await client.get(path, follow_redirects=True)).status_code == 200


async def test_a_configured_channel_switches_the_playground_off(tmp_path: Path) -> None:
    settings = Enclosed(
        database_url=f"sqlite:///{tmp_path / 'x.db'}", telegram={"token": "42:abc", "webhook_secret": "hook"}
    )
    async with open_house(settings, "http://127.0.0.1:1", tmp_path) as runtime:
        transport = ASGITransport(create_app(runtime, with_worker=False))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
            assert (await client.get("/playground")).status_code == 404
            assert (await client.get("/webhooks/wechat")).status_code == 404
            assert (await client.post("/webhooks/telegram")).status_code == 401


@pytest.mark.parametrize(
    ("fault", "status"), [(Unavailable("away", retry_after=7), 503), (KeyError("13912345678"), 500)]
)
async def test_a_fault_is_answered_without_its_words(fault: Exception, status: int) -> None:
    app = FastAPI()
    answer_faults(app)

    @app.get("/")
    async def breaks() -> None:
        raise fault

    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://here") as client:
        answer = await client.get("/")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "13912345678" not in answer.text
    assert answer.headers.get("retry-after") == ("7" if status == 503 else None)


async def test_a_loop_that_breaks_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BEGIN_AGAIN", 0.01)
    begun: list[int] = []
    well = asyncio.Event()

    async def loop(stop: asyncio.Event) -> None:
        begun.append(1)
        if len(begun) < 3:
            raise KeyError
        well.set()
        await stop.wait()

    async with asyncio.timeout(5), server._running([loop]):
        await well.wait()
    assert len(begun) == 3


async def test_the_desks_pages_show_pictures_from_their_own_origin(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    real = server.desk_pages

    def pages(*arguments: Any, **named: Any) -> Any:
        asked.update(named)
        return real(*arguments, **named)

    monkeypatch.setattr(server, "desk_pages", pages)
    create_app(runtime, with_worker=False)

    class Part:
        sha256 = "a" * 64

    assert asked["attachment_url"](Part()).startswith("/attachments/" + "a" * 64)
