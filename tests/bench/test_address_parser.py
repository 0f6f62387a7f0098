"""Addresses parted into elements: learnt from made-up streets, and what is said of files that are none."""

import json
from pathlib import Path

import pytest

from bench.understanding.parser import Address, BadAddresses, Element, Parser, read_addresses

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


def test_offsets_that_count_a_number_as_one_sign_are_moved_to_the_text(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    road, roadno = {"start": 0, "end": 3, "label": "road"}, {"start": 3, "end": 5, "label": "roadno"}
    tower, beyond = {"start": 5, "end": 7, "label": "houseno"}, {"start": 5, "end": 9, "label": "houseno"}
    rows = [{"text": "文化路602号AB座", "entities": [road, roadno, one]} for one in (tower, beyond)]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    (address,) = read_addresses(file)  # of the second line nobody can tell where its elements stand
    assert [address.text[e.start : e.end] for e in address.elements] == ["文化路", "602号", "AB座"]
