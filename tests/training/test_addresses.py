"""Addresses parted into elements: learnt from made-up streets, and what is said of files that are none."""

import json
from pathlib import Path

import pytest

from training.addresses import Address, BadAddresses, Element, Parser, read_addresses

ROADS = ("文化路", "解放路", "人民路", "胜利街", "迎宾路", "和平街")
ESTATES = ("幸福小区", "嘉禾苑", "阳光花园", "明珠小区")


def _address(road: str, number: int, estate: str) -> Address:
    parts = (("road", road), ("roadno", f"{number}号"), ("poi", estate), ("houseno", f"{number % 9 + 1}号楼"))
    elements, text = [], ""
    for label, part in parts:
        elements.append(Element(len(text), len(text) + len(part), label))
        text += part
    return Address(text, tuple(elements))


def test_an_address_never_seen_is_parted() -> None:
    known = [_address(road, n * 7, estate) for n, road in enumerate(ROADS, 1) for estate in ESTATES]
    parser = Parser(known)
    new = _address("文化路", 88, "明珠小区")
    assert new not in known
    assert parser.elements(new.text) == new.elements
    assert parser.elements("") == ()
    assert "".join(text[e.start : e.end] for text in ["？？a1"] for e in parser.elements(text)) == "？？a1"


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "a"}', '{"text": "a", "entities": [{"start": 0}]}'])
def test_a_file_that_is_none_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "train.jsonl"
    good = json.dumps({"text": "文化路", "entities": [{"start": 0, "end": 3, "label": "road"}]})
    file.write_text(f"{good}\n{line}\n", "utf-8")
    with pytest.raises(BadAddresses, match=r"train\.jsonl:2 is not an address"):
        read_addresses(file)
