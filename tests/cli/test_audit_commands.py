"""`jiesu audit`: a line of the history kept elsewhere, and a database that does not fit it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from app.base.settings import read_settings
from app.bootstrap.resources import open_storage
from desk.db.tables import anchors
from desk.history import journal
from tests.cli.conftest import Run

LONG_AGO = datetime(2023, 4, 26, 1, 30, tzinfo=UTC)


async def _write(*names: str) -> None:
    async with open_storage(read_settings()) as database, database.write() as tx:
        for number, name in enumerate(names):
            await journal.write(tx, name, "log_in", "", LONG_AGO + timedelta(minutes=number))


async def _without_anchors() -> None:
    async with open_storage(read_settings()) as database, database.write() as tx:
        await tx.execute(delete(anchors))


@pytest.fixture
def kept(jiesu: Run, here: Path) -> Path:
    """Two anchors' lines in a file."""
    jiesu("migrate")
    file = here / "kept.txt"
    for names in (("wang", "li"), ("sun",)):
        asyncio.run(_write(*names))
        with file.open("a") as lines:
            lines.write(jiesu("audit", "anchor").out)
    return file


def test_nothing_is_no_anchor(jiesu: Run, here: Path) -> None:
    jiesu("migrate")
    said = jiesu("audit", "anchor")
    assert (said.status, said.out) == (1, "")
    assert "nothing to anchor" in said.err


def test_one_line_says_how_much_is_covered(jiesu: Run, kept: Path) -> None:
    first, second = kept.read_text().splitlines()
    assert first.startswith("anchor=1 at=")
    assert " events=0 lines=2 seal=" in first
    assert " events=0 lines=3 seal=" in second
    assert jiesu("audit", "anchor").out == second + "\n", "nothing came since"


def test_what_was_kept_stands(jiesu: Run, kept: Path) -> None:
    assert jiesu("audit", "verify", "--expect", str(kept)).status == 0
    seal = kept.read_text().split("seal=")[-1].strip()
    assert jiesu("audit", "verify", "--expect", seal).status == 0


def test_what_was_kept_and_is_gone_is_told(jiesu: Run, kept: Path) -> None:
    asyncio.run(_without_anchors())
    assert jiesu("audit", "verify").status == 0, "from inside nothing is to be seen"
    said = jiesu("audit", "verify", "--expect", str(kept))
    assert said.status == 1
    assert "older data" in said.out


@pytest.mark.parametrize("content", ["", "nothing\n", "anchor=1 seal=12\n", None])
def test_where_nothing_can_be_compared_nothing_passes(jiesu: Run, kept: Path, content: str | None) -> None:
    kept.unlink() if content is None else kept.write_text(content)
    said = jiesu("audit", "verify", "--expect", str(kept))
    assert said.status not in (0, None)
    assert "no file of lines" in said.err
