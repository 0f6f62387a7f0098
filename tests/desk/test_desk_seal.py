"""A sealed ticket: who must not see, who may open it and what that leaves behind; whom it may not reach."""

from dataclasses import replace
from typing import Any

import pytest

from desk.app import Desk
from desk.history import audit
from desk.tickets import confidentiality, ticket_events
from desk.workflow.states import Actor, Refused, Role
from intake.city import Unit
from intake.form.accused_unit import reported

CENTRE = Actor(Role.CENTRE, "wang")
COLLEAGUE = Actor(Role.CENTRE, "zhou")
LEADER = Actor(Role.LEADER, "sun")
HOUSING = Actor(Role.UNIT, "li", "housing")
WRONG = (HOUSING, Actor(Role.CALLBACK, "he"), Actor(Role.AUDITOR, "xu"))


@pytest.fixture
async def report(caller: Any, document: dict[str, Any]) -> str:
    """A report by somebody who did not ask for secrecy: it is sealed all the same."""
    words = {"appeal_type": "JB", "content": "Ms Li (13900000000) saw the manager sell the boiler"}
    return await caller.file(document | words)


def open_texts(ticket: Any) -> str:
    person = ticket.document.person
    return f"{ticket.document.content} {person.name} {person.phone} {person.enterprise}"


@pytest.mark.parametrize("actor", [CENTRE, LEADER, *WRONG])
async def test_nobody_sees_whom_a_report_is_from(desk: Desk, walk: Any, report: str, actor: Actor) -> None:
    life = walk(report)
    await life("accept")
    await life("dispatch", lead_unit="housing")
    seen = open_texts(await desk.ticket(report, actor))
    assert "13900000000" not in seen
    assert "Ms Li" not in seen
    assert all("13900000000" not in open_texts(one) for one in await desk.queue(actor))


@pytest.mark.parametrize("actor", WRONG)
async def test_who_may_not_open_it_is_refused(desk: Desk, walk: Any, report: str, actor: Actor) -> None:
    life = walk(report)
    await life("accept")
    await life("dispatch", lead_unit="housing")
    assert confidentiality.OPEN not in {
        row.action for row in desk.possible(await desk.ticket(report, actor), actor)
    }
    with pytest.raises(Refused, match="may not unseal"):
        await life(confidentiality.OPEN, actor, reason="I want to know")


@pytest.mark.parametrize("reason", [None, "", "  "])
async def test_without_a_reason_it_stays_closed(walk: Any, report: str, reason: str | None) -> None:
    with pytest.raises(Refused, match="needs reason"):
        await walk(report)(confidentiality.OPEN, CENTRE, reason=reason)


async def test_opening_holds_for_one_person_and_a_while_and_stands_in_the_chain(
    desk: Desk, walk: Any, report: str, clock: Any
) -> None:
    await walk(report)(confidentiality.OPEN, CENTRE, reason="to ask what she saw")
    opened = await desk.ticket(report, CENTRE)
    assert opened.document.person.phone == "13900000000"
    assert (await desk.ticket(report, COLLEAGUE)).document.person.phone is None
    async with desk.database.read() as tx:
        last = (await ticket_events.history(tx, opened.id))[-1]
        assert await ticket_events.broken_at(tx, opened) is None
    assert (last.action, last.name, last.detail["reason"]) == (
        confidentiality.OPEN,
        "wang",
        "to ask what she saw",
    )
    assert not [checked.fault async for checked in audit.chains(desk.database) if checked.fault]
    clock.on(minutes=31)
    assert (await desk.ticket(report, CENTRE)).document.person.phone is None


async def test_what_is_said_later_does_not_name_them_either(desk: Desk, caller: Any, report: str) -> None:
    await caller.tell(report, "supplement", text="Ms Li again, call 13900000000")
    told = str((await desk.events(await desk.ticket(report, CENTRE)))[-1].detail)
    assert "Ms Li" not in told
    assert "13900000000" not in told


async def test_nothing_is_opened_that_is_not_sealed(desk: Desk, life: Any) -> None:
    with pytest.raises(Refused, match="nothing is hidden"):
        await life(confidentiality.OPEN, CENTRE, reason="curious")


@pytest.mark.parametrize(
    "fields", [{"lead_unit": "heating"}, {"lead_unit": "housing", "co_units": ("heating",)}]
)
async def test_whom_a_report_accuses_never_receives_it(
    caller: Any, document: dict[str, Any], walk: Any, fields: dict[str, Any]
) -> None:
    report = await caller.file(document | {"appeal_type": "JB", "subject": "Heating company"})
    life = walk(report)
    await life("accept")
    with pytest.raises(Refused, match="about this unit"):
        await life("dispatch", **fields)
    await life("dispatch", lead_unit="housing")
    with pytest.raises(Refused, match="about this unit"):
        await life("reassign", lead_unit="heating", reason="theirs")


async def test_a_complaint_about_a_unit_is_that_units(
    caller: Any, document: dict[str, Any], walk: Any
) -> None:
    complaint = await caller.file(document | {"appeal_type": "TS", "subject": "Heating company"})
    await walk(complaint)("accept")
    assert (await walk(complaint)("dispatch", lead_unit="heating")).life.lead_unit == "heating"


@pytest.mark.parametrize(
    ("subject", "content", "accused"),
    [
        ("城管执法局工作人员", "乱罚款", {"city"}),
        (None, "我要举报城管执法局乱罚款", {"city"}),
        (None, "小贩占道，我找过城管执法局没人管，举报他", set()),
        ("某商店", "卖假货", set()),
    ],
)
def test_who_is_accused(city: Any, subject: str | None, content: str, accused: set[str]) -> None:
    here = replace(city, units={"city": Unit("city", "城管执法局", aliases=("城管",))})
    assert reported("JB", subject, content, here) == accused
    assert reported("TS", subject, content, here) == frozenset()
