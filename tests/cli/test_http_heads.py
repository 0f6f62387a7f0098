"""The bare server reads no head without an end, in whatever pieces it comes; honest ones pass."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import uvicorn
from fastapi import FastAPI

from cli.servers.http_protocol import LARGEST_HEAD, MOST_HEADERS, BoundedHeads


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = FastAPI()

    @app.post("/said")
    async def said() -> str:
        return "read"

    with closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", http=BoundedHeads))
        serving = asyncio.create_task(server.serve(sockets=[line]))
        yield line.getsockname()[1]
        server.should_exit = True
        await serving


async def answers(port: int, *pieces: bytes) -> bytes:
    """All that comes back until the server hangs up, or has answered as often as was asked."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        return await reader.read(64 * 1024)
    except ConnectionError:
        return b"hung up"
    finally:
        writer.close()


def head(*headers: bytes, path: bytes = b"/said") -> bytes:
    lines = [b"POST " + path + b" HTTP/1.1", b"Host: x", b"Connection: close", b"Content-Length: 0", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


@pytest.mark.parametrize(
    "honest",
    [
        [head()],
        [head(b"Cookie: " + b"c" * 8000, *(b"X-%d: y" % n for n in range(40)))],
        [head()[:20], head()[20:50], head()[50:]],
        [head(path=b"/said?" + b"q" * 8000)],
    ],
)
async def test_an_honest_head_is_read(port: int, honest: list[bytes]) -> None:
    assert b"200 OK" in await answers(port, *honest)


@pytest.mark.parametrize(
    "endless",
    [
        [head(*(b"X-%d: y" % n for n in range(MOST_HEADERS)))],
        [head(b"X: " + b"y" * LARGEST_HEAD)],
        [b"POST /said HTTP/1.1\r\nX: ", *[b"y" * 4096] * 40],
        [b"POST /", *[b"q" * 4096] * 40],
        [b"POST /said HTTP/1.1\r\n", *[b"X: " + b"y" * 1000 + b"\r\n"] * 200],
        [b"X" * LARGEST_HEAD * 2],
    ],
)
async def test_a_head_without_an_end_is_not_read_to_it(port: int, endless: list[bytes]) -> None:
    answer = await answers(port, *endless)
    assert b"400" in answer or answer in (b"", b"hung up")
    assert b"200 OK" in await answers(port, head())
