"""The whole story as a newcomer sees it: two phones and the desk in a real browser, and nothing else.

With `JIESU_SCREENSHOTS=docs/images` the pictures of the documentation are taken on the way.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, FrameLocator, Locator, Page, expect

from tests.story.browsing import PASSWORD, Handset, Pictures, first_log_in

pytestmark = pytest.mark.browser


class DeskFrame:
    """The desk beside the phones."""

    def __init__(self, page: Page) -> None:
        self._frame: FrameLocator = page.frame_locator("iframe")

    async def logs_in(self, name: str) -> None:
        await first_log_in(self._frame, name)

    async def opens_the_newest(self) -> None:
        link: Locator = self._frame.locator("a[href*='/desk/tickets/']").first
        await expect(link).to_be_visible()
        await link.click()
        await expect(self._frame.locator("#actions")).to_be_visible()

    async def does(self, action: str, **fields: str) -> None:
        form = self._frame.locator(f"form[action$='/{action}']")
        summary = self._frame.locator(f"#do-{action} > summary")
        if await summary.count() and not await form.is_visible():
            await summary.click()
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            tag = await field.evaluate("element => element.tagName")
            await (field.select_option(value) if tag == "SELECT" else field.fill(value))
        await self._frame.locator(".notice.good").evaluate_all(
            "all => all.forEach(one => one.dataset.old = '')"
        )
        await form.get_by_role("button").click()
        await expect(self._frame.locator(".notice.good:not([data-old])")).to_be_visible()  # this step's own

    async def goes_back(self) -> None:
        await self._frame.locator("a.crumb").click()


@pytest.fixture
async def page(town: Any, browser: Browser) -> AsyncIterator[Page]:
    await town.runtime.desk.ensure_first_user(PASSWORD)
    opened = await browser.new_page(viewport={"width": 1680, "height": 1000}, locale="zh-CN")
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    await opened.goto(f"{town.base_url}/playground")
    yield opened
    assert faults == []


async def test_two_citizens_and_the_desk(page: Page) -> None:
    wechat, telegram, desk, pictures = (
        Handset(page, "wechat"),
        Handset(page, "telegram"),
        DeskFrame(page),
        Pictures(page),
    )
    await desk.logs_in("desk")

    await wechat.says("我家暖气不热三天了，五一南路幸福小区3号楼，整栋楼都这样，我姓张，电话13812345678")
    await wechat.hears("登记前请看一眼")
    await telegram.says("新华路15号院楼下烧烤店油烟太大，我姓王，电话13912345678")
    await telegram.hears("登记前请看一眼")
    await pictures.take("1-notice")
    await wechat.taps("同意")
    await telegram.taps("同意")
    await telegram.hears("单独确认")
    await telegram.taps("单独同意")
    await telegram.hears("请核对")
    await wechat.hears("请核对")
    await pictures.take("2-summary")
    await wechat.taps("提交")
    await wechat.hears("您的诉求已登记")
    await pictures.take("playground")

    await desk.opens_the_newest()
    await pictures.take("3-desk")
    await desk.does("accept")
    await wechat.hears("已受理")
    await desk.does("dispatch")
    await wechat.hears("已转至【住建局】")
    await desk.does("sign")
    await wechat.hears("已接收您的诉求")
    await desk.does("contact")
    await desk.does("answer", public_text="已排查管网，今晚恢复供热。", internal_text="阀门故障")
    await desk.does("complete")
    await wechat.hears("今晚恢复供热")
    await wechat.hears("联系过您吗")
    await pictures.take("4-survey")

    for tap, heard in (
        ("联系过", "解决了吗"),
        ("未解决", "满意吗"),
        ("不满意", "什么原因"),
        ("没有解决", "需要重新办理吗"),
    ):
        await wechat.taps(tap)
        await wechat.hears(heard)
    await wechat.taps("需要")
    await wechat.hears("我们会要求重新办理")
    await wechat.hears("重新办理。")
    await pictures.take("5-rework")

    await telegram.taps("提交")
    await telegram.hears("您的诉求已登记")
    await desk.goes_back()
    await desk.opens_the_newest()
    await pictures.take("6-second-ticket")
