"""A goal and what was measured for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Goal:
    """`figure` shall be at least `wanted`, or at most where `at_most`; without `wanted` it only informs."""

    what: str
    wanted: float | None
    figure: float
    unit: str = ""
    at_most: bool = False

    @property
    def reached(self) -> bool:
        """Whether it is; what has no goal is not missed."""
        if self.wanted is None:
            return True
        return self.figure <= self.wanted if self.at_most else self.figure >= self.wanted

    @property
    def verdict(self) -> str:
        """One word for the table."""
        if self.wanted is None:
            return ""
        return "reached" if self.reached else "missed"


def show(parts: Iterable[tuple[str, Iterable[Goal]]], console: Console | None = None) -> None:
    """One table on the terminal, the parts one under the other."""
    table = Table("goal", "wanted", "measured", "")
    for title, goals in parts:
        table.add_section()
        table.add_row(f"[bold]{title}", "", "", "")
        for goal in goals:
            sign = "≤" if goal.at_most else "≥"
            wanted = "" if goal.wanted is None else f"{sign} {goal.wanted:g}{goal.unit}"
            table.add_row(goal.what, wanted, f"{goal.figure:.4g}{goal.unit}", goal.verdict)
    (console or Console()).print(table)
