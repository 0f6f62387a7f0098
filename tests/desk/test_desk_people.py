"""A citizen who signed off with name and number, and was not asked for either: who reads them at the desk."""

from typing import Any

import pytest

from desk.app import Desk
from desk.open311 import request_view
from desk.workflow.states import Actor, Role

CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")
AUDITOR = Actor(Role.AUDITOR, "xu")
NAME, PHONE = "王建国", "13900001111"
SIGNED_OFF = (
    f"热力公司经理收钱，希望严肃查处，{NAME} {PHONE}，请给我保密",
    f"热力公司经理收钱。请联系{NAME}{PHONE}",
    f"热力公司经理收钱，{PHONE}（{NAME}）",
    f"热力公司经理收钱\n{NAME}\n{PHONE}",
)


@pytest.fixture(params=SIGNED_OFF)
async def report(request: Any, caller: Any, document: dict[str, Any]) -> str:
    """A report whose form knows nothing of its citizen, and whose title was cut before the number."""
    person = document["person"] | {"name": None, "phone": None, "confidential": True}
    words = {
        "appeal_type": "JB",
        "content": request.param,
        "title": f"热力公司经理收钱，希望严肃查处，{NAME}",
        "expectation": f"查处后告诉{NAME}一声",
        "person": person,
    }
    return str(await caller.file(document | words))


def said(ticket: Any) -> str:
    document = ticket.document
    return f"{document.title}\n{document.content}\n{document.expectation}"


@pytest.mark.parametrize("actor", [CENTRE, HOUSING, AUDITOR])
async def test_nobody_reads_who_signed_a_sealed_report(
    desk: Desk, walk: Any, report: str, actor: Actor
) -> None:
    await walk(report)("accept")
    await walk(report)("dispatch", lead_unit="housing")
    seen = said(await desk.ticket(report, actor))
    assert NAME not in seen
    assert PHONE not in seen
    assert "热力公司经理收钱" in seen
    assert all(NAME not in said(one) for one in await desk.queue(actor))


async def test_what_is_said_of_them_later_does_not_name_them(desk: Desk, caller: Any, report: str) -> None:
    await caller.tell(report, "supplement", text=f"我又问了{NAME}说的那个人")
    told = str([event.detail for event in await desk.events(await desk.ticket(report, CENTRE))])
    assert NAME not in told
    assert "我又问了" in told


async def test_erased_they_are_in_no_word(desk: Desk, caller: Any, walk: Any, report: str) -> None:
    await walk(report)("accept")
    await caller.tell(report, "supplement", text=f"我又问了{NAME}说的那个人")
    await caller.tell(report, "erase")
    ticket = await desk.ticket(report, CENTRE)
    left = said(ticket) + str([event.detail for event in await desk.events(ticket)])
    assert NAME not in left
    assert PHONE not in left


@pytest.mark.parametrize("content", SIGNED_OFF)
async def test_the_name_does_not_leave_over_open311(
    desk: Desk, caller: Any, document: dict[str, Any], content: str
) -> None:
    place = {"text": f"五一路，找{NAME}", "area_code": None, "lat": None, "lng": None, "coord_sys": None}
    ref = await caller.file(document | {"content": content, "place": place, "is_public": True})
    ticket = await desk.ticket(ref, CENTRE)
    told = str(request_view.request(ticket, desk.city, known=True, media_url=lambda _part: ""))
    assert NAME not in told
    assert PHONE not in told
    assert "热力公司经理收钱" in told
