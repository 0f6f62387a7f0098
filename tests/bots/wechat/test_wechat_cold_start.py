"""Twenty processes start at once on one real Redis: WeChat is asked for one token."""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

import bots
from playground.wechat.api import api_router
from playground.wechat.platform import WeChatPlatform

PROCESSES = 20
PROGRAM = """
import asyncio, os, sys
import httpx
from bots.wechat.client import Client, Credentials
from storage.cache.redis_cache import RedisCache

redis_url, api_url, count = sys.argv[1], sys.argv[2], int(sys.argv[3])


async def ask():
    cache = RedisCache(redis_url)
    async with httpx.AsyncClient() as http:
        credentials = Credentials("wx49f0ab532d5d035a", "app-secret", api_url)
        token = await Client(credentials, cache, http).token.get()
    await cache.aclose()
    return token


start, go = os.pipe()
said, say = os.pipe()
children = []
for _ in range(count):  # each connects for itself: nothing but the imports is shared
    child = os.fork()
    if child == 0:
        os.close(go)
        os.read(start, 1)
        os.write(say, asyncio.run(ask()).encode() + b"\\n")
        os._exit(0)
    children.append(child)
os.close(go)  # now they all read the end of it, and start
os.close(say)
failed = [child for child in children if os.waitpid(child, 0)[1]]
with os.fdopen(said, "rb") as answers:
    print(len(failed), *sorted(set(answers.read().decode().split())))
"""


@pytest.fixture
def api(platform: WeChatPlatform) -> Iterator[str]:
    """The stand-in's API on a real port."""
    app = FastAPI()
    app.include_router(api_router(platform))
    with closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [line]})
        thread.start()
        yield f"http://127.0.0.1:{line.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def start(redis_url: str, api: str, count: int = PROCESSES) -> list[str]:
    """How many processes failed, and the tokens they have."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROGRAM, redis_url, api, str(count)],
        cwd=Path(bots.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.split()


def test_twenty_cold_processes_ask_for_one_token(redis_url: str, api: str, platform: Any) -> None:
    failed, *tokens = start(redis_url, api)
    assert failed == "0"
    assert len(tokens) == 1
    assert platform.calls["/cgi-bin/stable_token"] == 1


def test_a_second_wave_asks_for_none(redis_url: str, api: str, platform: Any) -> None:
    start(redis_url, api, 3)
    start(redis_url, api, 3)
    assert platform.calls["/cgi-bin/stable_token"] == 1


async def test_a_holder_that_died_with_the_lock_holds_nobody_up_for_long(redis_url: str) -> None:
    """The lock is Redis's and has an end of its own."""
    from storage.cache.redis_cache import RedisCache  # noqa: PLC0415

    dead, alive = RedisCache(redis_url), RedisCache(redis_url)
    held = dead.lock("wechat:token:lock", 0.2)
    await held.__aenter__()
    await dead.aclose()
    async with asyncio.timeout(10), alive.lock("wechat:token:lock", 5):
        pass
    await alive.aclose()
