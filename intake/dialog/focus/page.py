"""The table of the documentation, as the code has it: `python -m intake.dialog.focus.page`."""

from pathlib import Path

from intake.dialog.focus.table import TABLE
from intake.model.acts import Act, Focus

PAGE = Path(__file__).parents[3] / "docs" / "dialog.md"
START, END = "<!-- focus and acts: begin -->", "<!-- focus and acts: end -->"


def lines() -> str:
    """One row an act, one column a focus."""
    names = [focus.value.replace("_", " ") for focus in Focus]
    rows = [["act", *names], ["---"] * (len(names) + 1)]
    rows += [[act.value.replace("_", " "), *(TABLE[focus][act].value for focus in Focus)] for act in Act]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def written(page: str) -> str:
    """The page with today's table between its marks."""
    before, rest = page.split(START, 1)
    return f"{before}{START}\n\n{lines()}\n\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), encoding="utf-8")
