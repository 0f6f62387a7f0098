"""Lists of tickets: in which order, and for whom."""

from typing import Any

from desk.app import Desk
from desk.tickets.filters import TicketFilters
from desk.workflow.states import CITIZEN, FINAL, Actor, Role, State

CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")
STREET = Actor(Role.UNIT, "zhao", "street")


async def withdrawn(caller: Any, document: dict[str, Any], walk: Any, unit: str, n: int) -> str:
    """The street's are helped by housing; the first is critical."""
    urgency = {"level": "normal" if n else "critical", "rule": None}
    ref: str = await caller.file(document | {"idempotency_key": f"k{n}", "urgency": urgency})
    lead = walk(ref)
    await lead("accept")
    await lead("dispatch", lead_unit=unit, co_units=("housing",) if unit == "street" else ())
    await lead("withdraw", CITIZEN)
    return ref


async def test_what_has_ended_comes_newest_first_to_each_who_may_see_it(
    desk: Desk, caller: Any, document: dict[str, Any], walk: Any
) -> None:
    units = ("housing", "street", "housing", "heating")
    refs = [await withdrawn(caller, document, walk, unit, n) for n, unit in enumerate(units)]
    for actor, unit, seen in (
        (CENTRE, None, [3, 2, 1, 0]),
        (CENTRE, "street", [1]),
        (CENTRE, "housing", [2, 1, 0]),
        (HOUSING, None, [2, 1, 0]),
        (HOUSING, "street", [1]),
        (STREET, None, [1]),
        (STREET, "heating", []),
    ):
        found = await desk.queue(actor, states=FINAL, unit=unit)
        assert [refs.index(one.hotline_ref) for one in found] == seen, (actor, unit)
    latest = await desk.queue(HOUSING, states=FINAL, limit=2)
    assert [refs.index(one.hotline_ref) for one in latest] == [2, 1]
    older = await desk.queue(HOUSING, states=FINAL, limit=2, skip=1)
    assert [refs.index(one.hotline_ref) for one in older] == [1, 0]
    both = await desk.queue(HOUSING, states=FINAL, unit="street", limit=1)
    assert [refs.index(one.hotline_ref) for one in both] == [1]
    light = await desk.queue(CENTRE, TicketFilters(states=FINAL, unit="housing", urgency="critical"), limit=1)
    assert [refs.index(one.hotline_ref) for one in light] == [0]


async def test_a_units_counts_are_the_same_summed_up_or_counted(
    desk: Desk, caller: Any, document: dict[str, Any], walk: Any
) -> None:
    for n, unit in enumerate(("housing", "street")):
        await withdrawn(caller, document, walk, unit, n)
    await caller.file(document | {"idempotency_key": "open"})
    assert await desk.counts(CENTRE) == {State.WITHDRAWN: 2, State.SUBMITTED: 1}
    for unit, number in (("housing", 2), ("street", 1)):
        quick = await desk.counts(CENTRE, TicketFilters(unit=unit))
        counted = await desk.counts(CENTRE, TicketFilters(unit=unit, urgency="normal"))
        assert quick == {State.WITHDRAWN: number}
        assert counted == {State.WITHDRAWN: 1}
    assert await desk.counts(HOUSING, TicketFilters(unit="street")) == {State.WITHDRAWN: 1}
