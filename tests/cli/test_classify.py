"""`jiesu classify`: what goes in, what a program may read, and one sentence for every mistake."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

TEXTS = {
    "水": ("昨天起停水，水管爆裂没人管", "暖气不热，热力公司说等", "阀门漏水一直没修，水压低"),
    "路": ("公交车不停站，等了半天", "路口红绿灯坏了很堵", "出租车拒载，占道停车没人管"),
}


@pytest.fixture
def table(here: Path) -> Path:
    file = here / "closed.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["title", "body", "label"])
        for number in range(15):
            for label, texts in TEXTS.items():
                rows.writerow(
                    ["", f"{texts[number % 3]}，{texts[(number + 1) % 3]}，第{number * 37}次", label]
                )
    return file


def plain(said: Any) -> bool:
    return said.status == 1 and said.err.count("\n") == 1 and "Traceback" not in said.err


def test_learn_try_and_ask(jiesu: Any, here: Path, table: Path) -> None:
    learnt = jiesu("classify", "train", str(table), "--out", "model")
    assert learnt.status == 0
    for word in ("Classes", "Confusion", "calibration_error", "水", "路", "model: saved"):
        assert word in learnt.out
    tried = jiesu("classify", "eval", str(table), "--model", "model", "--json")
    figures = json.loads(tried.out)
    assert {"macro_f1", "accuracy", "coverage", "accuracy_at_coverage"} <= set(figures)
    assert all(0 <= value <= 1 for value in figures.values())
    asked = json.loads(jiesu("classify", "predict", "家里停水了", "--model", "model", "--json").out)
    assert [one["label"] for one in asked["ranked"]] == ["水", "路"]


def test_learning_again_into_the_same_folder_leaves_a_whole_model(jiesu: Any, table: Path) -> None:
    for _ in range(2):
        assert jiesu("classify", "train", str(table), "--out", "model", "--json").status == 0
    assert jiesu("classify", "predict", "停水", "--model", "model").status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("train", "nowhere.csv", "--out", "model"), "nowhere.csv"),
        (("eval", "closed.csv", "--model", "nowhere"), "nowhere holds no model"),
        (("predict", "停水"), "names no model"),
        (("predict", " ", "--model", "nowhere"), "holds no model"),
    ],
)
def test_every_mistake_is_one_sentence(jiesu: Any, table: Path, words: tuple[str, ...], says: str) -> None:
    said = jiesu("classify", *words)
    assert plain(said), said.err
    assert says in said.err


def test_without_scikit_learn_training_says_what_to_install(
    jiesu: Any, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("training.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    said = jiesu("classify", "train", str(table), "--out", "model")
    assert plain(said), said.err
    assert "make classify" in said.err


def test_a_profile_whose_model_is_missing_stops_every_command_with_a_sentence(
    jiesu: Any, here: Path, table: Path
) -> None:
    city = here / "city.toml"
    whole = (Path(__file__).parents[2] / "cities" / "xinghe.toml").read_text("utf-8")
    code = next(line for line in whole.splitlines() if line.startswith("[categories."))[12:-1]
    rules = f'\n[classifier]\nmodel = "model"\n[classifier.labels]\n"水" = ["{code}"]\n'
    city.write_text(whole + rules, "utf-8")
    missing = jiesu("classify", "predict", "停水", JIESU_CITY=str(city))
    assert plain(missing), missing.err
    assert "[classifier]" in missing.err
    assert jiesu("classify", "train", str(table), "--out", "model").status == 0
    narrow = jiesu("classify", "predict", "停水", JIESU_CITY=str(city))
    assert plain(narrow), narrow.err
    assert "lacks the label 路" in narrow.err
    city.write_text(whole + rules + f'"路" = ["{code}"]\n', "utf-8")
    assert jiesu("classify", "predict", "停水", JIESU_CITY=str(city)).status == 0
