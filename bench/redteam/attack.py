"""An attack has a name; what came of it is whether the house held, and what it answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.redteam.world import World


@dataclass(frozen=True, slots=True)
class Answer:
    """`said` is one line for the table."""

    held: bool
    said: str


Attack = Callable[["World"], Awaitable[Answer]]
ATTACKS: dict[str, Attack] = {}
"""By name, in the order in which they are played."""


def attack(name: str) -> Callable[[Attack], Attack]:
    """Register an attack under its name."""

    def register(played: Attack) -> Attack:
        assert name not in ATTACKS, name
        ATTACKS[name] = played
        return played

    return register


def status(got: int, *wanted: int) -> Answer:
    """Held if the answer's status is one of these."""
    return Answer(got in wanted, f"HTTP {got}")
