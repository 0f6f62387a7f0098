"""`make security`: each check by name with what it says; what cannot be asked here is told, not passed.

Findings that stay open stand in `docs/asvs.md` with their reason.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

BIN = Path(sys.executable).parent
NOT_ASKED = 3
CODE = ("app", "bots", "cli", "desk", "hotline", "intake", "playground", "storage", "training", "webhooks")


@dataclass(frozen=True, slots=True)
class Check:
    """A command; status 3 says that it could not ask."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`verdict` is ok, FOUND or NOT ASKED."""

    name: str
    verdict: str
    says: str


def checks() -> tuple[Check, ...]:
    """All of them, the quick ones first."""
    test = (str(BIN / "pytest"), "-q", "-p", "no:cacheprovider")
    fuzzers = (
        "tests/webhooks/wechat/test_wechat_fuzz.py",
        "tests/webhooks/wechat/test_wechat_service_fuzz.py",
        "tests/webhooks/telegram/test_telegram_service_fuzz.py",
    )
    return (
        Check("ruff S (bandit's rules)", (str(BIN / "ruff"), "check", "--select", "S", *CODE)),
        Check("known holes of what we depend on", (sys.executable, "-m", "bench.audit")),
        Check("wrong role on every path", (*test, "tests/desk/pages/test_pages_matrix.py")),
        Check("nothing personal in clear", (*test, "tests/security/test_in_clear.py")),
        Check("red team", (sys.executable, "-m", "bench.redteam")),
        Check("every path asked by schemathesis, as each role", (sys.executable, "-m", "bench.openapi")),
        Check("fuzzers", (*test, *fuzzers)),
    )


def run(check: Check, seconds: int) -> Outcome:
    """Run it; its last line is what it says."""
    environment = os.environ | {"FUZZ_SECONDS": str(seconds)}
    done = subprocess.run(check.command, capture_output=True, text=True, env=environment, check=False)
    said = (done.stdout + done.stderr).strip()
    last = said.splitlines()[-1][:90] if said else ""
    if done.returncode == 0:
        return Outcome(check.name, "ok", last)
    if done.returncode == NOT_ASKED:
        return Outcome(check.name, "NOT ASKED", last)
    print(said[-4000:], file=sys.stderr)
    return Outcome(check.name, "FOUND", last)


def main() -> int:
    """0 if nothing was found; 2 if something could not be asked; 1 if something was found."""
    seconds = int(os.environ.get("FUZZ_SECONDS", "120"))
    outcomes = []
    for check in checks():
        print(f"{check.name} …", file=sys.stderr, flush=True)
        outcomes.append(run(check, seconds))
    table = Table("check", "", "says")
    for outcome in outcomes:
        table.add_row(outcome.name, outcome.verdict, outcome.says)
    Console(width=140).print(table)
    verdicts = {outcome.verdict for outcome in outcomes}
    return 1 if "FOUND" in verdicts else 2 if "NOT ASKED" in verdicts else 0


if __name__ == "__main__":
    raise SystemExit(main())
