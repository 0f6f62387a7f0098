"""`make check`: everything CI runs, each part with its outcome and its seconds.

The tests wait for servers and processes; what computes alone (types, the layers) runs beside them meanwhile.
No part is left out because another failed.
"""

import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Part:
    """A command; what it prints is `shown` while it runs, or else when it has ended."""

    name: str
    command: Sequence[str]
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`cpu` is the seconds all its processes computed; servers that left the family are not in."""

    name: str
    status: int
    wall: float
    cpu: float
    said: str = ""


def beside() -> tuple[Part, ...]:
    """What runs beside the tests, one after the other."""
    bill = ("requirements", "requirements.lock", "--of", "JSON", "-o", "var/sbom.json")
    return (
        Part("format", (str(BIN / "ruff"), "format", "--check", ".")),
        Part("lint", (str(BIN / "ruff"), "check", ".")),
        Part("contracts", (str(BIN / "lint-imports"),)),
        Part("types", (str(BIN / "mypy"),)),
        Part("bill of materials", (str(BIN / "cyclonedx-py"), *bill)),
        Part("known holes", (str(BIN / "python"), "-m", "bench.audit", "--lenient")),
    )


def tests(at: str, arguments: Sequence[str]) -> Part:
    """All of them: `arguments` are `make test`'s; `at`: see `bench.moved_clock`, "" is the true time."""
    python = str(BIN / "python")
    clock = (python, "-m", "bench.moved_clock", at) if at else ()
    return Part("tests", (*clock, python, "-m", "pytest", *arguments), shown=True)


def run(part: Part) -> Outcome:
    begun, out = monotonic(), None if part.shown else subprocess.PIPE
    with subprocess.Popen(part.command, cwd=ROOT, stdout=out, stderr=out and subprocess.STDOUT) as process:
        said = process.stdout.read().decode(errors="replace") if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    return Outcome(part.name, process.returncode, monotonic() - begun, cpu, said.strip())


def closing(outcomes: Collection[Outcome]) -> tuple[int, str]:
    """The exit status, and the last line."""
    failed = [one.name for one in outcomes if one.status]
    return (1, f"Failed: {', '.join(failed)}.") if failed else (0, "All parts passed.")


def table(outcomes: Collection[Outcome], wall: float) -> Table:
    """A line a part, in the order in which they began."""
    made = Table("part", "", "seconds", "of CPU", "says")
    for one in outcomes:
        says = one.said.splitlines()[-1][:80] if one.said else ""
        made.add_row(one.name, "failed" if one.status else "ok", f"{one.wall:.0f}", f"{one.cpu:.0f}", says)
    made.add_row("together", "", f"{wall:.0f}", f"{sum(one.cpu for one in outcomes):.0f}")
    return made


def main() -> int:
    """0 if every part passed, else 1."""
    begun = monotonic()
    (ROOT / "var").mkdir(exist_ok=True)
    with ThreadPoolExecutor(1) as thread:
        others = thread.submit(lambda: [run(part) for part in beside()])
        tested = run(tests(sys.argv[1], sys.argv[2:]))
        outcomes = [*others.result(), tested]
    for one in outcomes:
        if one.status and one.said:
            print(f"--- {one.name}\n{one.said}")
    Console(width=140).print(table(outcomes, monotonic() - begun))
    status, sentence = closing(outcomes)
    print(sentence)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
