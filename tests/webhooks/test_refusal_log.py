"""Whoever is refused again and again fills no log: a few lines a minute, and how many were left out."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from webhooks.refusal_log import OF_ALL, OF_ONE, RefusalLog


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def knock(log: RefusalLog, address: str, status: int = 403) -> None:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "client": (address, 1), "path": "/secret"}
    log.note(scope, status)


def test_one_caller_has_a_few_lines_a_minute_and_the_rest_is_counted(seconds: Seconds) -> None:
    log = RefusalLog(seconds)
    with capture_logs() as lines:
        for _ in range(1000):
            knock(log, "192.0.2.1")
        assert len(lines) == OF_ONE
        seconds.now += 60
        knock(log, "192.0.2.1")
    assert lines[-1]["left_out"] == 1000 - OF_ONE


def test_another_caller_is_logged_meanwhile(seconds: Seconds) -> None:
    log = RefusalLog(seconds)
    with capture_logs() as lines:
        for _ in range(50):
            knock(log, "192.0.2.1")
        knock(log, "192.0.2.2", 401)
    assert [line["status"] for line in lines][-1] == 401


def test_knocking_from_everywhere_has_an_end_too(seconds: Seconds) -> None:
    log = RefusalLog(seconds)
    with capture_logs() as lines:
        for n in range(5000):
            knock(log, f"2001:db8::{n:x}")
    assert len(lines) == OF_ALL


def test_a_line_names_neither_the_caller_nor_what_was_asked_for(seconds: Seconds) -> None:
    with capture_logs() as lines:
        knock(RefusalLog(seconds), "192.0.2.1", 429)
        knock(RefusalLog(seconds), "192.0.2.1", 200)
    assert lines == [
        {"event": "refused", "log_level": "warning", "status": 429, "method": "GET", "path": "none of ours"}
    ]
