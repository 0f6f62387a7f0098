"""The table over a folder of labelled messages: what counts as right, as invented, as taken unasked."""

import json
from pathlib import Path

import pytest

from bench.understanding import labelled
from bench.understanding.section import Asked
from intake.model.reading import Found, Reading
from intake.model.ticket import Place
from training.tagger.marks import rows


def folder(tmp_path: Path, *said: str) -> Path:
    lines = [{"m": one, "type": "QZ", "cat": "other", "style": "plain", "secrecy": ""} for one in said]
    (tmp_path / "messages.jsonl").write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )
    return tmp_path


def test_a_find_where_nothing_was_said_is_invented(tmp_path: Path) -> None:
    where = folder(tmp_path, "{P:和平小区3号楼}没水了", "没水了快来人")

    def always(text: str) -> Reading:
        return Reading(text=text, place=Found(Place(text[:4]), 0, 4, 0.9))

    count = labelled.tallies(where, always)["plain"].slots["place"]
    assert (count.said, count.relaxed, count.exact) == (1, 1, 0)
    assert (count.silent, count.invented) == (1, 1)
    assert (count.taken, count.taken_right) == (2, 1)


def test_an_interval_is_wide_where_little_was_counted() -> None:
    low, high = labelled.interval(9, 10)
    assert low == pytest.approx(0.596, abs=0.002)
    assert high == pytest.approx(0.982, abs=0.002)
    assert labelled.interval(0, 0) == (0.0, 1.0)


def test_the_three_ways_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = folder(tmp_path, "{P:和平小区3号楼}没水{O:三天了}，我{N:姓柴}{T:13900001111}")
    goals = list(labelled.goals(Asked(labelled=where)))
    told = capsys.readouterr().out
    assert "| place | all | 1 |" in told
    assert "rules exact" in told
    assert "both exact" in told
    assert any(goal.what.startswith("phone, relaxed") and goal.reached for goal in goals)
    assert len(rows(where / "messages.jsonl")) == 1
