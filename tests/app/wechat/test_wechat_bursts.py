"""Photos pushed one by one and a text within seconds are one matter."""

import asyncio
from typing import Any

from playground.phones import Picked
from storage.messages import loose_files
from tests.pictures import a_png

PNG = a_png()


def photos(count: int) -> list[Picked]:
    return [Picked(a_png(number), "image/png", f"{number}.png") for number in range(count)]


async def sends(office: Any, citizen: Any, count: int) -> list[str]:
    before = len(citizen.heard())
    await citizen.phone.photos(photos(count))
    await office.rest()
    return citizen.heard()[before:]


async def agreed(office: Any) -> Any:
    citizen = await office.citizen()
    await citizen.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    await citizen.says("同意")
    return citizen


async def test_three_photos_alone_are_answered_once_and_after_a_pause(office: Any) -> None:
    citizen = await agreed(office)
    assert await sends(office, citizen, 3) == []
    office.clock.on(seconds=2)
    await office.deliver()
    assert len(citizen.heard()) == 2
    office.clock.on(seconds=2)
    await office.deliver()
    assert len(citizen.heard()) == 3
    assert "照片：3个" in citizen.heard()[-1]
    office.clock.on(seconds=10)
    await office.deliver()
    assert len(citizen.heard()) == 3


async def test_a_text_behind_photos_is_answered_at_once_and_counts_them(office: Any) -> None:
    citizen = await agreed(office)
    await sends(office, citizen, 2)
    assert "照片：2个" in "".join(await citizen.says("井盖碎成了两半"))
    office.clock.on(seconds=10)
    await office.deliver()
    assert len(citizen.heard()) == 3


async def test_photos_sent_before_any_word_wait_for_the_words(office: Any) -> None:
    citizen = await office.citizen()
    await sends(office, citizen, 2)
    heard = await citizen.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    assert "登记前请看一眼" in heard[0]
    assert "照片：2个" in "".join(await citizen.says("同意"))


async def test_photos_alone_to_begin_with_show_the_notice_whole_and_once(office: Any) -> None:
    citizen = await office.citizen()
    await sends(office, citizen, 3)
    office.clock.on(seconds=4)
    await office.deliver()
    (heard,) = citizen.heard()
    assert "登记前请看一眼" in heard


async def test_a_burst_that_goes_on_is_not_cut_in_two(office: Any) -> None:
    citizen = await agreed(office)
    await sends(office, citizen, 2)
    office.clock.on(seconds=2)
    await sends(office, citizen, 2)
    office.clock.on(seconds=1.2)
    await office.deliver()
    assert len(citizen.heard()) == 2
    office.clock.on(seconds=2)
    await office.deliver()
    assert "照片：4个" in citizen.heard()[-1]


async def test_photos_just_before_submit_are_in_the_ticket(office: Any) -> None:
    citizen = await agreed(office)
    await sends(office, citizen, 2)
    assert "您的诉求已登记" in "".join(await citizen.says("提交"))
    await office.deliver()
    office.clock.on(minutes=2)
    await office.deliver()
    (ticket,) = office.backend.tickets
    assert len(ticket["attachments"]) == 2


async def test_a_word_that_has_no_use_for_photos_leaves_them_to_their_burst(office: Any) -> None:
    citizen = await agreed(office)
    await sends(office, citizen, 2)
    await citizen.says("查进度")
    office.clock.on(seconds=4)
    await office.deliver()
    assert "照片：2个" in citizen.heard()[-1]


async def test_the_platforms_repeat_of_a_photo_adds_none(office: Any) -> None:
    citizen = await agreed(office)
    held = office.platform.citizen(citizen.phone.user)
    media = office.platform.keep("image", PNG, "image/png")
    fields = {"MsgType": "image", "MediaId": media, "MsgId": 7250021412600020992, "CreateTime": 1732177800}
    await asyncio.gather(*(office.platform.push(held, fields) for _ in range(3)))
    await office.rest()
    office.clock.on(seconds=4)
    await office.deliver()
    assert "照片：1个" in citizen.heard()[-1]


async def test_the_files_are_fetched_at_once(office: Any) -> None:
    citizen = await agreed(office)
    await sends(office, citizen, 3)
    await office.deliver()
    assert await office.states("fetch") == ["done"] * 3


async def test_without_rights_the_last_push_is_held_and_answers(database: Any, open_office: Any) -> None:
    office = open_office(database, hold=1.5)
    await office.without_rights()
    citizen = await agreed(office)
    held = office.platform.citizen(citizen.phone.user)
    before = len(citizen.heard())
    for number in range(3):
        media = office.platform.keep("image", PNG, "image/png")
        fields = {"MsgType": "image", "MediaId": media, "MsgId": number + 1, "CreateTime": 1732177800}
        office.platform.push_soon(held, fields)
        await asyncio.sleep(0.05)
    office.clock.on(seconds=3)  # the hold is scaled, the clock is not
    await office.rest()
    heard = citizen.heard()[before:]
    assert len(heard) == 1
    assert "照片：3个" in heard[0]
    office.clock.on(seconds=10)
    await office.deliver()
    assert len(citizen.heard()) == before + 1
    assert office.platform.calls["/cgi-bin/message/custom/send"] == 0


async def test_without_rights_the_text_behind_held_photos_carries_the_answer(
    database: Any, open_office: Any
) -> None:
    office = open_office(database, hold=1.5)
    await office.without_rights()
    citizen = await agreed(office)
    before = len(citizen.heard())
    await citizen.phone.photos(photos(3))
    while len(await waiting(office, citizen)) < 3:  # their pushes are held now
        await asyncio.sleep(0.01)
    await citizen.phone.say("井盖碎成了两半")
    while len(citizen.heard()) == before:
        await asyncio.sleep(0.01)
    assert "照片：3个" in citizen.heard()[-1]
    office.clock.on(seconds=3)
    await office.rest()
    office.clock.on(seconds=10)
    await office.deliver()
    assert len(citizen.heard()) == before + 1
    assert office.platform.calls["/cgi-bin/message/custom/send"] == 0


async def waiting(office: Any, citizen: Any) -> Any:
    async with office.database.read() as tx:
        return await loose_files.waiting(tx, (await citizen.stored()).id)
