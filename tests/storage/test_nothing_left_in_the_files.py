"""What was erased is in no file of SQLite's: not in the file, the log beside it, or free pages."""

import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from intake.model.conversation import Conversation
from intake.model.messages import Address, Reply
from intake.model.ticket import Draft
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.db.migrate import upgrade
from storage.db.tables import conversations as rows
from storage.messages import attachments, conversations, inbox
from storage.privacy import erasure
from storage.privacy.erasure import Erasure

PIECE = 48
"""Bytes of a sealed value: long enough to be found nowhere by chance, short enough to lie in one page."""


def on_disk(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


def left_of(sealed: bytes, file: Path) -> int:
    held = on_disk(file)
    return sum(sealed[at : at + PIECE] in held for at in range(0, len(sealed) - PIECE, PIECE))


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
async def sqlite(sqlite_url: str, keyring: KeyRing) -> AsyncIterator[Database]:
    async with Database.open(sqlite_url, keyring) as opened:
        yield opened


async def told(database: Database, citizen: Address, now: datetime, words: str) -> tuple[int, bytes]:
    """A citizen with these words in a draft; their conversation's number, and the row's sealed bytes."""
    async with database.write() as tx:
        stored = await conversations.lock(tx, citizen, now)
        draft = Draft(content=words)
        await conversations.save(tx, stored.id, Conversation(draft=draft, draft_at=now), now)
        await inbox.record(tx, citizen.channel, "m1", stored.id, (Reply(words),), now)
        sealed = (await tx.execute(select(rows.c.state_sealed).where(rows.c.id == stored.id))).scalar_one()
    return stored.id, sealed


async def erased(database: Database, number: int, now: datetime) -> None:
    async with database.write() as tx:
        await erasure.note(tx, Erasure(now, "citizen", number, {}))
        await conversations.forget(tx, number, now)


@pytest.mark.parametrize("words", ["井盖坏了" * 3, "井盖坏了" * 3000], ids=["short", "over several pages"])
async def test_erased_words_are_gone_at_once_while_the_database_stays_open(
    sqlite: Database, sqlite_url: str, citizen: Address, now: datetime, words: str
) -> None:
    number, sealed = await told(sqlite, citizen, now, words)
    assert left_of(sealed, file_of(sqlite_url)) > 0, "we look at the right bytes"
    await erased(sqlite, number, now)
    assert left_of(sealed, file_of(sqlite_url)) == 0


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[None]:
    async with database.read() as tx:
        await tx.execute(select(rows.c.id))
        yield


async def test_a_reader_in_the_middle_of_something_holds_nobody_up_and_the_next_write_ends_it(
    sqlite: Database, sqlite_url: str, citizen: Address, now: datetime
) -> None:
    number, sealed = await told(sqlite, citizen, now, "井盖坏了")
    async with reading(sqlite):
        await erased(sqlite, number, now)
    async with sqlite.write() as tx:
        await attachments.unfiled(tx, number)
    assert left_of(sealed, file_of(sqlite_url)) == 0


async def test_after_a_close_nothing_lies_beside_the_file(
    sqlite_url: str, keyring: KeyRing, citizen: Address, now: datetime
) -> None:
    async with Database.open(sqlite_url, keyring) as database:
        number, sealed = await told(database, citizen, now, "井盖坏了" * 3000)
        async with database.write() as tx:
            await conversations.forget(tx, number, now)
    file = file_of(sqlite_url)
    assert [path.name for path in file.parent.glob(f"{file.name}*")] == [file.name]
    assert left_of(sealed, file) == 0


# --- and nobody else may open them


@pytest.fixture(params=[0o000, 0o022], ids=oct)
def umask(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    found = [folder, *folder.rglob("*")]
    return [str(path.relative_to(folder)) for path in found if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.usefixtures("umask")
async def test_a_database_is_made_for_its_own_account_only(
    tmp_path: Path, keyring: KeyRing, citizen: Address, now: datetime
) -> None:
    url = f"sqlite:///{tmp_path / 'deep' / 'var' / 'jiesu.db'}"
    await upgrade(url)
    async with Database.open(url, keyring) as database:
        await told(database, citizen, now, "井盖坏了")
        assert len(list((tmp_path / "deep" / "var").iterdir())) == 3, "the log and its index lie beside it"
        assert open_to_others(tmp_path / "deep") == []


async def test_one_that_an_earlier_release_left_open_is_closed_to_others(
    sqlite_url: str, keyring: KeyRing, citizen: Address, now: datetime
) -> None:
    file = file_of(sqlite_url)
    file.chmod(0o644)
    async with Database.open(sqlite_url, keyring) as database:
        await told(database, citizen, now, "井盖坏了")
        assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.glob(f"{file.name}*")} == {0o600}
