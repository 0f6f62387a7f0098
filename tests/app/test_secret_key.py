"""The installation's secret: one, whole, and nobody else's to read."""

import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from app.base.settings import BadSettings
from app.privacy.secret_key import open_keyring


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
    old = open_keyring("old", tmp_path / "secret.key").encrypt(b"said")
    assert open_keyring("new, old", tmp_path / "secret.key").decrypt(old) == b"said"
    assert list(tmp_path.iterdir()) == []


def test_a_setting_of_commas_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="JIESU_SECRET_KEY"):
        open_keyring(" , ", tmp_path / "secret.key")
