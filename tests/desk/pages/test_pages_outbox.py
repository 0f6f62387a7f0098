"""What does not get out is seen at the desk, let go again or given up there; by the centre alone."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from desk import outbox as callbacks
from desk.app import Desk
from desk.pages.router import desk_pages
from hotline.contract import Callback
from storage.db.migrate import upgrade
from storage.outbox import outbox


@pytest.fixture
async def entry(desk: Desk, database_url: str) -> int:
    """A message the platform refused for good."""
    await upgrade(database_url)
    async with desk.database.write() as tx:
        made = await outbox.queue(
            tx,
            destination="wechat",
            kind="reply",
            lane="citizen:1",
            body={"text": "what the citizen must not be shown to hear"},
            now=desk.clock(),
        )
        assert made is not None
        await outbox.claim(tx, now=desk.clock(), lease=timedelta(seconds=60), limit=1)
        await outbox.bury(tx, made, "errcode 45015", desk.clock())
    return made


@pytest.fixture
def pages(desk: Desk) -> FastAPI:
    app = FastAPI()
    app.include_router(
        desk_pages(
            desk,
            new_secret=lambda: "a-secret-of-the-tests",
            attachment_url=lambda part: part.url,
            secure=False,
            of_front=True,
        )
    )
    return app


async def state(desk: Desk, entry: int) -> str:
    async with desk.database.read() as tx:
        (found,) = [one for one in await outbox.entries(tx) if one.id == entry]
    return found.state


async def test_nobody_but_the_centre_sees_or_moves_it(li: Any, desk: Desk, entry: int) -> None:
    assert (await li.http.get("/desk/outbox")).status_code == 404
    for what in ("retry", "bury"):
        assert (await li.press(f"/desk/outbox/front/{entry}/{what}")).status_code == 404
    assert await state(desk, entry) == "buried"


async def test_a_dead_letter_says_why_and_not_what(wang: Any, entry: int) -> None:
    page = await wang.look("/desk/outbox")
    assert "errcode 45015" in page
    assert "已放弃" in page
    assert "must not be shown" not in page


async def test_it_goes_again_and_is_given_up_again(wang: Any, desk: Desk, entry: int) -> None:
    assert (await wang.press(f"/desk/outbox/front/{entry}/retry")).status_code == 303
    assert await state(desk, entry) == "due"
    assert (await wang.press(f"/desk/outbox/front/{entry}/bury")).status_code == 303
    assert await state(desk, entry) == "buried"


async def test_a_forged_form_moves_nothing(wang: Any, desk: Desk, entry: int) -> None:
    answer = await wang.http.post(f"/desk/outbox/front/{entry}/retry", data={"token": "forged"})
    assert answer.status_code == 403
    assert await state(desk, entry) == "buried"


async def test_the_desks_own_callbacks_stand_there_too(wang: Any, desk: Desk, entry: int) -> None:
    said = Callback(event_id="e1", type="accepted", at=desk.clock(), reference="WX1")
    async with desk.database.write() as tx:
        await callbacks.queue(tx, said, lane="H1", now=desk.clock())
        (claimed,) = await callbacks.claim(tx, now=desk.clock(), lease=timedelta(seconds=60), limit=1)
        await callbacks.bury(tx, claimed.id, "the front door answered 404", desk.clock())
    assert "the front door answered 404" in await wang.look("/desk/outbox")
    assert (await wang.press(f"/desk/outbox/desk/{claimed.id}/retry")).status_code == 303
    assert "the front door answered 404" not in await wang.look("/desk/outbox")


@pytest.mark.parametrize("origin", ["elsewhere", "%2e%2e"])
async def test_there_are_two_boxes_only(wang: Any, entry: int, origin: str) -> None:
    assert (await wang.press(f"/desk/outbox/{origin}/{entry}/retry")).status_code in (404, 405)
