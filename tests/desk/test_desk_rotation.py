"""The desk under a new secret: found, opened and proven as before; a broken history is not sealed over."""

from typing import Any

import pytest
from sqlalchemy import update

from desk.actions.seen_calls import first_time
from desk.actions.tickets import KeyReused
from desk.app import Desk
from desk.db.tables import events
from desk.history import anchors, audit, key_rotation
from desk.search import search
from desk.tickets import store
from desk.workflow.states import Actor, Role
from hotline.contract import HotlineEvent
from storage.db.database import Database
from storage.db.keyring import KeyRing

CENTRE = Actor(Role.CENTRE, "wang")


async def anchored(desk: Desk, clock: Any) -> None:
    clock.on(minutes=30)
    async with desk.database.write() as tx:
        assert await anchors.drop(tx, clock()) is not None


async def rotated(database_url: str) -> None:
    both = Database.open(database_url, KeyRing(["new", "a secret of the tests"]))
    try:
        async for _ in key_rotation.seal_again(both):
            pass
    finally:
        await both.close()


async def test_a_broken_history_is_not_sealed_over(
    desk: Desk, life: Any, clock: Any, database_url: str
) -> None:
    await life("accept")
    await anchored(desk, clock)
    async with desk.database.write() as tx:
        await tx.execute(update(events).where(events.c.seq == 1).values(hash="0" * 64))
    with pytest.raises(key_rotation.BrokenHistory):
        await rotated(database_url)


async def test_the_new_secret_alone_opens_finds_and_proves(
    desk: Desk, life: Any, clock: Any, database_url: str
) -> None:
    await life("accept")
    await anchored(desk, clock)
    await rotated(database_url)
    async with Database.open(database_url, KeyRing(["new"])) as new:
        async with new.read() as tx:
            assert (await store.load(tx, life.hotline_ref)) is not None
            assert [one.hotline_ref for one in await search.find(tx, CENTRE, "13900000000")] == [
                life.hotline_ref
            ]
        assert await audit.broken_anchor(new) is None
        assert not [checked.fault async for checked in audit.chains(new) if checked.fault]


async def test_an_event_that_comes_again_is_known_under_the_new_secret_alone(
    desk: Desk, clock: Any, database_url: str
) -> None:
    event = HotlineEvent(event_id="e1", type="urge", at=clock(), text="still cold")
    async with desk.database.write() as tx:
        assert await first_time(tx, "ticket", event, "k", clock())
    await rotated(database_url)
    async with Database.open(database_url, KeyRing(["new"])) as new, new.write() as tx:
        assert not await first_time(tx, "ticket", event, "k", clock())
        with pytest.raises(KeyReused):
            await first_time(tx, "ticket", event.model_copy(update={"text": "other"}), "k", clock())
