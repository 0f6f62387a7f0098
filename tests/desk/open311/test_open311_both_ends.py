"""The adapter against the desk's own server: one request however often it is sent, followed to its end."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from desk.app import Desk
from desk.workflow.states import Actor, Role
from hotline.open311.client import Open311Hotline
from intake.city import CityProfile
from intake.model.ports import Followed, Rejected, Unsure
from intake.model.status import standing

CENTRE = Actor(Role.CENTRE, "wang")
HEATING = Actor(Role.UNIT, "li", "heating")


class Loses(httpx.ASGITransport):
    """Takes a request and loses the answer to every post."""

    losing = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if self.losing and request.method == "POST":
            raise httpx.ReadTimeout("lost")
        return answer


@pytest.fixture
def wire(app: FastAPI) -> Loses:
    return Loses(app)


@pytest.fixture
async def hotline(wire: Loses, city: CityProfile, clock: Any) -> AsyncIterator[Open311Hotline]:
    async with httpx.AsyncClient(transport=wire) as http:
        yield Open311Hotline(
            "http://desk/open311/v2",
            http,
            city,
            jurisdiction="jiayuguan.cn",
            api_key="a-writers-key",
            clock=clock,
        )


@pytest.fixture
def document(document: dict[str, Any]) -> dict[str, Any]:
    content = "家里冷\n影响范围: 整栋楼"
    return document | {"category": {"code": "0101", "path": "x"}, "content": content, "attachments": []}


async def test_a_lost_answer_leaves_one_ticket(
    hotline: Open311Hotline, wire: Loses, desk: Desk, document: dict[str, Any]
) -> None:
    key = document["idempotency_key"]
    wire.losing = True
    for _ in range(2):
        with pytest.raises(Unsure):
            await hotline.submit(document, key)
    wire.losing = False
    number = await hotline.find(key, document)
    assert number == await hotline.submit(document, key)
    assert [one.hotline_ref for one in await desk.queue(CENTRE)] == [number]
    filed = (await desk.ticket(number, CENTRE)).document
    assert (filed.appeal_type, filed.person.phone) == ("TS", "13900000000")
    assert "影响范围：整栋楼" in filed.content


async def test_its_life_is_followed_and_written_on(
    hotline: Open311Hotline, desk: Desk, document: dict[str, Any], walk: Callable[[str], Any], clock: Any
) -> None:
    number = await hotline.submit(document, document["idempotency_key"])
    ticket = Followed(document["reference"], number, "submitted", 1)
    lead, said = walk(number), {}

    async def asks() -> None:
        clock.on(minutes=10)
        for one in await hotline.news([ticket]):
            said.setdefault(one.event_id, one)

    await asks()
    await lead("accept")
    await lead("dispatch", lead_unit="heating")
    await asks()
    event = {"event_id": "e1", "type": "supplement", "text": "还是冷"}
    await hotline.send_event(number, event, "e1")
    await hotline.send_event(number, event, "e1")
    await lead("sign", HEATING)
    await lead("contact", HEATING)
    await lead("answer", HEATING, public_text="已换阀门。", internal_text="阀门。")
    await lead("complete")
    await asks()
    await asks()
    now = standing(said.values())
    assert [one.type for one in sorted(said.values(), key=lambda one: one.at)] == [
        "accepted",
        "dispatched",
        "completed",
    ]
    assert (now.status, now.lead_unit, now.public_text) == ("completed", "heating", "已换阀门。")
    history = await desk.events(await desk.ticket(number, CENTRE))
    assert sum(one.action == "supplement" for one in history) == 1
    with pytest.raises(Rejected):
        await hotline.send_event(None, {"event_id": "e2", "type": "alert"}, "e2")
