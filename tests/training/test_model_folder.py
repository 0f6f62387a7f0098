"""A hostile or damaged folder: one plain sentence, and nothing in it is run."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from intake.understand.categories.model.files import KINDS, BadModel, _sum, load
from intake.understand.categories.model.linear import open_model

Break = Callable[[Path], Any]


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("/tmp/never-run-by-jiesu"),)  # noqa: S108


def _head(**changes: Any) -> Break:
    def change(folder: Path) -> None:
        head = json.loads((folder / "model.json").read_text("utf-8"))
        (folder / "model.json").write_text(json.dumps(head | changes), "utf-8")

    return change


def _numbers(name: str, value: Any) -> Break:
    """Other numbers, with a sum that fits: as somebody does it who means it."""

    def change(folder: Path) -> None:
        file = folder / f"{name}.npy"
        file.unlink()
        if isinstance(value, bytes):
            file.write_bytes(value)
        else:
            np.save(file, value, allow_pickle=True)
        head = json.loads((folder / "model.json").read_text("utf-8"))
        head["sha256"][name] = _sum(file)
        (folder / "model.json").write_text(json.dumps(head), "utf-8")

    return change


def _cut(folder: Path) -> None:
    whole = (folder / "svm.npy").read_bytes()
    (folder / "svm.npy").write_bytes(whole[:-1])


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (shutil.rmtree, "holds no model"),
        (lambda folder: (folder / "model.json").write_text("{"), "not JSON"),
        (lambda folder: (folder / "model.json").write_text("[" * 100_000), "not JSON"),
        (lambda folder: (folder / "model.json").write_bytes(b"\xff"), "not JSON"),
        (lambda folder: (folder / "model.json").write_text("[]"), "not a model's"),
        (lambda folder: (folder / "model.json").write_text(" " * 1_000_001), "too large"),
        (lambda folder: (folder / "nb.npy").unlink(), "nb.npy is missing"),
        (_cut, "not the file the model was saved with"),
        (_head(shape=99), "another release"),
        (_head(labels=["a"]), "labels"),
        (_head(labels=["a", "a", "b"]), "labels"),
        (_head(labels="abc"), "labels"),
        (_head(sizes=[-1]), "sizes"),
        (_head(sizes=[10**30, 1]), "sizes"),
        (_head(sizes=[1, 2]), "another shape"),
        (_head(thresholds="high"), "threshold"),
        (_head(thresholds=[0.5]), "threshold"),
        (_head(thresholds=[float("nan"), 0.5]), "threshold"),
        (_head(sha256=None), "not the file"),
        (_numbers("stack", pickle.dumps(_Bomb())), "not a file of numbers"),
        (_numbers("stack", np.array([_Bomb()], dtype=object)), "not a file of numbers"),
        (_numbers("stack", b""), "not a file of numbers"),
        (_numbers("stack", b"PK\x05\x06" + bytes(18)), "not a file of numbers"),
        (_numbers("stack", np.zeros((7, 3), dtype="<f4")), "another kind"),
        (_numbers("stack", np.zeros((2, 2), dtype="<f8")), "another shape"),
        (_numbers("stack", np.full((7, 3), np.nan)), "no number"),
    ],
)
def test_a_damaged_folder_is_one_sentence(folder: Path, tmp_path: Path, damage: Break, says: str) -> None:
    mine = tmp_path / "model"
    shutil.copytree(folder, mine)
    damage(mine)
    with pytest.raises(BadModel, match=says) as fault:
        open_model(mine)
    assert "\n" not in str(fault.value)
    assert not Path("/tmp/never-run-by-jiesu").exists()  # noqa: S108


def test_runs_out_of_order_are_refused(folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "model"
    shutil.copytree(folder, mine)
    keys = load(folder).numbers["keys"]
    _numbers("keys", keys[::-1].copy())(mine)
    with pytest.raises(BadModel, match="not in order"):
        open_model(mine)


def test_every_file_belongs_to_the_sum(folder: Path) -> None:
    assert {file.stem for file in folder.glob("*.npy")} == set(KINDS)
    assert load(folder).bytes == sum(file.stat().st_size for file in folder.glob("*.npy"))
