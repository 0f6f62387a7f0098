"""A secret is replaced while the house works: nothing is lost, and the old one is needed no more."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from app.privacy import key_rotation
from intake.model.conversation import Conversation, Lookup
from intake.model.messages import Address, Reply
from intake.model.ticket import Draft, Ticket
from storage.db import reencrypt, tables
from storage.db.database import Database
from storage.db.keyring import KeyRing, Undecryptable
from storage.db.tables import metadata
from storage.files.folder import Folder
from storage.messages import conversations, inbox
from storage.surveys import phone_links
from storage.tickets import tickets

OLD, BOTH, NEW = (
    KeyRing(["a secret of the tests"]),
    KeyRing(["new", "a secret of the tests"]),
    KeyRing(["new"]),
)
CODE = "7K3M9Q"


async def sealed_again(database: Database) -> int:
    return sum([changed async for _, changed in reencrypt.seal_again(database, metadata)])


@pytest.fixture
async def filled(
    database: Database, citizen: Address, make_ticket: Callable[..., Ticket], now: datetime
) -> int:
    """Rows of several tables, more of one than fit into one step, under the first secret."""
    async with database.write() as tx:
        stored = await conversations.lock(tx, citizen, now)
        await conversations.save(
            tx, stored.id, Conversation(draft=Draft(content="暖气不热"), draft_at=now), now
        )
        for number in range(reencrypt.AT_ONCE + 5):
            await inbox.record(tx, citizen.channel, f"m{number}", stored.id, (Reply("好"),), now)
        await tickets.add(tx, make_ticket("WX2604"), stored.id, CODE, now)
    return stored.id


async def test_a_missing_secret_stops_it_and_changes_nothing(database_url: str, filled: int) -> None:
    stranger = Database.open(database_url, KeyRing(["new", "not the one"]))
    try:
        with pytest.raises(Undecryptable):
            await sealed_again(stranger)
    finally:
        await stranger.close()


async def test_what_a_turn_writes_meanwhile_is_kept(
    database_url: str, database: Database, filled: int, citizen: Address, now: datetime
) -> None:
    async with Database.open(database_url, BOTH) as both:
        async for _ in reencrypt.seal_again(both, metadata):
            async with both.write() as tx:  # before, between and after the steps
                later = Conversation(draft=Draft(content="水管也漏"), draft_at=now)
                await conversations.save(tx, filled, later, now)
        await sealed_again(both)
    async with Database.open(database_url, NEW) as new, new.read() as tx:
        found = await conversations.find(tx, citizen)
    assert found is not None
    assert found.conversation.draft is not None
    assert found.conversation.draft.content == "水管也漏"


async def test_afterwards_the_new_secret_alone_opens_everything(
    database_url: str, filled: int, citizen: Address, now: datetime
) -> None:
    async with Database.open(database_url, BOTH) as both:
        assert await sealed_again(both) > reencrypt.AT_ONCE
        assert await sealed_again(both) == 0, "a second run finds nothing to do"
    async with Database.open(database_url, NEW) as new, new.read() as tx:
        assert (await inbox.seen(tx, citizen.channel, "m104")) is not None
        assert len(await tickets.own(tx, filled)) == 1


async def taken_into_use(database_url: str, folder: Path) -> None:
    """What `jiesu keys rotate` does; twice, since it may be broken off and begun again."""
    async with Database.open(database_url, BOTH) as both:
        for _ in range(2):
            async for _ in key_rotation.rotate(both, Folder(folder, BOTH), with_desk=False):
                pass


async def test_a_code_nobody_told_yet_outlives_the_secret_it_was_hashed_with(
    database_url: str, filled: int, tmp_path: Path, now: datetime
) -> None:
    await taken_into_use(database_url, tmp_path)
    async with Database.open(database_url, NEW) as new:
        assert await key_rotation.codes_lost(new) == 0
        async with new.write() as tx:
            assert (await tickets.look_up(tx, "WX2604", "WRONG2", now))[0] is Lookup.WRONG
            assert (await tickets.look_up(tx, "WX2604", CODE, now))[0] is Lookup.FOUND
        async with new.write() as tx:  # told once, it is hashed with the newest key
            await tx.execute(delete(tables.retired_keys))
            assert (await tickets.look_up(tx, "WX2604", CODE, now))[0] is Lookup.FOUND


async def test_a_secret_taken_away_too_early_is_told_by_its_lost_codes(
    database_url: str, filled: int, now: datetime
) -> None:
    async with Database.open(database_url, NEW) as new:
        assert await key_rotation.codes_lost(new) == 1
        async with new.write() as tx:
            query = select(tables.tickets.c.query_code_hash)
            hashed = (await tx.execute(query)).scalar_one()
            assert not NEW.check_query_code(CODE, hashed)


async def test_a_bound_phone_leads_to_its_chat_under_the_new_secret_alone(
    database_url: str, database: Database, filled: int, tmp_path: Path, now: datetime
) -> None:
    async with database.write() as tx:
        for number in range(3):
            await phone_links.bind(tx, filled, f"1391234567{number}", "code", now)
    await taken_into_use(database_url, tmp_path)
    async with Database.open(database_url, NEW) as new, new.write() as tx:
        assert [await phone_links.leads_to(tx, f"1391234567{number}") for number in range(3)] == [filled] * 3
        assert len(await phone_links.own(tx, filled)) == 3
        await phone_links.bind(tx, filled, "13912345670", "card", now)
        assert len(await phone_links.own(tx, filled)) == 3, "bound again it is the same phone"


async def test_files_are_sealed_again_and_still_read(tmp_path: Path) -> None:
    old, both, new = (Folder(tmp_path, ring) for ring in (OLD, BOTH, NEW))
    sha256 = await old.store(b"a photo")
    assert [name async for name in both.names()] == [sha256]
    assert await both.seal_again(sha256)
    assert not await both.seal_again(sha256)
    assert not await both.seal_again("0" * 64), "gone meanwhile"
    assert await new.read(sha256) == b"a photo"
