"""A real browser on the page: what a citizen writes, taps and sends comes back as bubbles."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><b>楼下</b>"

pytestmark = pytest.mark.browser


@pytest.fixture
async def screen(address: str, browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page(viewport={"width": 1600, "height": 1000}, locale="zh-CN")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Security Policy" in line.text else None)
    await page.goto(f"{address}/playground")
    yield page
    assert faults == []


@pytest.mark.parametrize("app", ["wechat", "telegram"])
async def test_a_citizen_writes_and_sees_the_answer(screen: Page, app: str, tmp_path: Path) -> None:
    phone = screen.get_by_test_id(f"phone-{app}")
    bubble = phone.get_by_test_id("bubble")
    await phone.get_by_test_id("open").click()
    await expect(bubble).to_have_count(2)
    await expect(phone.get_by_test_id("input")).to_be_focused()

    await phone.get_by_test_id("input").fill(HOSTILE)
    await phone.get_by_test_id("input").press("Enter")
    await expect(bubble).to_have_count(4)
    await expect(bubble.last).to_contain_text(HOSTILE)
    assert await bubble.locator("b, img").count() == 0

    await phone.get_by_test_id("input").fill("菜单")
    await phone.get_by_test_id("send").click()
    await expect(phone.get_by_test_id("button")).to_have_count(4)
    await phone.get_by_test_id("button").first.press("Enter")
    await expect(phone.get_by_test_id("button")).to_have_count(0)
    await expect(bubble).to_have_count(6)
    await expect(phone.get_by_test_id("input")).to_be_focused()

    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n")
    await phone.get_by_test_id("attach").click()
    await phone.get_by_test_id("attach-photo").set_input_files([photo, photo])
    await expect(bubble).to_have_count(8)

    await phone.get_by_test_id("attach").click()
    await phone.get_by_test_id("attach-location").click()
    await phone.get_by_test_id("place").select_option("新城镇")
    await phone.get_by_test_id("location-send").click()
    await expect(bubble.last).to_contain_text("新城镇")

    await screen.reload()
    await expect(bubble).to_have_count(9)
    await screen.locator(f"[data-panel={app}]").get_by_test_id("new-citizen").click()
    await expect(bubble).to_have_count(0)


async def test_enter_that_confirms_an_input_method_does_not_send(screen: Page) -> None:
    phone = screen.get_by_test_id("phone-wechat")
    line = phone.get_by_test_id("input")
    await line.fill("nuanqi")
    await line.dispatch_event("compositionstart")
    await line.press("Enter")
    await line.dispatch_event("compositionend")
    await line.fill("暖气")
    await line.press("Enter")
    await expect(phone.get_by_test_id("bubble").last).to_contain_text("暖气")
    assert await phone.get_by_test_id("bubble").count() == 4  # greeting and one echo only


async def test_a_narrow_screen_shows_one_of_the_three(screen: Page) -> None:
    await screen.set_viewport_size({"width": 420, "height": 900})
    await expect(screen.get_by_test_id("phone-wechat")).to_be_visible()
    await expect(screen.get_by_test_id("phone-telegram")).to_be_hidden()
    await screen.get_by_test_id("tab-desk").click()
    await expect(screen.get_by_test_id("desk")).to_be_visible()
    await expect(screen.get_by_test_id("phone-wechat")).to_be_hidden()
    width = await screen.evaluate("document.documentElement.scrollWidth")
    assert width == 420
