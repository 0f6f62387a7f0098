"""The table of `make bench-understanding`: what is missed says so, what has no data says what it needs."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.understanding.__main__ import main
from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section


def _figures(_: Asked) -> Iterable[Goal]:
    yield Goal("recall", 0.95, 0.9)
    yield Goal("time", 1.0, 0.5, " ms", at_most=True)
    yield Goal("baseline", None, 0.8)


PARTS = (
    Section("safety", "Safety", _figures),
    Section("slots", "Slots", _figures, needs=("stream",)),
)


def test_a_part_without_its_data_is_named_with_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "slots"], PARTS) == 1
    assert "Slots: not measured, give --stream." in capsys.readouterr().err


def test_each_goal_stands_beside_its_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "safety"], PARTS) == 0
    rows = {line.split("│")[1].strip(): line for line in capsys.readouterr().out.splitlines() if "│" in line}
    assert "≥ 0.95" in rows["recall"]
    assert "missed" in rows["recall"]
    assert "≤ 1 ms" in rows["time"]
    assert "reached" in rows["time"]
    assert "missed" not in rows["baseline"]
    assert "0.8" in rows["baseline"]


def test_the_data_may_be_named_in_the_surroundings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_STREAM", str(tmp_path))
    assert main(["--only", "slots"], PARTS) == 0
    assert "Slots" in capsys.readouterr().out
