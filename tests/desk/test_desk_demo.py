"""The made-up city: as if it had been lived, so that every page and figure holds for it."""

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from desk import audit, search, standings
from desk.app import Desk
from desk.demo.build import build
from desk.demo.fill import Filler, Wanted
from desk.demo.rows import Press
from desk.demo.texts import Writer
from desk.states import FINAL, Actor, Role, State
from desk.tables import events, tickets
from intake.city import load
from storage.documents import keyring

NOW = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
CENTRE = Actor(Role.CENTRE, "wang")


async def test_a_made_up_city_stands_up_to_every_question(desk: Desk) -> None:
    city, made = load("jiayuguan"), []
    async with desk.database.read() as tx:
        press = Press(city, keyring(tx), Writer(city, random.Random(1)))
    stories = Filler(city, Wanted(300, NOW, days=60), seed=1).stories()
    assert await build(desk.database, press, stories, made.append) == 300 == sum(made)
    assert {one.fault async for one in audit.chains(desk.database)} == {None}
    async with desk.database.read() as tx:
        counted = dict((await tx.execute(select(tickets.c.state, func.count()).group_by("state"))).all())
        assert await standings.counts(tx, CENTRE) == counted
        old = tickets.c.completed_at < NOW - timedelta(days=city.survey.window_days)
        waiting = select(func.count()).where(tickets.c.state == State.CALLBACK, old)
        assert (await tx.execute(waiting)).scalar_one() == 0
        number = (await tx.execute(select(func.count()).select_from(events))).scalar_one()
        found = await search.find(tx, CENTRE, "新华")
    assert number > 300 * 4
    assert found
    assert sum(count for state, count in counted.items() if State(state) not in FINAL) < 60
