"""Steps on a stored ticket: two people at once, strangers, and a history that shows tampering."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, delete, select, update

from desk.actions.tickets import Stale, UnknownTicket
from desk.app import Desk
from desk.db.migrate import VERSION_TABLE, standing, upgrade
from desk.db.tables import events, metadata, tickets
from desk.tickets import store, ticket_events
from desk.workflow.states import Actor, Refused, Role, State
from storage.db.database import SchemaState
from storage.db.sealed import seal

CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")
STREET = Actor(Role.UNIT, "zhao", "street")
HEATING = Actor(Role.UNIT, "sun", "heating")


async def dispatched(desk: Desk, hotline_ref: str) -> store.DeskTicket:
    ticket = await desk.act(hotline_ref, "accept", CENTRE, 1)
    return await desk.act(
        hotline_ref, "dispatch", CENTRE, ticket.version, lead_unit="housing", co_units=("street",)
    )


async def test_two_people_at_one_ticket_do_not_overwrite_each_other(desk: Desk, hotline_ref: str) -> None:
    steps = [
        desk.act(hotline_ref, "accept", CENTRE, 1),
        desk.act(hotline_ref, "direct_answer", Actor(Role.CENTRE, "zhang"), 1, public_text="Soon."),
    ]
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    (lost,) = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert isinstance(lost, Stale)
    ticket = await desk.ticket(hotline_ref, CENTRE)
    assert ticket.version == lost.current
    assert len([e for e in await desk.events(ticket) if e.name in ("wang", "zhang")]) == 1


async def test_a_page_shows_no_step_that_its_ticket_does_not_know_of(
    desk: Desk, hotline_ref: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's step falls between the reading of the ticket and of its history."""
    read = ticket_events.history

    async def late(tx: Any, ticket_id: int) -> Any:
        monkeypatch.setattr(ticket_events, "history", read)
        await desk.act(hotline_ref, "accept", CENTRE, 1)
        return await read(tx, ticket_id)

    monkeypatch.setattr(ticket_events, "history", late)
    ticket, events = await desk.ticket_with_events(hotline_ref, CENTRE)
    told = (ticket.version, [event.action for event in events])
    assert told in ((1, ["submit"]), (2, ["submit", "accept"]))
    ticket, events = await desk.ticket_with_events(hotline_ref, CENTRE)
    assert (ticket.version, [event.action for event in events]) == (2, ["submit", "accept"])


async def test_a_refused_step_leaves_no_trace(desk: Desk, hotline_ref: str, front_door: Any) -> None:
    before = await desk.ticket(hotline_ref, CENTRE)
    with pytest.raises(Refused, match="not possible while the ticket is submitted"):
        await desk.act(hotline_ref, "complete", CENTRE, before.version)
    assert await desk.ticket(hotline_ref, CENTRE) == before
    assert not await desk.messenger.send_due()


async def test_a_unit_the_city_does_not_have_gets_no_ticket(desk: Desk, hotline_ref: str) -> None:
    ticket = await desk.act(hotline_ref, "accept", CENTRE, 1)
    for units in ({"lead_unit": "nobody"}, {"lead_unit": "housing", "co_units": ("nobody",)}):
        with pytest.raises(Refused) as refusal:
            await desk.act(hotline_ref, "dispatch", CENTRE, ticket.version, **units)
        assert refusal.value.code == "unknown_unit"


async def test_a_unit_knows_nothing_of_other_units_tickets(desk: Desk, hotline_ref: str) -> None:
    ticket = await dispatched(desk, hotline_ref)
    with pytest.raises(UnknownTicket):
        await desk.ticket(hotline_ref, HEATING)
    with pytest.raises(UnknownTicket):
        await desk.act(hotline_ref, "sign", HEATING, ticket.version)
    assert await desk.queue(HEATING) == ()
    assert await desk.counts(HEATING) == {}
    for unit in (HOUSING, STREET):
        assert [t.hotline_ref for t in await desk.queue(unit)] == [hotline_ref]
        assert await desk.counts(unit) == {State.DISPATCHED: 1}


async def test_a_confidential_citizens_name_and_phone_stay_under_the_seal(
    desk: Desk, caller: Any, document: dict[str, Any]
) -> None:
    document["person"]["confidential"] = True
    hotline_ref = await caller.file(document)
    ticket = await dispatched(desk, hotline_ref)
    assert ticket.document.person.phone is None
    signed = await desk.act(hotline_ref, "sign", HOUSING, ticket.version)
    for seen in (signed, await desk.ticket(hotline_ref, STREET), *await desk.queue(HOUSING)):
        assert (seen.document.person.name, seen.document.person.phone) == (None, None)
    assert (await desk.ticket(hotline_ref, CENTRE)).document.person.name is None


async def test_the_queue_begins_with_what_is_urgent_and_can_be_narrowed(
    desk: Desk, caller: Any, document: dict[str, Any], hotline_ref: str
) -> None:
    urgent = await caller.file(
        document | {"idempotency_key": "k2", "reference": "WX2", "urgency": {"level": "critical"}}
    )
    later = await caller.file(document | {"idempotency_key": "k3", "reference": "WX3"})
    assert [t.hotline_ref for t in await desk.queue(CENTRE)] == [urgent, later, hotline_ref]
    await dispatched(desk, hotline_ref)
    waiting = await desk.queue(CENTRE, states=frozenset({State.DISPATCHED}))
    assert [t.hotline_ref for t in waiting] == [hotline_ref]
    assert [t.hotline_ref for t in await desk.queue(CENTRE, unit="street")] == [hotline_ref]
    assert len(await desk.queue(CENTRE, limit=2)) == 2


@pytest.mark.parametrize(
    ("urgency", "due_at"),
    [
        # Wednesday; the 1st to 3rd of May are holidays, so five working days end on the 8th
        ("normal", datetime(2023, 5, 8, 10, 0, tzinfo=UTC)),
        ("urgent", datetime(2023, 4, 28, 1, 30, 15, tzinfo=UTC)),
        ("critical", datetime(2023, 4, 27, 1, 30, 15, tzinfo=UTC)),
    ],
)
async def test_the_deadline_is_fixed_at_dispatch(
    desk: Desk, caller: Any, document: dict[str, Any], urgency: str, due_at: datetime
) -> None:
    hotline_ref = await caller.file(document | {"urgency": {"level": urgency}})
    ticket = await dispatched(desk, hotline_ref)
    assert ticket.life.due_at is not None
    assert abs(ticket.life.due_at - due_at).total_seconds() < 1


async def test_a_history_nobody_touched_holds(desk: Desk, hotline_ref: str) -> None:
    ticket = await dispatched(desk, hotline_ref)
    async with desk.database.read() as tx:
        assert await ticket_events.broken_at(tx, ticket) is None


@pytest.mark.parametrize("column", ["name", "action", "to_state", "detail_digest", "prev_hash"])
async def test_a_changed_event_shows(desk: Desk, hotline_ref: str, column: str) -> None:
    ticket = await dispatched(desk, hotline_ref)
    async with desk.database.write() as tx:
        await tx.execute(update(events).where(events.c.seq == 2).values({column: "closed"}))
        assert await ticket_events.broken_at(tx, ticket) == 2


async def test_changed_words_show(desk: Desk, hotline_ref: str) -> None:
    ticket = await dispatched(desk, hotline_ref)
    async with desk.database.write() as tx:
        forged = {"detail_sealed": seal(tx, dict[str, Any], {"lead_unit": "heating"})}
        await tx.execute(update(events).where(events.c.seq == 3).values(forged))
        assert await ticket_events.broken_at(tx, ticket) == 3


@pytest.mark.parametrize("seq", [1, 2, 3])
async def test_a_missing_event_shows(desk: Desk, hotline_ref: str, seq: int) -> None:
    ticket = await dispatched(desk, hotline_ref)
    async with desk.database.write() as tx:
        await tx.execute(delete(events).where(events.c.seq == seq))
        assert await ticket_events.broken_at(tx, ticket) is not None


async def test_two_tickets_in_one_second_get_two_numbers(
    desk: Desk, caller: Any, document: dict[str, Any]
) -> None:
    sixes = iter(["000000", "000000", "000001"])
    digits = desk.office.digits
    object.__setattr__(desk.office, "digits", lambda n: next(sixes) if n == 6 else digits(n))
    first = await caller.file(document)
    second = await caller.file(document | {"idempotency_key": "k2", "reference": "WX2"})
    assert (first[-6:], second[-6:]) == ("000000", "000001")


async def test_the_desks_migrations_run_twice_and_know_that_they_are_current(
    desk: Desk, database_url: str
) -> None:
    await upgrade(database_url)
    async with desk.database.read() as tx:
        assert await standing(tx) is SchemaState.CURRENT
        assert (await tx.execute(select(tickets))).all() == []


async def test_the_desks_migrations_lead_to_its_tables(desk: Desk) -> None:
    def differences(connection: Connection) -> list[Any]:
        ours = {"include_name": lambda name, kind, _: kind != "table" or (name or "").startswith("desk_")}
        context = MigrationContext.configure(
            connection, opts={**ours, "version_table": VERSION_TABLE, "compare_type": True}
        )
        found: list[Any] = compare_metadata(context, metadata)
        return found

    async with desk.database.read() as tx:
        assert await tx.run_sync(differences) == []
