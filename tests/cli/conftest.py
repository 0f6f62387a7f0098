"""The command line as an operator types it, in a folder and an environment of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import main
from tests.processes import clean


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit status."""

    out: str
    err: str
    status: int


Run = Callable[..., Said]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of the surroundings, no `.env`, and a folder for `var/`."""
    for name in [name for name in os.environ if name.startswith("JIESU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def jiesu(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, as the entry point does."""

    def run(*words: str, **environment: str) -> Said:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["jiesu", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main.run()
        said = capsys.readouterr()
        status = end.value.code
        return Said(said.out, said.err, status if isinstance(status, int) else int(bool(status)))

    return run


@pytest.fixture
def process(here: Path) -> Run:
    """Run a command as a process of its own."""

    def run(*words: str, **environment: str) -> Said:
        done = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-c", "from cli.main import run; run()", *words],
            env=clean(environment),
            cwd=here,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return Said(done.stdout, done.stderr, done.returncode)

    return run
