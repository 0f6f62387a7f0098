"""The survey as people see it: in a sentence on one phone, in taps on the other, and its page at the desk.

How the tickets came to be is told elsewhere, in a browser too: here they are filed without one. With
`JIESU_SCREENSHOTS=docs/images` the pictures of the documentation are taken on the way.
"""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from app.base.clock import utc_now
from app.surveys import campaigns as campaigning
from app.surveys.external_cases import Listed, Matter, put
from desk.importing.import_calls import bring_to_rate, to_phone
from desk.importing.survey_cases import ToRate, as_call
from desk.workflow.states import State
from intake.model.messages import ChannelName
from storage.surveys import campaigns
from tests.story.browsing import PASSWORD, Handset, Pictures, first_log_in

pytestmark = pytest.mark.browser

STORIES = {
    ChannelName.WECHAT: "我家暖气不热三天了，五一南路幸福小区3号楼，整栋楼都这样，我姓张，电话13812345678",
    ChannelName.TELEGRAM: "新华路15号院楼下烧烤店油烟太大，我姓王，电话13912345678",
}
DAY = timedelta(days=1)
REMEMBERED = "localStorage.setItem('playground.{app}', '{user}');"


async def _rates_soon(town: Any, channel: ChannelName) -> Any:
    """A citizen whose matter was answered, and who reads the first question."""
    citizen = await town.citizen(channel)
    await citizen.says(STORIES[channel])
    await citizen.agrees()
    await citizen.hears("请核对")
    await citizen.taps("提交")
    await citizen.hears("您的诉求已登记")
    await town.act("direct_answer", State.SUBMITTED, public_text="已派人上门检修。")
    await citizen.hears("联系过您吗")
    return citizen


async def _told_by_telephone(town: Any, number: str, **whom: str) -> Listed:
    """A line of the centre's table, as `jiesu survey import` takes it."""
    now, city, office = utc_now(), town.runtime.city, town.runtime.desk.office
    line: dict[str, Any] = {"phone": None, "channel": None, "user": None, **whom}
    told = ToRate(2, number, now - DAY, "heating", "010101", "暖气不热", **line)
    async with town.runtime.database.write() as tx:
        ref = await bring_to_rate(tx, office, as_call(told, city))
        matter = Matter(ref or "", "heating", told.completed_at, told.phone, told.channel, told.user)
        listed = await put(tx, city, matter, now, tell=False)
        if listed is Listed.PHONE:
            await to_phone(tx, office, matter.number, now)
    return listed


async def _paused_campaign(town: Any) -> int:
    """Over what was told by telephone; paused before anybody is asked."""
    now = utc_now()
    span = (now - 2 * DAY, now)
    made = [
        one
        async for one, _ in campaigning.begin(town.runtime.database, town.runtime.city, "三月", *span, now)
    ]
    async with town.runtime.database.write() as tx:
        assert await campaigns.turn(tx, made[-1], "paused", now)
    return made[-1]


async def _picture_of_both(page: Page) -> None:
    """The two phones, without the desk beside them."""
    left, right = [
        await page.get_by_test_id(f"phone-{one.value}").bounding_box()
        for one in (ChannelName.WECHAT, ChannelName.TELEGRAM)
    ]
    assert left
    assert right
    wide = right["x"] + right["width"] - left["x"]
    clip = {"x": left["x"] - 8, "y": left["y"] - 8, "width": wide + 16, "height": left["height"] + 16}
    await Pictures(page).take("survey-phones", clip=clip)


@pytest.mark.parametrize("town", ["sqlite"], indirect=True)
async def test_asked_on_both_phones_and_counted_at_the_desk(town: Any, browser: Browser) -> None:
    await town.runtime.desk.ensure_first_user(PASSWORD)
    people = {channel: await _rates_soon(town, channel) for channel in ChannelName}
    context = await browser.new_context(
        base_url=town.base_url, viewport={"width": 1680, "height": 1000}, locale="zh-CN"
    )
    for channel, citizen in people.items():
        await context.add_init_script(REMEMBERED.format(app=channel.value, user=citizen.phone.user))
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto("/playground")
    wechat, telegram = Handset(page, "wechat"), Handset(page, "telegram")

    for tap, heard in (("联系过", "解决了吗"), ("部分解决", "满意吗"), ("不满意", "需要重新办理吗")):
        await telegram.taps(tap)
        await telegram.hears(heard)
    await wechat.says("来过了，修好了，很满意，感谢师傅冒雪上门")
    await wechat.hears("谢谢您的评价")
    await _picture_of_both(page)
    await telegram.says("拖了半个月，态度也不好")
    await telegram.hears("记下了")
    await telegram.taps("需要")
    await telegram.hears("我们会要求重新办理")

    user = people[ChannelName.WECHAT].phone.user
    assert await _told_by_telephone(town, "2604260912001", channel="WX", user=user) is Listed.CHAT
    assert await _told_by_telephone(town, "2604260912002", phone="13712345678") is Listed.PHONE
    number = await _paused_campaign(town)
    office = await context.new_page()
    office.on("pageerror", lambda error: faults.append(str(error)))
    await office.set_viewport_size({"width": 1280, "height": 1000})
    await office.goto("/desk/login")
    await first_log_in(office, "desk")
    await office.goto("/desk/alerts")
    await expect(office.locator("#alerts")).to_contain_text("差评")
    await office.goto("/desk/survey")
    await expect(office.locator("#reasons")).to_contain_text("太慢")
    await expect(office.locator("#calls")).to_contain_text("供热公司")
    await expect(office.locator(f"#resume-{number}")).to_be_visible()
    await office.locator("#phone").fill("13812345678")
    await office.locator("#issue").click()
    await expect(office.locator("#code")).to_contain_text("5678")
    await Pictures(office).take("survey-desk", full_page=True)
    await context.close()
    assert faults == []
