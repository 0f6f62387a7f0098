"""`make security`: each check by name with what it says; what cannot be asked here is told, not passed.

Findings that stay open stand in `docs/asvs.md` with their reason. A check that could not be asked is open
too: it needs its reason, given as `NOT_ASKED_BECAUSE="…"` by who runs this where there is no way out, and
printed beside it. A finding cannot be talked away like that.
"""

import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NOT_ASKED = 3
CODE = ("app", "bots", "cli", "desk", "hotline", "intake", "playground", "storage", "training", "webhooks")


@dataclass(frozen=True, slots=True)
class Check:
    """A command; one that `may_be_unasked` says by status 3 that it could not ask."""

    name: str
    command: Sequence[str]
    may_be_unasked: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`verdict` is ok, FOUND or NOT ASKED."""

    name: str
    verdict: str
    says: str
    seconds: float = 0.0


def fuzzers() -> tuple[str, ...]:
    """Every file of the tests that is one by its name, and the one that talks at random."""
    named = (str(path.relative_to(ROOT)) for path in ROOT.glob("tests/**/test_*_fuzz.py"))
    return (*sorted(named), "tests/intake/dialog/test_any_chat.py")


def checks() -> tuple[Check, ...]:
    """All of them, the quick ones first."""
    test = (str(BIN / "pytest"), "-q", "-p", "no:cacheprovider")
    return (
        Check("ruff S (bandit's rules)", (str(BIN / "ruff"), "check", "--select", "S", *CODE)),
        Check("known holes of what we depend on", (sys.executable, "-m", "bench.audit"), may_be_unasked=True),
        Check("wrong role on every path", (*test, "tests/desk/pages/test_pages_matrix.py")),
        Check("nothing personal in clear", (*test, "tests/security/test_in_clear.py")),
        Check("red team", (sys.executable, "-m", "bench.redteam")),
        Check(
            "schemathesis: every path as each role, and the contract", (sys.executable, "-m", "bench.openapi")
        ),
        Check("fuzzers", (*test, *fuzzers())),
    )


def run(check: Check, seconds: int) -> Outcome:
    """Run it; its last line is what it says."""
    environment, begun = os.environ | {"FUZZ_SECONDS": str(seconds)}, monotonic()
    done = subprocess.run(check.command, capture_output=True, text=True, env=environment, check=False)
    said = (done.stdout + done.stderr).strip()
    last = said.splitlines()[-1][:90] if said else ""
    verdict = _verdict(check, done.returncode)
    if verdict == "FOUND":
        print(said[-4000:], file=sys.stderr)
    return Outcome(check.name, verdict, last, monotonic() - begun)


def _verdict(check: Check, status: int) -> str:
    if status == 0:
        return "ok"
    return "NOT ASKED" if check.may_be_unasked and status == NOT_ASKED else "FOUND"


def closing(outcomes: Collection[Outcome], because: str) -> tuple[int, str]:
    """The exit status, and the sentence an operator reads last."""
    found = [one.name for one in outcomes if one.verdict == "FOUND"]
    unasked = [one.name for one in outcomes if one.verdict == "NOT ASKED"]
    if found:
        return 1, f"{len(found)} findings open: {', '.join(found)}."
    if unasked and not because:
        return 2, (
            f"0 findings, but NOT ASKED, and so not passed: {', '.join(unasked)}. Run it where it can be "
            'asked, or give the reason: NOT_ASKED_BECAUSE="…" make security.'
        )
    if unasked:
        return (
            0,
            f"0 findings open. NOT ASKED, and so not shown: {', '.join(unasked)}. Reason given: {because}",
        )
    return 0, "0 findings open."


def main() -> int:
    """0 if nothing is open without its reason, 1 if something was found, 2 if something was not asked."""
    seconds = int(os.environ.get("FUZZ_SECONDS", "120"))
    outcomes = []
    for check in checks():
        print(f"{check.name} …", file=sys.stderr, flush=True)
        outcomes.append(run(check, seconds))
        print(f"  {outcomes[-1].verdict}, {outcomes[-1].seconds:.0f} s", file=sys.stderr, flush=True)
    table = Table("check", "", "says")
    for outcome in outcomes:
        table.add_row(outcome.name, outcome.verdict, outcome.says)
    Console(width=140).print(table)
    status, sentence = closing(outcomes, os.environ.get("NOT_ASKED_BECAUSE", "").strip())
    print(sentence)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
