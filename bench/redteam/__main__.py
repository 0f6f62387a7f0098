"""`make redteam`: play every named attack against a fresh house and print each with its answer."""

import asyncio
import io
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.base.logs import set_up
from bench.redteam import citizens, confidence, doors, staff  # noqa: F401  they register their attacks
from bench.redteam.attack import ATTACKS, Answer
from bench.redteam.world import opened


async def play(folder: Path) -> dict[str, Answer]:
    """Each attack's answer; one that breaks the house did not hold."""
    answers: dict[str, Answer] = {}
    async with opened(folder) as world:
        for name, attack in ATTACKS.items():
            try:
                answers[name] = await attack(world)
            except Exception as fault:  # noqa: BLE001  an attack that breaks something is a finding
                answers[name] = Answer(False, f"{type(fault).__name__}: {fault}")
    return answers


def main() -> int:
    """0 if every attack was held off."""
    set_up(io.StringIO())
    with tempfile.TemporaryDirectory() as folder:
        answers = asyncio.run(play(Path(folder)))
    table = Table("", "attack", "", "answer")
    for number, (name, answer) in enumerate(answers.items(), start=1):
        table.add_row(str(number), name, "held" if answer.held else "[red]BROKEN[/]", answer.said[:70])
    Console(width=140).print(table)
    broken = sum(not answer.held for answer in answers.values())
    print(f"{len(answers)} attacks, {broken} not held.")
    return int(broken > 0)


if __name__ == "__main__":
    raise SystemExit(main())
