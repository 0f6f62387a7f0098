"""Whoever unfollows or withdraws is forgotten; their case stays, without the account."""

from typing import Any

import pytest
from sqlalchemy import select

from playground.phones import Picked
from storage.db.tables import conversations, inbox, outbox, tickets
from storage.files.file_store import NoSuchFile as FileGone
from storage.messages import attachments, send_quotas, template_opt_ins

PAPER = b"%PDF-1.4\n a paper"


async def leaves(office: Any, citizen: Any, how: str) -> None:
    await (citizen.phone.leave() if how == "unsubscribe" else citizen.phone.revoke())
    await office.rest()


@pytest.mark.parametrize("how", ["unsubscribe", "revoke"])
async def test_the_case_stays_and_the_account_goes(office: Any, how: str) -> None:
    citizen, other = await office.citizen(), await office.citizen()
    await citizen.files_a_complaint()
    await other.says("路灯坏了")
    await citizen.says("还有一件事，我家暖气不热")
    row = (await citizen.stored()).id
    said = len(citizen.heard())

    await leaves(office, citizen, how)

    assert len(citizen.heard()) == said
    assert await citizen.stored() is None
    assert (await other.stored()).conversation.held is not None  # the right person
    async with office.database.read() as tx:
        kept = (await tx.execute(select(conversations).where(conversations.c.id == row))).one()
        assert (kept.user, kept.state_sealed, kept.reachable) == (None, None, False)
        assert len((await tx.execute(select(tickets).where(tickets.c.conversation_id == row))).all()) == 1
        assert await send_quotas.left(tx, row, office.clock()) == 0


@pytest.mark.parametrize("how", ["unsubscribe", "revoke"])
async def test_nothing_said_to_them_or_on_its_way_is_left(office: Any, how: str) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    await citizen.phone.allow("SUB")
    await office.rest()
    office.clock.on(hours=49)
    office.platform.forms.fate = ""
    await office.tell("dispatched", "e1", lead_unit="urban_management")  # awaited
    office.platform.verified = False
    await office.tell("signed", "e2")  # kept
    row = (await citizen.stored()).id
    await leaves(office, citizen, how)
    async with office.database.read() as tx:
        left = (await tx.execute(select(outbox).where(outbox.c.kind == "reply"))).all()
        assert left
        assert all(entry.body_sealed is None and entry.state in ("done", "buried") for entry in left)
        turns = (await tx.execute(select(inbox).where(inbox.c.conversation_id == row))).all()
        assert all(turn.replies_sealed is None for turn in turns)
        assert await template_opt_ins.allowed(tx, row) == frozenset()


async def test_pushes_stop(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    await leaves(office, citizen, "unsubscribe")
    calls = office.platform.calls.total()
    await office.tell("accepted", "e1")
    await office.tell("completed", "e2", public_text="已修好")
    assert office.platform.calls.total() == calls


async def test_a_new_subscription_starts_clean(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    await citizen.says("我家暖气不热")
    await leaves(office, citizen, "unsubscribe")
    await citizen.phone.open()
    await office.rest()
    assert "智能受理助手" in citizen.heard()[-1]
    assert "还没有登记过诉求" in (await citizen.says("查进度"))[0]
    assert "登记前请看一眼" in (await citizen.says("路灯坏了"))[0]


@pytest.mark.parametrize("filed", [True, False])
async def test_photos_of_a_case_stay_and_those_of_a_draft_go(office: Any, filed: bool) -> None:
    citizen = await office.citizen()
    await citizen.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    await citizen.says("同意")
    await citizen.phone.photos([Picked(PAPER, "application/pdf", "1.pdf")])
    await office.rest()
    await office.deliver()
    office.clock.on(seconds=4)
    await office.deliver()
    async with office.database.read() as tx:
        (photo,) = await attachments.by_ids(tx, ["1"])
    assert photo.state == "stored"
    link = office.files.link(photo.sha256)
    query = dict(part.split("=") for part in link.partition("?")[2].split("&"))
    if filed:
        await citizen.says("提交")
        await office.deliver()
    await leaves(office, citizen, "unsubscribe")
    await office.deliver()
    async with office.database.read() as tx:
        (photo_after,) = await attachments.by_ids(tx, ["1"])
    assert photo_after.state == ("stored" if filed else "dropped")
    if filed:
        assert await office.files.read(photo.sha256, **query) == PAPER
    else:
        with pytest.raises(FileGone):
            await office.files.read(photo.sha256, **query)


async def test_a_photo_still_on_its_way_when_they_leave_is_not_kept(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    await citizen.says("同意")
    await citizen.phone.photos([Picked(PAPER, "application/pdf", "1.pdf")])
    await office.rest()
    await leaves(office, citizen, "unsubscribe")
    office.clock.on(seconds=10)
    await office.deliver()
    assert await office.states("fetch") == ["buried"]
    assert await citizen.stored() is None
