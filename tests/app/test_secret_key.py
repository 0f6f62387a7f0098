"""The installation's secret: one, whole, and nobody else's to read."""

import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from app.base.settings import BadSettings
from app.privacy.secret_key import open_keyring
from storage.db.keyring import KeyRing


def seal(folder: str) -> bytes:
    return open_keyring(None, Path(folder) / "var" / "secret.key").encrypt(b"said")


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("forkserver")) as processes:
        sealed = list(processes.map(seal, [str(tmp_path)] * 8))
    ring = open_keyring(None, tmp_path / "var" / "secret.key")
    assert [ring.decrypt(one) for one in sealed] == [b"said"] * 8


def test_the_file_is_its_owners_and_no_draft_is_left(tmp_path: Path) -> None:
    open_keyring(None, tmp_path / "secret.key")
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_stays_the_same(tmp_path: Path) -> None:
    sealed = open_keyring(None, tmp_path / "secret.key").encrypt(b"said")
    assert open_keyring(None, tmp_path / "secret.key").decrypt(sealed) == b"said"


@pytest.mark.parametrize("content", [b"", b"\n", "密".encode()])
def test_a_damaged_file_is_not_replaced_by_a_new_secret(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    with pytest.raises(BadSettings, match="put the one back"):
        open_keyring(None, file)
    assert file.read_bytes() == content


def test_a_given_secret_needs_no_file(tmp_path: Path) -> None:
    old = KeyRing(["old"]).encrypt(b"said")
    ring = open_keyring("a new secret of 24 signs and more, old", tmp_path / "secret.key")
    assert ring.decrypt(old) == b"said"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["a", "x" * 23, "short, a new secret of 24 signs and more"])
def test_a_secret_that_can_be_guessed_seals_nothing(tmp_path: Path, given: str) -> None:
    with pytest.raises(BadSettings, match="24 characters or more"):
        open_keyring(given, tmp_path / "secret.key")


def test_a_setting_of_commas_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="JIESU_SECRET_KEY"):
        open_keyring(" , ", tmp_path / "secret.key")
