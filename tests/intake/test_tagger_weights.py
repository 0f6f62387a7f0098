"""Weights that are missing, cut, of another release or forged: one sentence, and rules go on alone."""

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.checks import environment
from intake.understand.persons import personal
from intake.understand.persons.finder import PersonalKind
from intake.understand.tagger import tagger
from intake.understand.tagger.slots import TAGS
from intake.understand.tagger.weights import FOLDER, HEAD, LARGEST, NUMBERS, BadWeights, load, save

Break = Callable[[Path], Any]

SEEN_BY_THE_TAGGER_ALONE = "工頭尉遲春生拖欠工資三個月"


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("/tmp/never-run-by-jiesu"),)  # noqa: S108


def _head(**changes: Any) -> Break:
    def change(folder: Path) -> None:
        head = json.loads((folder / HEAD).read_text("utf-8"))
        (folder / HEAD).write_text(json.dumps(head | changes), "utf-8")

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
    "other tags": (_head(tags=["", "Pb"]), "another release"),
    "a list for a head": (lambda folder: (folder / HEAD).write_text("[]"), "another release"),
    "no size": (_head(keys="many"), "how many"),
    "a size beyond all": (_head(keys=10**12), "how many"),
    "a limit that is none": (_head(likely=7.0), "what the numbers mean"),
    "not a number": (_head(scale=float("nan")), "what the numbers mean"),
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
    "no numbers at the end": (
        _numbers(lambda said: said[:-4] + np.float32("nan").tobytes(), with_sum=True),
        "out of order",
    ),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "learnt"))


@pytest.fixture
def another_folder(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tagger, "load", lambda: load(copy))
    tagger.shipped.cache_clear()
    yield copy
    tagger.shipped.cache_clear()


@pytest.mark.parametrize(("damage", "says"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_weights_are_one_sentence_and_never_run(copy: Path, damage: Break, says: str) -> None:
    damage(copy)
    with pytest.raises(BadWeights, match=says):
        load(copy)
    assert not Path("/tmp/never-run-by-jiesu").exists()  # noqa: S108


@pytest.mark.parametrize("damage", [shutil.rmtree, _head(shape=99), _lost(NUMBERS)])
def test_without_weights_the_rules_go_on_alone(another_folder: Path, damage: Break) -> None:
    damage(another_folder)
    found = personal.find("请联系王建国13900001111")
    assert [one.kind for one in found] == [PersonalKind.NAME, PersonalKind.PHONE]
    assert personal.find(SEEN_BY_THE_TAGGER_ALONE) == ()


def test_with_them_more_is_found_than_by_rules(another_folder: Path) -> None:
    found = personal.find(SEEN_BY_THE_TAGGER_ALONE)
    assert [SEEN_BY_THE_TAGGER_ALONE[one.start : one.end] for one in found] == ["尉遲春生"]


def test_the_check_says_that_names_are_hidden_by_rules_alone(copy: Path) -> None:
    assert environment.tagger(copy).ok
    (copy / NUMBERS).unlink()
    told = environment.tagger(copy)
    assert (told.ok, "rules alone" in told.says, "missing" in told.says) == (False, True, True)


def test_what_is_saved_is_what_is_loaded(copy: Path) -> None:
    before = load(copy)
    save(copy, before)
    assert (copy / NUMBERS).read_bytes() == (FOLDER / NUMBERS).read_bytes()
    assert (copy / HEAD).read_bytes() == (FOLDER / HEAD).read_bytes()


def test_the_weights_are_small_and_tell_what_they_were_learnt_from() -> None:
    weights = load()
    assert (FOLDER / NUMBERS).stat().st_size <= LARGEST
    assert weights.small.shape == (len(weights.keys), len(TAGS))
    assert len(weights.about["data_sha256"]) == 64
