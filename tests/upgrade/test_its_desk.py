"""Staff find their desk as they left it, and what the front door was to hear of it is told once."""

from collections import Counter
from typing import Any

import pyotp
from sqlalchemy import select

from desk.db import tables
from desk.history import anchors, journal
from desk.workflow.states import Actor, Role
from storage.db.keyring import KeyRing
from tests.upgrade.conftest import Installation
from tests.upgrade.restoring import SECRET, clear, rows

CENTRE = Actor(Role.CENTRE, "wang")


async def sent(house: Installation) -> dict[int, Any]:
    """After a morning in which nothing fails, the callbacks as they ended."""
    for _ in range(8):
        while await house.desk.messenger.send_due():
            pass
        house.clock.tick(minutes=20)
    async with house.database.read() as tx:
        return {row.id: row for row in await tx.execute(select(tables.callbacks))}


async def test_what_waited_is_told_once_and_what_was_buried_stays(house: Installation) -> None:
    ended = await sent(house)
    for row in rows("desk_callbacks"):
        now = ended[row["id"]]
        if row["state"] == "waiting":
            assert now.state == ("buried" if _for_nobody(row) else "sent"), (row["type"], now.reason)
        else:
            assert (now.state, now.attempts, now.reason) == (row["state"], row["attempts"], row["reason"])


def _for_nobody(row: dict[str, Any]) -> bool:
    """Whether it is a word to somebody who was erased since they asked for a person."""
    gone = {str(one["id"]) for one in rows("conversations") if one["user"] is None}
    talk = clear(row["body_sealed"]).get("conversation") or ""
    return row["type"] == "message" and talk.rpartition("-")[2] in gone


async def test_citizens_hear_each_news_once(house: Installation) -> None:
    """Also what had been sent, and whose answer the desk had not written down any more."""
    await sent(house)
    for _ in range(8):
        await house.drain()
        house.clock.tick(minutes=20)
    told = Counter(one.key for app in house.apps.values() for one in app.sent)
    assert told
    assert set(told.values()) == {1}


async def test_staff_log_in_with_their_passwords_and_codes(house: Installation) -> None:
    for user in rows("desk_users"):
        if user["name"] == "admin" or not user["factor_sealed"]:
            continue
        code = pyotp.TOTP(_secret(user["factor_sealed"])).at(int(house.clock().timestamp()))
        assert await house.desk.log_in(user["name"], f"a long password of {user['name']}", code)


def _secret(sealed: Any) -> str:
    return KeyRing([SECRET]).decrypt(sealed.encode()).decode()


async def test_the_history_holds(house: Installation) -> None:
    async with house.database.read() as tx:
        assert await journal.broken_at(tx) is None
        assert await anchors.first_broken(tx) is None


async def test_every_ticket_opens_and_goes_on(house: Installation) -> None:
    """Of each state: what may be done is offered, and every document reads."""
    for row in rows("desk_tickets"):
        ticket = await house.desk.ticket(row["hotline_ref"], CENTRE)
        assert ticket.document.reference == row["reference"]
        assert ticket.life.state.value == row["state"]
        assert len(await house.desk.events(ticket)) == row["event_count"]
    submitted = [row["hotline_ref"] for row in rows("desk_tickets") if row["state"] == "submitted"]
    for ref in submitted:
        ticket = await house.desk.ticket(ref, CENTRE)
        await house.desk.act(ref, "accept", CENTRE, ticket.version)
        assert (await house.desk.ticket(ref, CENTRE)).life.state.value == "accepted"


async def test_clocks_that_ran_ring(house: Installation) -> None:
    house.clock.tick(days=30)
    assert await house.desk.scheduler.run_due() > 0
    while await house.desk.scheduler.run_due():
        pass
    async with house.database.read() as tx:
        due = tables.timers.c.due_at <= house.clock()
        waiting = (
            await tx.execute(select(tables.timers).where(due, tables.timers.c.fired_at.is_(None)))
        ).all()
    assert waiting == []


async def test_what_citizens_and_staff_said_is_read(house: Installation) -> None:
    said = {row["id"]: clear(row["body_sealed"])["text"] for row in rows("desk_messages")}
    found = {}
    for talk in await house.desk.handoffs():
        found |= {one.id: one.text for one in await house.desk.said(talk.id)}
    assert found
    assert all(said[number] == text for number, text in found.items())
    assert len(await house.desk.alerts()) == len(rows("desk_alerts"))
