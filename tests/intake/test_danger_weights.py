"""Weights for danger, missing, cut, of another release or forged: one sentence, and rules ring alone."""

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.checks import environment
from intake.understand import safety
from intake.understand.danger import ladder, model
from intake.understand.danger.ladder import read_danger
from intake.understand.danger.weights import (
    COLUMNS,
    FOLDER,
    HEAD,
    LARGEST,
    NUMBERS,
    BadDangerWeights,
    load,
    save,
)

Break = Callable[[Path], Any]

SEEN_BY_THE_MODEL_ALONE = "老伴坐着坐着嘴歪了，话也说不清，左边身子不听使唤"
SEEN_BY_A_RULE = "着火了！楼下电动车烧起来了"


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("/tmp/never-run-by-jiesu"),)  # noqa: S108


def _head(**changes: Any) -> Break:
    def change(folder: Path) -> None:
        head = json.loads((folder / HEAD).read_text("utf-8"))
        (folder / HEAD).write_text(json.dumps(head | changes), "utf-8")

    return change


def _limits(**changes: Any) -> Break:
    def change(folder: Path) -> None:
        limits = json.loads((folder / HEAD).read_text("utf-8"))["limits"]
        _head(limits=limits | changes)(folder)

    return change


def _numbers(change: Callable[[bytes], bytes], *, with_sum: bool) -> Break:
    def broken(folder: Path) -> None:
        said = change((folder / NUMBERS).read_bytes())
        (folder / NUMBERS).write_bytes(said)
        if with_sum:  # as somebody does it who means it
            _head(sha256=hashlib.sha256(said).hexdigest())(folder)

    return broken


def _lost(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


DAMAGES = {
    "no folder": (shutil.rmtree, "is missing"),
    "no head": (_lost(HEAD), "is missing"),
    "no numbers": (_lost(NUMBERS), "is missing"),
    "half a head": (lambda folder: (folder / HEAD).write_text("{"), "not JSON"),
    "a head of brackets": (lambda folder: (folder / HEAD).write_text("[" * 90_000), "not JSON"),
    "a head of no text": (lambda folder: (folder / HEAD).write_bytes(b"\xff"), "not JSON"),
    "a head without end": (lambda folder: (folder / HEAD).write_text(" " * 200_000), "too large"),
    "another release": (_head(shape=99), "another release"),
    "other columns": (_head(columns=["danger"]), "another release"),
    "a list for a head": (lambda folder: (folder / HEAD).write_text("[]"), "another release"),
    "no size": (_head(keys="many"), "how many"),
    "a size beyond all": (_head(keys=10**12), "how many"),
    "a scale too few": (_head(scales=[0.1]), "what the numbers mean"),
    "a bias that is none": (_head(bias=[float("nan")] * len(COLUMNS)), "what the numbers mean"),
    "no limits": (_head(limits=None), "from where on to ring"),
    "a limit too many": (_limits(loud=1.0), "from where on to ring"),
    "a limit beyond all": (_limits(outage=float("inf")), "from where on to ring"),
    "a stop that is easier to reach than a line": (_limits(hard=-9.0), "from where on to ring"),
    "no story": (_head(about=None), "learnt from"),
    "another sum": (_head(sha256="0" * 64), "not the file"),
    "no sum": (_head(sha256=None), "not the file"),
    "cut": (_numbers(lambda said: said[:-1], with_sum=False), "not the file"),
    "one bit other": (
        _numbers(lambda said: said[:-1] + bytes([said[-1] ^ 1]), with_sum=False),
        "not the file",
    ),
    "cut on purpose": (_numbers(lambda said: said[:-4], with_sum=True), "not the file"),
    "a pickle": (_numbers(lambda _: pickle.dumps(_Bomb()), with_sum=True), "not the file"),
    "too large": (_numbers(lambda said: said + b"\0" * LARGEST, with_sum=True), "too large"),
    "out of order": (_numbers(lambda said: said[4:8] + said[:4] + said[8:], with_sum=True), "out of order"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "learnt"))


@pytest.fixture
def another_folder(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(model, "load", lambda: load(copy))
    model.shipped.cache_clear()
    yield copy
    model.shipped.cache_clear()


@pytest.mark.parametrize(("damage", "says"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_weights_are_one_sentence_and_never_run(copy: Path, damage: Break, says: str) -> None:
    damage(copy)
    with pytest.raises(BadDangerWeights, match=says):
        load(copy)
    assert not Path("/tmp/never-run-by-jiesu").exists()  # noqa: S108


@pytest.mark.parametrize("damage", [shutil.rmtree, _head(shape=99), _lost(NUMBERS)])
def test_without_weights_the_rules_ring_alone(another_folder: Path, damage: Break) -> None:
    damage(another_folder)
    for text in (SEEN_BY_A_RULE, SEEN_BY_THE_MODEL_ALONE, "我们家燃气没有漏，只是想改管道", "路灯坏了"):
        assert read_danger(text) == ladder.DangerReading(safety.signal(text))
    assert read_danger(SEEN_BY_A_RULE).red is not None
    assert read_danger(SEEN_BY_THE_MODEL_ALONE).red is None


def test_with_them_more_is_seen_than_by_rules(another_folder: Path) -> None:
    seen = read_danger(SEEN_BY_THE_MODEL_ALONE).red
    assert seen is not None
    assert seen.number == "120"


def test_the_check_says_that_alarms_ring_by_rules_alone(copy: Path) -> None:
    assert environment.danger(copy).ok
    (copy / NUMBERS).unlink()
    told = environment.danger(copy)
    assert (told.ok, "rules alone" in told.says, "missing" in told.says) == (False, True, True)


def test_what_is_saved_is_what_is_loaded(copy: Path) -> None:
    save(copy, load(copy))
    assert (copy / NUMBERS).read_bytes() == (FOLDER / NUMBERS).read_bytes()
    assert (copy / HEAD).read_bytes() == (FOLDER / HEAD).read_bytes()


def test_the_weights_are_small(copy: Path) -> None:
    assert (copy / NUMBERS).stat().st_size <= LARGEST
