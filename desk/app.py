"""The desk in one object: what its pages, its API and whoever starts it hold on to.

It reads no settings; every value comes in. A method is one transaction.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from desk import store, tickets
from desk.lifecycle import Row, possible
from desk.office import Office
from desk.states import Actor, State, Step
from desk.store import DeskEvent, DeskTicket
from desk.tickets import UnknownTicket
from intake.city import CityProfile
from storage.database import Database


class Desk:
    """The embedded hotline. `clock` gives an aware now, `digits(n)` n random decimal digits."""

    def __init__(
        self,
        database: Database,
        city: CityProfile,
        *,
        clock: Callable[[], datetime],
        digits: Callable[[int], str],
    ) -> None:
        self.database = database
        self.city = city
        self.clock = clock
        self.office = Office(city, digits)
        self.woken = asyncio.Event()

    async def queue(
        self,
        actor: Actor,
        *,
        states: frozenset[State] | None = None,
        unit: str | None = None,
        limit: int = 50,
    ) -> tuple[DeskTicket, ...]:
        """The tickets this person may see: the most urgent first, then the newest."""
        async with self.database.read() as tx:
            return await store.queue(tx, actor, states=states, unit=unit, limit=limit)

    async def counts(self, actor: Actor) -> dict[State, int]:
        """How many tickets this person may see stand in each state."""
        async with self.database.read() as tx:
            return await store.counts(tx, actor)

    async def ticket(self, hotline_ref: str, actor: Actor) -> DeskTicket:
        """The ticket as this person may see it. Raises UnknownTicket."""
        async with self.database.read() as tx:
            ticket = await store.load(tx, hotline_ref)
        if ticket is None or not store.may_see(ticket, actor):
            raise UnknownTicket(hotline_ref)
        return store.as_seen_by(ticket, actor)

    async def events(self, ticket: DeskTicket) -> tuple[DeskEvent, ...]:
        """The ticket's history, first to last."""
        async with self.database.read() as tx:
            return await store.history(tx, ticket.id)

    def possible(self, ticket: DeskTicket, actor: Actor) -> tuple[Row, ...]:
        """What this person may do now: `row.action`, and the fields it `needs` and `takes`."""
        return possible(ticket.life, actor, self.clock())

    async def act(
        self, hotline_ref: str, action: str, actor: Actor, version: int, **fields: Any
    ) -> DeskTicket:
        """Take a step with the fields of `Step`. Raises UnknownTicket, Stale or Refused."""
        step = Step(action, actor, self.clock(), **fields)
        async with self.database.write() as tx:
            ticket = await tickets.act(tx, self.office, hotline_ref, step, version=version)
        self.woken.set()
        return ticket
