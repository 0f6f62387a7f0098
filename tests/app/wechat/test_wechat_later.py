"""What comes later, by the best way: budgets from the citizen's own acts, forms, the next contact."""

from typing import Any

import pytest

from intake.model.messages import ChannelName
from storage.messages import account_issues, send_quotas, template_opt_ins


async def left(office: Any, citizen: Any) -> int:
    stored = await citizen.stored()
    async with office.database.read() as tx:
        return await send_quotas.left(tx, stored.id, office.clock())


async def test_every_act_opens_the_budget_it_should(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.phone.open()
    await office.rest()
    assert await left(office, citizen) == 3
    office.clock.on(seconds=61)
    assert await left(office, citizen) == 0
    await citizen.says("查进度")
    assert await left(office, citizen) == 5
    await citizen.phone.click("帮助")
    await citizen.phone.scan("bus-stop-12")
    await office.rest()
    assert await left(office, citizen) == 5 + 3 + 3
    office.clock.on(hours=48)
    assert await left(office, citizen) == 0


async def test_a_tap_on_a_link_opens_a_minute_not_two_days(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.says("新华路15号院门口井盖坏了")
    office.clock.on(hours=49)
    (notice,) = [b for b in citizen.phone.bubbles(0) if b.buttons]
    await citizen.phone.tap(notice.id, notice.buttons[0].id)
    await office.rest()
    assert await left(office, citizen) == 3
    office.clock.on(seconds=61)
    assert await left(office, citizen) == 0


async def test_news_goes_by_message_then_by_form_then_waits(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    await office.tell("accepted", "e1")
    assert citizen.heard()[-1].endswith("已受理。")
    office.clock.on(hours=49)

    await office.tell("dispatched", "e2", lead_unit="urban_management")
    assert "已转办" in citizen.heard()[-1]
    assert (await office.states())[-1] == "done"  # the form said it all, and WeChat that it came

    office.platform.forms.fate = "failed: system failed"
    await office.tell("signed", "e3")
    assert (await office.states())[-1] == "kept"

    assert any("已接收您的诉求" in text for text in await citizen.says("查进度"))
    assert (await office.states())[-1] == "done"


async def test_an_answer_that_no_form_holds_is_announced_and_told_at_the_next_contact(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    office.clock.on(hours=49)
    await office.tell("direct_answered", "e1", public_text="已责令物业三日内更换井盖，并加装防坠网。")
    assert "已答复" in citizen.heard()[-1]
    assert (await office.states())[-1] == "kept"
    assert "加装防坠网" in (await citizen.says("你好"))[0]


async def test_200_is_not_delivered(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    office.clock.on(hours=49)
    office.platform.forms.fate = ""
    await office.tell("dispatched", "e1", lead_unit="urban_management")
    assert (await office.states())[-1] == "awaited"
    office.clock.on(hours=25)
    await office.tidying.once()
    assert (await office.states())[-1] == "kept"


async def test_an_allowed_notification_goes_before_the_form_and_no_longer_once_it_is_forbidden(
    office: Any,
) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    await citizen.phone.allow("SUB")
    await office.rest()
    office.clock.on(hours=49)
    await office.tell("dispatched", "e1", lead_unit="urban_management")
    assert [asked["template_id"] for asked in office.platform.forms.sent] == ["SUB"]
    assert (await office.states())[-1] == "done"
    await citizen.phone.forbid("SUB")
    await office.rest()
    async with office.database.read() as tx:
        assert await template_opt_ins.allowed(tx, (await citizen.stored()).id) == frozenset()
    await office.tell("signed", "e2")
    assert [asked["template_id"] for asked in office.platform.forms.sent] == ["SUB", "TPL"]


async def test_the_sixth_message_takes_the_next_rung(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    office.clock.on(minutes=2)
    for number in range(6):
        await office.tell("extended", f"e{number}", due_at=office.clock(), reason=f"第{number}次")
    assert office.platform.calls["/cgi-bin/message/custom/send"] == 5
    assert office.platform.calls["/cgi-bin/message/template/send"] == 1


async def test_wechats_word_on_the_window_goes_before_our_book(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    office.platform.refuse["/cgi-bin/message/custom/send"] = 45015
    await office.tell("accepted", "e1")
    assert await left(office, citizen) == 0
    assert office.platform.calls["/cgi-bin/message/template/send"] == 1


@pytest.mark.parametrize("errcode", [-1, 45009])
async def test_what_wechat_suffers_from_is_tried_again_and_not_counted(office: Any, errcode: int) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    before = await left(office, citizen)
    office.platform.refuse["/cgi-bin/message/custom/send"] = errcode
    await office.tell("accepted", "e1")
    (entry,) = [entry for entry in await office.entries() if entry.state == "due"]
    if errcode == 45009:  # until midnight in China: 17:30 there now
        assert (entry.due_at - office.clock()).total_seconds() > 6 * 3600
    assert await left(office, citizen) == before
    office.platform.refuse.clear()
    office.clock.on(hours=7)
    await office.deliver()
    assert citizen.heard()[-1].endswith("已受理。")


async def test_an_account_without_rights_is_remembered_and_its_news_kept(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    office.platform.verified = False
    for number in range(3):
        await office.tell("extended", f"e{number}", due_at=office.clock(), reason=f"第{number}次")
    assert office.platform.calls["/cgi-bin/message/custom/send"] == 1
    assert (await office.states()).count("kept") == 3
    async with office.database.read() as tx:
        notes = await account_issues.read(tx, ChannelName.WECHAT)
    assert {about: note.says for about, note in notes.items()} == {"message": "48001", "template": "48001"}
    heard = "".join(await citizen.says("你好"))
    assert all(f"第{number}次" in heard for number in range(3))


async def test_what_is_too_long_for_one_answer_is_read_word_by_word_where_nothing_else_leads_to_them(
    office: Any,
) -> None:
    await office.without_rights()
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    for number in range(12):
        reason = f"第{number}号材料尚未到货，" + "需要等待厂家重新生产" * 8
        await office.tell("extended", f"e{number}", due_at=office.clock(), reason=reason)
    heard: list[str] = []
    while not heard or "接着看" in heard[-1]:
        heard += await citizen.says("好")
        await office.deliver()
    assert len(heard) > 2
    said = "".join(heard)
    places = [said.index(f"第{number}号材料") for number in range(12)]
    assert places == sorted(places)
    assert all(said.count(f"第{number}号材料") == 1 for number in range(12))


async def test_what_news_offers_is_taken_by_number(office: Any) -> None:
    """The receipt offered "1. progress"; the unit's question came since, with a list of its own."""
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    await office.tell("need_info", "e1", public_text="请问是哪个单元？")
    assert "1. 补充" in citizen.heard()[-1]
    assert "请说要补充什么" in "".join(await citizen.says("1"))
    await citizen.says("三单元")
    assert "我们保存着" in "".join(await citizen.says("我的数据"))
    assert '"channel":"wechat"' in "".join(await citizen.says("1"))


async def test_no_form_is_left_waiting_whichever_word_comes_first(office: Any) -> None:
    """The platform's push may overtake the answer to our own call."""
    citizen = await office.citizen()
    await citizen.files_a_complaint()
    office.clock.on(hours=49)
    for _ in range(3):
        await office.tell("extended", f"e{_}", due_at=office.clock(), reason="r")
    assert "awaited" not in await office.states()
