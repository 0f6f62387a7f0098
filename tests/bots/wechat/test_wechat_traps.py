"""The documentation names the tests that hold each promise: every one of them exists."""

import re
import time
from pathlib import Path

import pytest

from bots.wechat.codec import UnreadablePush, parse
from bots.wechat.incoming.verification import LARGEST

TESTS = Path(__file__).parents[2]


def test_every_test_that_the_documentation_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (TESTS.parent / "docs" / "wechat.md").read_text("utf-8")))
    written = {
        name
        for file in TESTS.rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert len(named) > 80
    assert named - written == set()


def test_the_worst_body_that_is_taken_costs_less_than_a_second() -> None:
    """As many tiny elements as the limit lets in; in seconds of this process, not of the clock."""
    body = b"<xml>" + b"<a/>" * ((LARGEST - 20) // 4) + b"</xml>"
    assert len(body) <= LARGEST
    started = time.process_time()
    with pytest.raises(UnreadablePush):
        parse(body)
    assert time.process_time() - started < 1.0
