"""How many tickets stand where, for the city and for each unit, without counting them.

Every step writes −1 for where the ticket stood and +1 for where it stands; `fold` adds the lines up
now and then. A sum over a few hundred lines is all a page costs, however many tickets there are.
"""

from collections import Counter
from typing import Any

from sqlalchemy import delete, func, insert, select

from desk.db.derived_tables import standings
from desk.workflow.states import Actor, Lifecycle, Role, State
from storage.db.sealed import Tx

CITY = ""
FOLDED_AT_ONCE = 5000


async def move(tx: Tx, before: Lifecycle | None, after: Lifecycle) -> None:
    """Note that a ticket has come, or stands otherwise."""
    rows = [
        {"unit": unit, "state": state, "number": number}
        for (unit, state), number in (places(after) - places(before)).items()
    ] + [
        {"unit": unit, "state": state, "number": -number}
        for (unit, state), number in (places(before) - places(after)).items()
    ]
    if rows:
        await tx.execute(insert(standings), rows)


def places(life: Lifecycle | None) -> Counter[tuple[str, State]]:
    """Where a ticket is counted: once for the city, once for each unit that may read it."""
    if life is None:
        return Counter()
    return Counter((unit, life.state) for unit in (CITY, *life.readers))


async def counts(tx: Tx, actor: Actor, unit: str | None = None) -> dict[State, int]:
    """How many tickets this person may see stand in each state; states without one are left out.

    `unit`: of those only what this unit leads or helps with; not for a person of a unit.
    """
    unit = actor.unit if actor.role is Role.UNIT else unit or CITY
    number = func.sum(standings.c.number)
    query = select(standings.c.state, number).where(standings.c.unit == unit).group_by(standings.c.state)
    return {State(state): total for state, total in await tx.execute(query) if total}


async def fold(tx: Tx, limit: int = FOLDED_AT_ONCE) -> int:
    """Add the ledger's oldest lines up, `limit` of them; returns by how many it is shorter.

    Lines that come meanwhile stay.
    """
    oldest = select(standings.c.id).order_by(standings.c.id).limit(limit)
    told = (standings.c.unit, standings.c.state, standings.c.number)
    gone = delete(standings).where(standings.c.id.in_(oldest)).returning(*told)
    totals: Counter[tuple[str, str]] = Counter()
    lines = (await tx.execute(gone)).all()
    for unit, state, number in lines:
        totals[unit, state] += number
    rows: list[dict[str, Any]] = [
        {"unit": unit, "state": state, "number": number} for (unit, state), number in totals.items() if number
    ]
    if rows:
        await tx.execute(insert(standings), rows)
    return len(lines) - len(rows)
