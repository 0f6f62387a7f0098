"""The survey as people see it: in a sentence on one phone, in taps on the other, and its page at the desk."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.story.test_in_a_browser import PASSWORD, DeskFrame, Handset, Pictures

pytestmark = pytest.mark.browser


async def test_asked_on_both_phones_and_counted_at_the_desk(town: Any, browser: Browser) -> None:
    await town.house.desk.ensure_first_user(PASSWORD)
    page = await browser.new_page(viewport={"width": 1680, "height": 1000}, locale="zh-CN")
    await page.goto(f"{town.base_url}/playground")
    wechat, telegram, desk = Handset(page, "wechat"), Handset(page, "telegram"), DeskFrame(page)
    pictures = Pictures(page)
    await desk.logs_in("desk")
    await wechat.says("我家暖气不热三天了，五一南路幸福小区3号楼，整栋楼都这样，我姓张，电话13812345678")
    await telegram.says("新华路15号院楼下烧烤店油烟太大，我姓王，电话13912345678")
    await wechat.hears("登记前请看一眼")
    await wechat.taps("同意")
    await telegram.hears("登记前请看一眼")
    await telegram.taps("同意")
    await telegram.hears("单独确认")
    await telegram.taps("单独同意")
    for phone in (wechat, telegram):
        await phone.hears("请核对")
        await phone.taps("提交")
        await phone.hears("您的诉求已登记")
    for number, phone in enumerate((telegram, wechat)):
        link = page.frame_locator("iframe").locator("a[href*='/desk/tickets/']").nth(number)
        await link.click()
        await expect(page.frame_locator("iframe").locator("#actions")).to_be_visible()
        await desk.does("direct_answer", public_text="已派人上门检修。")
        await phone.hears("联系过您吗")
        await desk.goes_back()
    await telegram.taps("联系过")
    await telegram.hears("解决了吗")
    await telegram.taps("部分解决")
    await telegram.hears("满意吗")
    await telegram.taps("不满意")
    await telegram.hears("需要重新办理吗")
    await wechat.says("来过了，修好了，很满意，感谢师傅冒雪上门")
    await wechat.hears("谢谢您的评价")
    await pictures.take("survey-phones")
    await telegram.says("拖了半个月，态度也不好")
    await telegram.hears("记下了")
    await telegram.taps("需要")
    await telegram.hears("我们会要求重新办理")

    office = await page.context.new_page()
    await office.set_viewport_size({"width": 1280, "height": 1500})
    await office.goto(f"{town.base_url}/desk/survey")
    await expect(office.get_by_role("heading", name="满意度回访")).to_be_visible()
    await expect(office.locator("#reasons")).to_contain_text("太慢", timeout=20_000)
    await office.locator("#phone").fill("13812345678")
    await office.locator("#issue").click()
    await expect(office.locator("#code")).to_contain_text("5678")
    await Pictures(office).take("survey-desk")
