"""A secret is replaced while the house works: nothing is lost, and the old one is needed no more."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from intake.conversation import Conversation, Lookup
from intake.messages import Address, Reply
from intake.ticket import Draft, Ticket
from storage import conversations, inbox, query_codes, rekey, tickets
from storage.attachments import Folder
from storage.crypto import KeyRing, Undecryptable
from storage.database import Database
from storage.tables import metadata

OLD, BOTH, NEW = (
    KeyRing(["a secret of the tests"]),
    KeyRing(["new", "a secret of the tests"]),
    KeyRing(["new"]),
)
CODE = "7K3M9Q"


async def sealed_again(database: Database) -> int:
    return sum([changed async for _, changed in rekey.seal_again(database, metadata)])


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
        for number in range(rekey.AT_ONCE + 5):
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
    both = Database.open(database_url, BOTH)
    async for _ in rekey.seal_again(both, metadata):
        async with both.write() as tx:  # before, between and after the steps
            later = Conversation(draft=Draft(content="水管也漏"), draft_at=now)
            await conversations.save(tx, filled, later, now)
    await sealed_again(both)
    await both.close()
    new = Database.open(database_url, NEW)
    async with new.read() as tx:
        found = await conversations.find(tx, citizen)
    await new.close()
    assert found is not None
    assert found.conversation.draft is not None
    assert found.conversation.draft.content == "水管也漏"


async def test_afterwards_the_new_secret_alone_opens_everything(
    database_url: str, filled: int, citizen: Address, now: datetime
) -> None:
    both = Database.open(database_url, BOTH)
    assert await sealed_again(both) > rekey.AT_ONCE
    assert await sealed_again(both) == 0, "a second run finds nothing to do"
    await both.close()
    new = Database.open(database_url, NEW)
    async with new.read() as tx:
        assert (await inbox.seen(tx, citizen.channel, "m104")) is not None
        assert len(await tickets.own(tx, filled)) == 1
    await new.close()


async def test_a_query_code_is_hashed_anew_when_its_owner_tells_it(
    database_url: str, filled: int, now: datetime
) -> None:
    both = Database.open(database_url, BOTH)
    async with both.read() as tx:
        assert await query_codes.under_older_keys(tx) == 1
    async with both.write() as tx:
        assert (await tickets.look_up(tx, "WX2604", "WRONG2", now))[0] is Lookup.WRONG
        assert await query_codes.under_older_keys(tx) == 1
        assert (await tickets.look_up(tx, "WX2604", CODE, now))[0] is Lookup.FOUND
        assert await query_codes.under_older_keys(tx) == 0
    await both.close()


async def test_files_are_sealed_again_and_still_read(tmp_path: Path) -> None:
    old, both, new = (Folder(tmp_path, ring) for ring in (OLD, BOTH, NEW))
    sha256 = await old.store(b"a photo")
    assert both.names() == (sha256,)
    assert await both.seal_again(sha256)
    assert not await both.seal_again(sha256)
    assert not await both.seal_again("0" * 64), "gone meanwhile"
    assert await new.read(sha256) == b"a photo"
