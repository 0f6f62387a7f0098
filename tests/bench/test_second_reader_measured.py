"""The stand-ins for a second reader: a perfect one can only add, an inventing one changes nothing."""

import csv
from pathlib import Path

import pytest

from bench.understanding import second, slots
from bench.understanding.section import Asked

BODY = "那个转角的老张家面馆夜里一直吵，上礼拜起就没消停过，盼着早点安静"


@pytest.fixture
def stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One complaint, marked."""
    at = BODY.index("转角的老张家面馆")
    marks = f'{{"id":"1","place":[[{at},{at + 8}]],"part":"aside"}}\n'
    (tmp_path / "slots.jsonl").write_text(marks, "utf-8")
    monkeypatch.setattr(slots, "LABELS", tmp_path / "slots.jsonl")
    file = tmp_path / "stream.csv"
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("id", "title", "body"), ("1", "", BODY)])
    return file


def test_a_perfect_reader_adds_and_one_that_invents_does_not(stream: Path) -> None:
    found = {goal.what: goal.figure for goal in second.goals(Asked(stream=stream))}
    assert found["our own reading: place F1"] < found["a perfect reader: place F1"] == 1.0
    assert found["one that invents: place F1"] == found["our own reading: place F1"]
