"""`jiesu serve --workers 2` for real: two processes on one socket, PostgreSQL and Redis beneath."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from app.base.settings import BadSettings, Enclosed, HotlineSettings
from cli.servers.serve import _several
from tests.processes import clean

TELEGRAM = {
    "JIESU_TELEGRAM__TOKEN": "100001:a-token-of-the-tests-a-token-of-th",
    "JIESU_TELEGRAM__WEBHOOK_SECRET": "a-webhook-secret",
    "JIESU_TELEGRAM__API_URL": "http://127.0.0.1:9",
}
BACKEND = {
    "JIESU_HOTLINE__KIND": "rest",
    "JIESU_HOTLINE__URL": "http://127.0.0.1:9",
    "JIESU_HOTLINE__SECRET": "whsec_Y2FsbHMgb3V0IGNhbGxzIG91dCBjYWxscyBvdXQ",
}
STARTS = 180.0  # seconds: importing takes its time on a machine that is busy


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"database_url": "sqlite:///var/x.db"}, "SQLite has one server process"),
        ({"redis_url": None}, "JIESU_REDIS_URL is missing"),
        ({"hotline": HotlineSettings()}, "The desk runs in exactly one process"),
    ],
)
def test_what_several_cannot_share_is_refused_with_the_reason(changed: dict[str, Any], says: str) -> None:
    complete: dict[str, Any] = {
        "database_url": "postgresql://there/db",
        "redis_url": "redis://there",
        "hotline": HotlineSettings(kind="rest", url="http://there"),
    }
    with pytest.raises(BadSettings, match=says):
        _several(Enclosed(**(complete | changed)), 2)
    _several(Enclosed(**(complete | changed)), 1)


@pytest.fixture
def served(postgresql_url: str, redis_url: str, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Its address, and the parent's pid."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"JIESU_DATABASE_URL": postgresql_url, "JIESU_REDIS_URL": redis_url}
    log = (tmp_path / "log").open("wb")
    parent = subprocess.Popen(  # noqa: S603  ourselves
        [
            sys.executable,
            "-c",
            "from cli.main import run; run()",
            "serve",
            "--workers",
            "2",
            "--port",
            str(port),
        ],
        env=clean(settings | TELEGRAM | BACKEND),
        cwd=tmp_path,
        stderr=log,
        stdout=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, parent, tmp_path / "log")
        yield address, parent.pid
    finally:
        parent.send_signal(signal.SIGTERM)
        status = parent.wait(60)
        log.close()
    assert status == 0, (tmp_path / "log").read_text()


def _wait_for(address: str, parent: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS
    while time.monotonic() < until:
        assert parent.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/readyz", timeout=5).is_success and len(_children(parent.pid)) >= 2:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


def _children(pid: int) -> list[int]:
    """The web processes."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def _turns_told(http: httpx.AsyncClient) -> float:
    figures = (await http.get("/metrics")).text
    (line,) = [
        one for one in figures.splitlines() if one.startswith("jiesu_turns_total{") and '"turn"' in one
    ]
    return float(line.rpartition(" ")[2])


@pytest.mark.timeout(300)
async def test_a_worker_tells_its_figures_on_a_port_of_its_own(
    postgresql_url: str, redis_url: str, tmp_path: Path
) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"JIESU_DATABASE_URL": postgresql_url, "JIESU_REDIS_URL": redis_url}
    worker = subprocess.Popen(  # noqa: S603  ourselves
        [sys.executable, "-c", "from cli.main import run; run()", "work", "--port", str(port)],
        env=clean(settings | TELEGRAM | BACKEND),
        cwd=tmp_path,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            while not await _ready(http):
                assert worker.poll() is None
                await asyncio.sleep(0.2)
            assert "jiesu_deliveries_total" in (await http.get("/metrics")).text
            assert (await http.post("/webhooks/telegram")).status_code == 404
    finally:
        worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0


async def _ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).is_success
    except httpx.HTTPError:
        return False


def _update(number: int, text: str, user: int = 7) -> dict[str, Any]:
    who = {"id": user, "is_bot": False, "first_name": "甲"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": who,
            "chat": {"id": user, "type": "private", "first_name": "甲"},
            "date": 1_790_000_000,
            "text": text,
        },
    }


@pytest.mark.timeout(300)
async def test_two_processes_share_the_work_and_finish_what_they_have_in_hand(
    served: tuple[str, int], postgresql_url: str
) -> None:
    address, parent = served
    secret = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM["JIESU_TELEGRAM__WEBHOOK_SECRET"]}
    limits = httpx.Limits(max_keepalive_connections=0)  # a new connection each time: both get some
    async with httpx.AsyncClient(base_url=address, headers=secret, timeout=30, limits=limits) as telegram:

        async def says(number: int, text: str, user: int = 7) -> int:
            answer = await telegram.post("/webhooks/telegram", json=_update(number, text, user))
            return answer.status_code

        burst = [says(number, "在吗", user=number % 3 + 1) for number in range(1, 13)]
        assert await asyncio.gather(*burst) == [200] * 12
        assert await says(1, "在吗", user=2) == 200  # a repeat, wherever it lands
        told = {await _turns_told(telegram) for _ in range(8)}  # whichever is asked answers for both
        assert told == {12.0}

        with psycopg.connect(postgresql_url) as held:
            (count,) = held.execute("SELECT count(*) FROM inbox").fetchone() or (None,)
            assert count == 12
            held.execute("SELECT * FROM conversations FOR UPDATE")
            in_hand = asyncio.create_task(says(100, "还有一句", user=1))
            await asyncio.sleep(1)
            for child in _children(parent):
                os.kill(child, signal.SIGTERM)  # each is replaced, once it has ended
            await asyncio.sleep(0.5)
            held.rollback()
        assert await in_hand == 200
        with psycopg.connect(postgresql_url) as look:
            (count,) = look.execute("SELECT count(*) FROM inbox WHERE message_id LIKE '%100'").fetchone() or (
                0,
            )
        assert count == 1
