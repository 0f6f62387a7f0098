"""What the channels' pages say is held by a test is held by one that is there."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHANNELS = ("docs/wechat.md", "docs/telegram.md")
POINT = re.compile(r"^(?:\| (\d+) \|.*|(\d+)\. .*(?:\n +.*)*)", re.MULTILINE)
ON_PURPOSE = "left out"


@cache
def names(path: Path) -> frozenset[str]:
    """The tests in a file; none if there is no such file."""
    text = path.read_text() if path.exists() else ""
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


def missing(page: str) -> list[str]:
    """What the page names and the tests do not have."""
    known = frozenset[str]().union(*(names(path) for path in ROOT.glob("tests/**/test_*.py")))
    gone = [path for path in re.findall(r"tests/[\w/]+\.py", page) if not (ROOT / path).exists()]
    gone += [name for name in re.findall(r"(?:`|::)(test_\w+)`", page) if name not in known]
    pairs = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
    return gone + [f"{path}::{name}" for path, name in pairs if name not in names(ROOT / path)]


@pytest.mark.parametrize("page", [*CHANNELS, "docs/reliability.md"])
def test_every_test_a_page_names_is_there(page: str) -> None:
    assert missing((ROOT / page).read_text()) == []


def test_a_name_that_is_nowhere_is_found_out() -> None:
    here = "tests/docs/test_docs_and_tests.py"
    assert missing(f"`test_is_nowhere` `…::test_nor_there` `{here}::test_citizens`") == [
        "test_is_nowhere",
        "test_nor_there",
        "test_citizens",
        f"{here}::test_citizens",
    ]
    assert missing("`tests/docs/test_gone.py`") == ["tests/docs/test_gone.py"]
    assert missing(f"`{here}::test_a_name_that_is_nowhere_is_found_out`") == []


@pytest.mark.parametrize("page", CHANNELS)
def test_each_of_the_eighteen_points_is_held_by_a_test(page: str) -> None:
    points = {int(one[1] or one[2]): one[0] for one in POINT.finditer((ROOT / page).read_text())}
    assert sorted(points) == list(range(1, 19))
    assert [number for number, said in points.items() if "test" not in said and ON_PURPOSE not in said] == []
