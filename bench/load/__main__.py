"""`make bench`: what a durable turn costs, beside what it could cost at the least, all in one run.

    python -m bench.load [--rounds 7] [--conversations 8] [--seconds 10] [--json FILE]

The sides take turns, so that whatever else the machine does hits all of them. What counts is the server
process's CPU per message (wall time counts the neighbours too) and the ratio to the anchors.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.crash.servers import Servers, servers
from bench.load import sides, talk
from bench.load.commits import commits
from bench.load.sides import Side
from bench.load.talk import Talk

ANCHOR = "aiogram"


@dataclass(slots=True)
class Runner:
    """A side, what is said to it, and its CPU seconds per message, one figure a round."""

    side: Side
    talk: Talk
    cost: list[float] = field(default_factory=list)

    async def round(self, conversations: int) -> int:
        before = self.side.cpu()
        heard = await talk.one_by_one(self.side.port, self.talk, conversations)
        await asyncio.sleep(0.1)  # what is done after the answer counts too
        self.cost.append((self.side.cpu() - before) / len(heard.turns))
        return heard.wrong


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="jiesu-bench-") as folder, servers() as up:
        report = asyncio.run(_measure(Path(folder), up, options))
    _show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False), "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.load")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--conversations", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


async def _measure(folder: Path, up: Servers, options: argparse.Namespace) -> dict[str, Any]:
    started = _start(folder, up)
    try:
        for runner in started.values():
            await sides.ready(runner.side)
            await runner.round(3)
            runner.cost.clear()
        report = await _costs(started, up, options)
        for name in ("jiesu, SQLite", "jiesu, PostgreSQL + Redis"):
            report["load"][name] = await _load(started[name], options.seconds)
    finally:
        for runner in started.values():
            runner.side.stop()
    return report


def _start(folder: Path, up: Servers) -> dict[str, Runner]:
    sqlite = sides.ours("sqlite", folder / "sqlite", f"sqlite:///{folder}/sqlite/jiesu.db", None)
    postgresql = sides.ours("postgresql", folder / "pg", up.new_database("bench"), up.redis_url)
    return {
        "bare FastAPI": Runner(_anchor("fastapi", folder, up, "uvloop"), talk.form),
        ANCHOR: Runner(_anchor("aiogram", folder, up, "asyncio"), talk.form),
        "aiogram, uvloop": Runner(_anchor("aiogram", folder, up, "uvloop"), talk.form),
        "jiesu, SQLite": Runner(sqlite, talk.complaint),
        "jiesu, PostgreSQL + Redis": Runner(postgresql, talk.complaint),
        "the same, Telegram": Runner(postgresql, talk.update),
    }


def _anchor(kind: str, folder: Path, up: Servers, loop: str) -> Side:
    return sides.anchor(kind, kind, folder / f"{kind}-{loop}", up.redis_url, loop)


async def _costs(started: dict[str, Runner], up: Servers, options: argparse.Namespace) -> dict[str, Any]:
    bare, wrong = [], dict.fromkeys(started, 0)
    for _ in range(options.rounds):
        bare.append(await commits(up.postgresql_url, 40))
        for name, runner in started.items():
            wrong[name] += await runner.round(options.conversations)
    cost = {"one PostgreSQL commit": [cpu for cpu, _ in bare]}
    cost |= {name: runner.cost for name, runner in started.items()}
    return {
        "cpu_ms": {name: _ms(found) for name, found in cost.items()},
        "ratio": {name: _ratio(found, started[ANCHOR].cost) for name, found in cost.items()},
        "wrong": wrong,
        "load": {},
    }


def _ms(found: Sequence[float]) -> dict[str, float]:
    return {"median": round(median(found) * 1000, 3), "best": round(min(found) * 1000, 3)}


def _ratio(found: Sequence[float], anchor: Sequence[float]) -> float:
    """Round by round, since neighbours of one round troubled both."""
    return round(median(ours / theirs for ours, theirs in zip(found, anchor, strict=True)), 2)


async def _load(runner: Runner, seconds: float) -> dict[str, Any]:
    full, rate = await talk.at_once(runner.side.port, runner.talk, 16, seconds)
    half = await talk.at_a_rate(runner.side.port, runner.talk, rate / 2, seconds)
    return {
        "turns_a_second": round(rate, 1),
        "full": _waits(full),
        "half": _waits(half),
        "wrong": full.wrong + half.wrong,
    }


def _waits(heard: talk.Heard) -> dict[str, float]:
    return {
        "turn_p50": _at(heard.turns, 50),
        "turn_p99": _at(heard.turns, 99),
        "whole_p50": _at(heard.whole, 50),
        "whole_p99": _at(heard.whole, 99),
    }


def _at(found: Sequence[float], percent: int) -> float:
    """Milliseconds."""
    return round(quantiles(found, n=100, method="inclusive")[percent - 1] * 1000, 1)


def _show(report: dict[str, Any]) -> None:
    print(f"{'server CPU per message':<28}{'median':>9}{'best':>9}   x {ANCHOR}")
    for name, cost in report["cpu_ms"].items():
        ratio = report["ratio"][name]
        print(f"{name:<28}{cost['median']:>6.2f} ms{cost['best']:>6.2f} ms   {ratio:.2f}")
    for name, found in report["load"].items():
        print(f"\n{name}: {found['turns_a_second']} turns a second with 16 citizens at once")
        for load in ("full", "half"):
            waits = "  ".join(f"{key.replace('_', ' ')} {value:.1f} ms" for key, value in found[load].items())
            print(f"  {load} load: {waits}")
    wrong = sum(report["wrong"].values()) + sum(found["wrong"] for found in report["load"].values())
    print(f"\nconversations that did not end as promised: {wrong}")


if __name__ == "__main__":
    main()
