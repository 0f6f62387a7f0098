"""A command that is forked to save its imports cannot be told from one that was started cold."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.processes import cold, forked

Said = tuple[int, str]


async def both(folder: Path, env: Mapping[str, str], *words: str) -> tuple[Said, Said]:
    """How the same command ends, started either way, and what it says."""
    ended = []
    for name, start in (("cold", cold), ("forked", forked)):
        async with start(folder / name, env, *words) as started:
            status = await started.process.wait()
        ended.append((status, started.log.read_text()))
    return ended[0], ended[1]


@pytest.mark.timeout(600)
async def test_a_fault_of_the_operators_has_the_same_sentence_and_status(tmp_path: Path) -> None:
    as_ever, quickly = await both(tmp_path, {}, "city", "check", "nowhere.toml")
    assert as_ever == quickly
    assert quickly[0] != 0
    assert "nowhere.toml" in quickly[1]


@pytest.mark.timeout(600)
async def test_settings_are_read_from_its_own_environment_and_folder(tmp_path: Path) -> None:
    async with forked(tmp_path / "1", {"JIESU_DATABASE_URL": "nonsense"}, "migrate") as wrong:
        assert await wrong.process.wait() == 1
    async with forked(tmp_path / "2", {}, "migrate") as right:
        assert await right.process.wait() == 0
    assert "JIESU_DATABASE_URL" in wrong.log.read_text()
    assert [file.name for file in (tmp_path / "2" / "var").glob("*.db")] == ["jiesu.db"]


@pytest.mark.timeout(600)
async def test_it_dies_of_its_own_signal_and_leaves_the_others_alone(tmp_path: Path) -> None:
    serve = ("serve", "--port", "0")
    async with forked(tmp_path / "1", {}, *serve) as one, forked(tmp_path / "2", {}, *serve) as other:
        one.process.send_signal(signal.SIGKILL)
        assert await one.process.wait() == -signal.SIGKILL
        assert other.process.returncode is None
        os.kill(other.process.pid, 0)
