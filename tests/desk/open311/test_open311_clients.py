"""Three independent clients from the registry, unmodified, each in an environment of its own.

georeport pins an old xmltodict, which must not pull ours down. The environments are kept in pytest's cache.
"""

import asyncio
import fcntl
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from desk.app import Desk
from desk.workflow.states import Actor, Role

CENTRE = Actor(Role.CENTRE, "wang")
KEY = "a-writers-key"
SCRIPTS = Path(__file__).parent / "clients"
RELEASES = {"civicbot": "0.4.0", "georeport": "0.3.1", "three": "0.8.0"}
MINUTES = 5


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """What is tried here is the wire."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def environment(request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """A client's own Python, made at its first use; where it cannot be installed the test is skipped."""

    def python(name: str) -> Path:
        cache = request.config.cache
        assert cache is not None
        home = (
            cache.mkdir("open311-clients")
            / f"{name}-{RELEASES[name]}-{sys.version_info[0]}{sys.version_info[1]}"
        )
        with (home.parent / f"{name}.lock").open("w") as lock:  # tests may run side by side
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (home / "ready").exists():
                install(home, f"{name}=={RELEASES[name]}")
        return home / "bin" / "python"

    return python


def install(home: Path, requirement: str) -> None:
    shutil.rmtree(home, ignore_errors=True)
    try:
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(home / "bin" / "python"), "-m", "pip", "install", "-q", "--no-input", requirement],
        ):
            subprocess.run(command, check=True, capture_output=True, timeout=MINUTES * 60)  # noqa: S603  ours
    except (subprocess.SubprocessError, OSError) as failure:
        shutil.rmtree(home, ignore_errors=True)
        pytest.skip(f"{requirement} cannot be installed here: {type(failure).__name__}")
    (home / "ready").touch()


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    """The server on a real port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/open311/v2"
    finally:
        server.should_exit = True
        await serving
        listener.close()


async def told_by(python: Path, script: str, *arguments: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        str(python), "-W", "ignore", str(SCRIPTS / f"use_{script}.py"), *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, wrong = await process.communicate()
    assert process.returncode == 0, wrong.decode()
    told: dict[str, Any] = json.loads(out)
    return told


@pytest.mark.timeout(MINUTES * 120)  # the first run installs
async def test_civicbot_files_and_reads(address: str, environment: Callable[[str], Path], desk: Desk) -> None:
    told = await told_by(environment("civicbot"), "civicbot", address, KEY)
    assert told["services"] == ["0101", "0201", "99"]
    assert told["request"]["status"] == "open"
    assert told["listed"] == [told["request"]]
    assert told["token"][0]["service_request_id"] == told["number"]
    document = (await desk.ticket(told["number"], CENTRE)).document
    assert document.content == "暖气不热三天了\n影响范围：整栋楼"
    assert (document.person.name, document.person.phone) == ("李", "13912345678")


@pytest.mark.timeout(MINUTES * 120)
@pytest.mark.parametrize("output_format", ["json", "xml"])
async def test_georeport_reads(
    address: str,
    environment: Callable[[str], Path],
    caller: Any,
    document: dict[str, Any],
    walk: Callable[[str], Any],
    output_format: str,
) -> None:
    public = document | {"is_public": True, "category": {"code": "0101"}}
    numbers = [await caller.file(public | {"idempotency_key": key, "content": f"冷 {key}"}) for key in "ab"]
    await walk(numbers[0])("accept")
    told = await told_by(environment("georeport"), "georeport", address, output_format, numbers[0])
    assert [one["service_code"] for one in told["services"]] == ["0101", "0201", "99"]
    asked = told["definition"]["attributes"]
    asked = asked["attribute"] if output_format == "xml" else asked
    assert [one["code"] for one in asked] == ["extent", "appeal_type"]
    assert [one["description"] for one in told["requests"]] == ["冷 b", "冷 a"]
    assert told["request"]["status_notes"] == "已受理"
    by_number = told["by_number"]
    assert by_number in (told["request"], [told["request"]])


@pytest.mark.timeout(MINUTES * 120)
async def test_three_sends_a_picture_and_reads(
    address: str, environment: Callable[[str], Path], desk: Desk, kept: dict[str, bytes], tmp_path: Path
) -> None:
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(40))
    told = await told_by(environment("three"), "three", address, KEY, str(picture))
    assert [one["service_code"] for one in told["services"]] == ["0101", "0201", "99"]
    assert told["definition"]["service_code"] == "0201"
    assert told["request"][0]["service_name"] == "垃圾"
    assert [one["service_request_id"] for one in told["mine"]] == [told["number"]]
    assert told["token"][0]["service_request_id"] == told["number"]
    assert told["refused"] == [{"code": 403, "description": "api_key was not provided, or is wrong"}]
    document = (await desk.ticket(told["number"], CENTRE)).document
    assert document.person.name == "王 先生"
    assert list(kept.values()) == [picture.read_bytes()]
    assert [part.sha256 for part in document.attachments] == list(kept)
