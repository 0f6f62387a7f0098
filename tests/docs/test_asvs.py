"""The walk through ASVS 4.0.3 is whole: every requirement of levels 1 and 2 once, each with its reason."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\w+|n/a) \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`([\w.]+/[\w./-]+|Makefile|[A-Z]+\.md|pyproject\.toml|requirements\.lock)`")
VERDICTS = {"yes", "part", "no", "operator", "n/a"}

ASKED = {
    # by section: how many there are, and which of them were deleted or belong to level 3
    "1.1": (7, ()), "1.2": (4, ()), "1.4": (5, (2, 3)), "1.5": (4, ()), "1.6": (4, ()), "1.7": (2, ()),
    "1.8": (2, ()), "1.9": (2, ()), "1.10": (1, ()), "1.11": (2, ()), "1.12": (2, (1,)), "1.14": (6, ()),
    "2.1": (12, ()), "2.2": (3, ()), "2.3": (3, ()), "2.4": (5, ()), "2.5": (7, ()), "2.6": (3, ()),
    "2.7": (6, ()), "2.8": (7, ()), "2.9": (3, ()), "2.10": (4, ()),
    "3.1": (1, ()), "3.2": (4, ()), "3.3": (4, ()), "3.4": (5, ()), "3.5": (3, ()), "3.7": (1, ()),
    "4.1": (5, (4,)), "4.2": (2, ()), "4.3": (3, ()),
    "5.1": (5, ()), "5.2": (8, ()), "5.3": (10, ()), "5.4": (3, ()), "5.5": (4, ()),
    "6.1": (3, ()), "6.2": (6, ()), "6.3": (2, ()), "6.4": (2, ()),
    "7.1": (4, ()), "7.2": (2, ()), "7.3": (4, (2,)), "7.4": (3, ()),
    "8.1": (4, ()), "8.2": (3, ()), "8.3": (8, ()), "9.1": (3, ()), "9.2": (4, ()),
    "10.2": (2, ()), "10.3": (3, ()), "11.1": (8, ()),
    "12.1": (3, ()), "12.2": (1, ()), "12.3": (6, ()), "12.4": (2, ()), "12.5": (2, ()), "12.6": (1, ()),
    "13.1": (5, (2,)), "13.2": (6, (4,)), "13.3": (2, ()), "13.4": (2, ()),
    "14.1": (4, ()), "14.2": (6, ()), "14.3": (3, (1,)), "14.4": (7, ()), "14.5": (4, ()),
}  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str]]:
    return ROW.findall((ROOT / "docs" / "asvs.md").read_text("utf-8"))


def test_every_requirement_has_its_line_once(rows: list[tuple[str, str, str]]) -> None:
    wanted = {
        f"{section}.{number}"
        for section, (last, left_out) in ASKED.items()
        for number in range(1, last + 1)
        if number not in left_out
    }
    counted = Counter(number for number, _, _ in rows)
    assert {number for number, times in counted.items() if times > 1} == set()
    assert counted.keys() == wanted


def test_every_line_says_whether_and_why(rows: list[tuple[str, str, str]]) -> None:
    assert {verdict for _, verdict, _ in rows} <= VERDICTS
    assert [number for number, _, why in rows if len(why) < 3] == []


def test_every_file_named_is_there(rows: list[tuple[str, str, str]]) -> None:
    named = {name.partition("::")[0] for _, _, why in rows for name in FILE.findall(why)}
    assert len(named) > 40
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_what_is_open_is_told_at_the_end(rows: list[tuple[str, str, str]]) -> None:
    text = (ROOT / "docs" / "asvs.md").read_text("utf-8")
    told = text.partition("## Open, with the reason")[2]
    assert [number for number, verdict, _ in rows if verdict == "no" and number not in told] == []
