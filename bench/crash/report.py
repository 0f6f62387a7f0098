"""A run as a table for people, and what in it breaks a promise."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.crash.account import Line
from bench.crash.backend import Kind
from bench.crash.points import POINTS

if TYPE_CHECKING:
    from bench.crash.run import Outcome

_HEAD = ("what", "channel", "said", "acknowledged", "delivered", "lost", "doubled", "unexpected")


def table(outcome: "Outcome") -> str:
    """In Markdown."""
    order = outcome.order
    rows = [
        f"| {_what(line)} | {line.channel} | {line.attempted} | {line.acknowledged} | {line.delivered} "
        f"| {line.lost} | {line.doubled} | {line.unexpected} |"
        for line in outcome.lines
    ]
    kills = ", ".join(f"{name} {count}" for name, count in sorted(outcome.kills.items()))
    left = ", ".join(f"{where} {state} {count}" for where, state, count in outcome.left) or "nothing"
    missed = [point.name for point in POINTS if point.name not in outcome.kills]
    return "\n".join(
        [
            f"\n### {order.storage}, a backend that {_says(order.backend)}",
            _summary(outcome, left),
            f"| {' | '.join(_HEAD)} |",
            "| --- | --- |" + " ---: |" * 6,
            *rows,
            f"\nKills by point: {kills}." + (f" Not reached: {', '.join(missed)}." if missed else ""),
        ]
    )


def _summary(outcome: "Outcome", left: str) -> str:
    return (
        f"\n{outcome.conversations} conversations, {sum(outcome.kills.values())} kills, "
        f"{outcome.seconds:.0f} s. Citizens who had to repeat themselves: {outcome.said_again}; "
        f"who gave up: {len(outcome.gave_up)}. "
        f"Filings repeated: {outcome.repeated_posts}; tickets in surplus at the backend: "
        f"{outcome.tickets_in_surplus}; events in surplus: {outcome.events_in_surplus}. "
        f"Left in the outbox: {left}. Children that died of themselves: {outcome.faults}.\n"
    )


def broken(outcome: "Outcome") -> list[str]:
    """The promises of `docs/reliability.md` that this run did not keep."""
    where = f"{outcome.order.storage}, {outcome.order.backend}"
    return [f"{where}: {fault}" for fault in _faults(outcome)]


def _faults(outcome: "Outcome") -> Iterator[str]:
    for line in outcome.lines:
        yield from _miscounted(line, outcome.order.backend)
    if outcome.tickets_in_surplus and outcome.order.backend is not Kind.NEITHER:
        yield f"{outcome.tickets_in_surplus} tickets in surplus"
    for where in outcome.gave_up:
        yield f"a citizen gave up on {where}"
    if outcome.faults:
        yield f"{outcome.faults} children died of themselves"
    for where, state, count in outcome.left:
        if state in ("due", "buried"):
            yield f"{count} entries for {where} left {state}"


def _miscounted(line: Line, backend: Kind) -> Iterator[str]:
    exact = line.what in ("tickets", "dialog steps")
    may_double = backend is Kind.NEITHER and line.what == "tickets"
    if line.lost:
        yield f"{line.what} of {line.channel}: {line.lost} lost"
    if line.unexpected:
        yield f"{line.what} of {line.channel}: {line.unexpected} unexpected"
    if line.doubled and ((exact and not may_double) or line.what == "surveys"):
        yield f"{line.what} of {line.channel}: {line.doubled} doubled"


def _what(line: Line) -> str:
    return f"{line.what} ({line.unknown} unknown)" if line.what == "surveys" else line.what


def _says(kind: Kind) -> str:
    return {
        Kind.DEDUPLICATES: "de-duplicates on our key",
        Kind.CAN_BE_ASKED: "does not de-duplicate but can be asked",
        Kind.NEITHER: "can do neither",
    }[kind]
