"""The Chinese manuals: what they name is there, as it is called on the screen and on the command line."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from cli.main import app

ROOT = Path(__file__).parents[2]
MANUALS = sorted((ROOT / "docs/manuals").glob("*.md"))
PHRASES = tomllib.loads((ROOT / "desk/phrases/zh.toml").read_text())


def words() -> set[str]:
    return {text for section in PHRASES.values() for text in section.values()}


def headings(page: Path) -> set[str]:
    return {line.lstrip("#").strip() for line in page.read_text().splitlines() if line.startswith("#")}


def commands() -> set[str]:
    group = typer.main.get_command(app)
    found = set()
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found |= {name} | {f"{name} {under}" for under in getattr(command, "commands", {})}
    return found


@pytest.mark.parametrize("page", MANUALS, ids=lambda page: page.stem)
def test_every_link_of_a_manual_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        if path.startswith("https:"):
            continue
        assert (page.parent / path).exists(), target
        assert not anchor or anchor in headings(page.parent / path), target


@pytest.mark.parametrize("page", MANUALS, ids=lambda page: page.stem)
def test_every_command_of_a_manual_is_there(page: Path) -> None:
    known = commands()
    for first, second in re.findall(r"jiesu ([a-z]+)(?: ([a-z]+))?", page.read_text()):
        assert first in known, first
        assert not any(name.startswith(f"{first} ") for name in known) or f"{first} {second}" in known, second


def pressed(page: Path) -> set[str]:
    """What follows 点 in quotes, and the second column of the tables that say 点什么."""
    text = page.read_text()
    found = set(re.findall(r"点“([^”]+)”", text))
    for table in re.findall(r"^\|[^|\n]+\| 点什么 \|.*\n\|.*\n((?:\|.*\n)+)", text, re.MULTILINE):
        found |= {re.split("[，、]", row.split("|")[2])[0].strip() for row in table.splitlines()}
    return found


@pytest.mark.parametrize(("name", "at_least"), [("clerks", 8), ("units", 6), ("leaders", 1)])
def test_what_a_manual_tells_to_press_is_called_so(name: str, at_least: int) -> None:
    buttons = pressed(ROOT / f"docs/manuals/{name}.md")
    assert len(buttons) >= at_least
    assert buttons - words() == set()


def test_every_variable_a_manual_names_is_a_setting() -> None:
    known = (ROOT / "README.en.md").read_text() + (ROOT / "docs/operations.md").read_text()
    for page in MANUALS:
        for name in re.findall(r"JIESU_[A-Z_]*[A-Z]", page.read_text()):
            assert name in known or name in (ROOT / "deploy/backup.sh").read_text(), (page.name, name)
