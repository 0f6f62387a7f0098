"""`jiesu check` at a city's backend: what it looks like, what to do, and what waits meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

SECRET = "a secret of the city and of us"
Answer = Callable[[bool], int]


@contextmanager
def standing(answer: Answer, ahead: timedelta = timedelta()) -> Iterator[str]:
    """A server whose status hangs on whether the call is signed; its clock is `ahead` of ours."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(answer("webhook-signature" in self.headers))
            self.send_header("Date", format_datetime(datetime.now(UTC) + ahead, usegmt=True))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def checked(jiesu: Any, url: str) -> tuple[int, dict[str, str]]:
    """Exit status, and each line by what it is about."""
    said = jiesu(
        "check",
        JIESU_HOTLINE__KIND="rest",
        JIESU_HOTLINE__URL=url,
        JIESU_HOTLINE__SECRET=SECRET,
        JIESU_TELEGRAM__TOKEN="1:x",
        JIESU_TELEGRAM__WEBHOOK_SECRET="s",
        JIESU_TELEGRAM__API_URL="http://127.0.0.1:9",
        JIESU_PUBLIC_URL="https://hotline.example.cn",
    )
    assert SECRET not in said.out + said.err
    return said.status, {line.split()[1]: line for line in said.out.splitlines()}


@pytest.mark.parametrize(
    ("status", "looks", "mend"),
    [
        (401, "key is refused", "JIESU_HOTLINE__SECRET"),
        (403, "key is refused", "JIESU_HOTLINE__SECRET"),
        (405, "method is refused", "JIESU_HOTLINE__URL"),
        (302, "address is wrong", "JIESU_HOTLINE__URL"),
        (421, "host is wrong", "JIESU_HOTLINE__URL"),
    ],
)
def test_what_a_refusal_looks_like_is_said_with_what_to_do(
    jiesu: Any, status: int, looks: str, mend: str
) -> None:
    with standing(lambda _signed: status) as url:
        exit_status, lines = checked(jiesu, url)
    assert exit_status == 1
    assert lines["hotline"].startswith("FAIL")
    assert looks in lines["hotline"]
    assert mend in lines["hotline"]


def test_a_backend_that_keeps_strangers_out_answers(jiesu: Any) -> None:
    with standing(lambda signed: 404 if signed else 401) as url:
        _, lines = checked(jiesu, url)
    assert lines["hotline"].startswith("ok")
    assert lines["clock"].startswith("ok")


def test_a_server_that_asks_nobody_for_a_key_may_be_a_wrong_address(jiesu: Any) -> None:
    with standing(lambda _signed: 404) as url:
        _, lines = checked(jiesu, url)
    assert "is JIESU_HOTLINE__URL right" in lines["hotline"]


@pytest.mark.parametrize("minutes", [6, -6])
def test_clocks_that_differ_are_said_with_how_far(jiesu: Any, minutes: int) -> None:
    with standing(lambda signed: 404 if signed else 401, timedelta(minutes=minutes)) as url:
        status, lines = checked(jiesu, url)
    assert status == 1
    assert lines["clock"].startswith("FAIL")
    assert "behind" in lines["clock"] if minutes > 0 else "ahead of" in lines["clock"]
