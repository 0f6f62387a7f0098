"""Pages of a sealed report: what no page shows, and what the centre's says when a unit was barred."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from desk.accounts import users
from desk.app import Desk
from desk.workflow.states import Actor, Role
from tests.desk.pages.conftest import PASSWORD, Person

CENTRE = Actor(Role.CENTRE, "wang")
SECRETS = ("502", "3单元", "王建国", "老王家", "值夜班", "old_employee", "39.77", "98.27", "<audio")


@pytest.fixture
async def report(desk: Desk, caller: Any, document: dict[str, Any]) -> str:
    """Dispatched to housing and to the street."""
    voice = {
        "kind": "voice",
        "sha256": "b" * 64,
        "media_type": "audio/ogg",
        "size": 9,
        "url": "http://front.door/b",
    }
    place = {"text": "新华南路12号楼3单元502室老王家", "lat": 39.7712, "lng": 98.2712, "coord_sys": "WGS84"}
    told = {
        "appeal_type": "JB",
        "content": "锅炉房夜里倒卖燃煤，502看得见，王建国",
        "title": "举报新华南路12号楼3单元502室楼下倒卖燃煤",
        "occurred": {"text": "值夜班时"},
        "place": place,
        "person": {"kind": "individual", "name": "王建国", "phone": "13900001111"},
        "labels": ["old_employee"],
        "attachments": [voice],
    }
    hotline_ref: str = await caller.file(document | told)
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    await desk.act(hotline_ref, "dispatch", CENTRE, 2, lead_unit="housing", co_units=("street",))
    return hotline_ref


@pytest.fixture
async def auditor(desk: Desk, stranger: Person) -> Person:
    async with desk.database.write() as tx:
        await users.add(tx, "xu", PASSWORD, Role.AUDITOR, None, desk.clock(), given=False)
    assert (await stranger.log_in("xu")).status_code == 303
    return stranger


async def test_no_page_shows_what_is_sealed(
    arrives: Callable[[str], Awaitable[Person]], auditor: Person, report: str
) -> None:
    for person in (await arrives("wang"), await arrives("li"), await arrives("sun"), auditor):
        for path in (f"/desk/tickets/{report}", "/desk", "/desk/search?q=502", "/desk/search?q=燃煤"):
            page = (await person.look(path)).replace('value="502"', "")
            assert [secret for secret in SECRETS if secret in page] == [], path
        assert "锅炉房夜里倒卖燃煤" in await person.look(f"/desk/tickets/{report}")
        assert "新华南路" in await person.look(f"/desk/tickets/{report}")


async def test_whoever_opened_it_is_shown_all(wang: Person, report: str) -> None:
    await wang.act(report, "unseal", reason="回访核实")
    page = await wang.look(f"/desk/tickets/{report}")
    assert [secret for secret in SECRETS if secret not in page] == []


async def test_the_centre_reads_which_unit_was_barred(
    wang: Person, arrives: Callable[[str], Awaitable[Person]], caller: Any, report: str
) -> None:
    await caller.tell(report, "supplement", text="I report Street for it")
    assert "已停止查看" in await wang.look(f"/desk/tickets/{report}")
    assert "该单位已不能查看" in await wang.look("/desk/notices")
    zhao = await arrives("zhao")
    assert (await zhao.http.get(f"/desk/tickets/{report}")).status_code == 404
    assert report not in await zhao.look("/desk") + await zhao.look("/desk/notices")
