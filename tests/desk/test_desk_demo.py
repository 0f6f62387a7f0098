"""The made-up city: as if it had been lived, so that every page and figure holds for it."""

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from desk.app import Desk
from desk.db.tables import events, tickets
from desk.demo.build import build
from desk.demo.fill import Filler, FillPlan
from desk.demo.rows import Press
from desk.demo.texts import Writer
from desk.history import audit
from desk.search import search
from desk.statistics import state_counts
from desk.workflow.states import FINAL, Actor, Role, State
from intake.city import load
from storage.db.sealed import keyring

NOW = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
CENTRE = Actor(Role.CENTRE, "wang")


async def test_a_made_up_city_stands_up_to_every_question(desk: Desk) -> None:
    city, made = load("jiayuguan"), []
    async with desk.database.read() as tx:
        press = Press(city, keyring(tx), Writer(city, random.Random(1)))
    stories = Filler(city, FillPlan(300, NOW, days=60), seed=1).stories()
    assert await build(desk.database, press, stories, made.append) == 300 == sum(made)
    assert {one.fault async for one in audit.chains(desk.database)} == {None}
    async with desk.database.read() as tx:
        counted = dict((await tx.execute(select(tickets.c.state, func.count()).group_by("state"))).all())
        assert await state_counts.counts(tx, CENTRE) == counted
        old = tickets.c.completed_at < NOW - timedelta(days=city.survey.window_days)
        waiting = select(func.count()).where(tickets.c.state == State.CALLBACK, old)
        assert (await tx.execute(waiting)).scalar_one() == 0
        number = (await tx.execute(select(func.count()).select_from(events))).scalar_one()
        found = await search.find(tx, CENTRE, "新华")
    assert number > 300 * 4
    assert found
    assert sum(count for state, count in counted.items() if State(state) not in FINAL) < 60
