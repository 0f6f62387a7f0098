"""The first account's password is told once, and to nobody who only reads logs."""

import stat
from pathlib import Path
from typing import Any

import pytest

from cli.servers.banner import first_user
from desk.accounts.first_password import FirstPassword
from desk.accounts.users import FIRST_USER, WrongPassword
from desk.app import Desk

PASSWORD = "a password made at the start"


@pytest.fixture
def kept(desk: Desk, tmp_path: Path) -> Path:
    file = tmp_path / "var" / "first-password"
    desk.first_password = FirstPassword(file)
    return file


def test_without_a_terminal_it_lies_in_a_file_of_its_own(desk: Desk, kept: Path) -> None:
    told = first_user(desk, PASSWORD)
    assert PASSWORD not in told
    assert str(kept) in told
    assert kept.read_text() == PASSWORD + "\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_terminal_reads_it_and_no_file_is_made(
    desk: Desk, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert PASSWORD in first_user(desk, PASSWORD)
    assert not kept.exists()


def test_a_file_that_another_laid_there_is_not_written_into(desk: Desk, kept: Path) -> None:
    kept.parent.mkdir()
    seen = kept.parent / "anybody-reads-this"
    kept.symlink_to(seen)
    first_user(desk, PASSWORD)
    assert not seen.exists()
    assert not kept.is_symlink()


async def test_it_goes_at_the_first_log_in_and_not_before(desk: Desk, kept: Path, clock: Any) -> None:
    assert await desk.ensure_first_user(PASSWORD)
    first_user(desk, PASSWORD)
    with pytest.raises(WrongPassword):
        await desk.log_in(FIRST_USER, "a guess")
    assert kept.exists()
    await desk.log_in(FIRST_USER, PASSWORD)
    assert not kept.exists()
