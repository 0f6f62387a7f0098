"""Photos of what was being written when the release changed belong to nobody but their citizens."""

from typing import Any

import pytest
from sqlalchemy import select

from intake.model.messages import Address, ChannelName, Event, Inbound
from storage.db import tables
from tests.upgrade.conftest import Installation
from tests.upgrade.restoring import lines

FILED_AND_WRITES = "filed_pictures_5"
"""Somebody who has filed a ticket, and has just sent a photo of something else."""


def writes() -> tuple[Address, str]:
    """Who that is, and the photo's number."""
    (story,) = [line for line in lines("stories") if line["story"] == FILED_AND_WRITES]
    (photo,) = story["before"]["draft"]["attachments"]
    return Address(ChannelName.WECHAT, story["next"]["address"]["user"]), photo


async def cancels(house: Installation, who: Address) -> None:
    for number, text in enumerate(("返回", "取消", "确定取消")):
        await house.service.receive(Inbound(f"after:{number}", who, house.clock(), text))


async def erases(house: Installation, who: Address) -> None:
    for number, text in enumerate(("返回", "删除", "确认删除")):
        await house.service.receive(Inbound(f"after:{number}", who, house.clock(), text))


async def leaves(house: Installation, who: Address) -> None:
    await house.service.receive(Inbound("after:1", who, house.clock(), event=Event.LEFT))


async def says_no_more(house: Installation, who: Address) -> None:
    house.clock.tick(days=house.city.drafts.purge_days + 1)
    await house.worker._retention.once()


@pytest.mark.parametrize("gives_up", [cancels, erases, leaves, says_no_more])
async def test_a_photo_goes_with_the_draft_it_was_sent_for(house: Installation, gives_up: Any) -> None:
    """Though its citizen had filed something before, and of older files nobody knows with what they went."""
    who, photo = writes()
    await gives_up(house, who)
    assert await state_of(house, photo) == "dropped"


async def test_the_photo_of_what_was_filed_stays(house: Installation) -> None:
    who, _ = writes()
    (story,) = [line for line in lines("stories") if line["story"] == FILED_AND_WRITES]
    await cancels(house, who)
    async with house.database.read() as tx:
        kept = (
            await tx.scalars(select(tables.attachments.c.state).where(tables.attachments.c.filed_with == ""))
        ).all()
    assert story["before"]["draft"]["content"] == ""
    assert "stored" in kept


async def state_of(house: Installation, photo: str) -> str:
    async with house.database.read() as tx:
        found: str = await tx.scalar(
            select(tables.attachments.c.state).where(tables.attachments.c.id == int(photo))
        )
    return found
