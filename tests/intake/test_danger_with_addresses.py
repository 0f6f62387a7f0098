"""A danger told with an address and a phone, as people tell it to a hotline, is no smaller for them."""

import json
from pathlib import Path

import pytest

from intake.understand.danger.bare_text import bare
from intake.understand.danger.ladder import read_danger
from intake.understand.normalise import normalise

ROWS = Path(__file__).parents[2] / "training/corpus/test_1/danger.jsonl"
WAYS = (
    "五一路幸福小区3号楼，{}，电话13912345678",
    "和谐家园5号楼2单元{}，王女士13912345678",
    "{}。地址：新华南路12号院1单元302，联系人李强13800001234",
)


def lines() -> list[dict[str, object]]:
    return [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()]


def is_seen(text: str) -> bool:
    found = read_danger(normalise(text))
    return found.red is not None or found.doubt is not None


@pytest.mark.parametrize("way", WAYS)
def test_as_many_dangers_are_seen_with_an_address_as_without(way: str) -> None:
    real = [str(one["m"]) for one in lines() if one["real"]]
    alone = sum(map(is_seen, real)) / len(real)
    told = sum(is_seen(way.format(one)) for one in real) / len(real)
    assert alone >= 0.95
    assert told >= alone - 0.02


@pytest.mark.parametrize("way", WAYS)
def test_no_more_harmless_lines_stop_a_form_with_an_address(way: str) -> None:
    harmless = [str(one["m"]) for one in lines() if not one["real"] and one["danger"] != "outage"]
    stopped = [one for one in harmless if read_danger(normalise(way.format(one))).red is not None]
    assert len(stopped) / len(harmless) <= 0.03


@pytest.mark.parametrize(
    "text",
    [
        "五一路幸福小区3号楼有煤气味，电话13912345678",
        "新华路15号燃气泄漏，联系人李强13912345678",
        "幸福小区5号楼3单元有人晕倒了，王女士13912345678",
        "和谐家园2号楼电梯困人了，我电话13900001234",
        "我家在友谊小区5号楼，老人摔倒起不来了，电话13912345678",
    ],
)
def test_a_cry_with_its_address_stops_the_form(text: str) -> None:
    found = read_danger(normalise(text))
    assert found.red is not None, bare(normalise(text))
