"""Twenty real deaths, on both storages: nothing lost, nothing doubled. `make crash` runs hundreds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-m", "bench.crash"]
SMALL = ["--conversations", "12", "--kills", "20", "--lease", "6"]
"""Deaths crowd in few conversations, and what a dead worker held is soon free again: little is waited for."""


@pytest.mark.timeout(1500)  # a good minute alone on the machine; it is not always alone
def test_twenty_kills_lose_and_double_nothing() -> None:
    run = subprocess.run(  # noqa: S603  ourselves
        [*RUN, *SMALL, "--backend", "de-duplicates", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1480,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    told = json.loads(run.stdout)
    assert told["broken"] == [], "\n".join(told["tables"]) + run.stderr
    assert told["kills"] >= 20
