"""A real browser on the desk: it keeps itself fresh, and never takes away what somebody is typing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from desk.statistics.hotspots import LEAST
from desk.tickets import canned_answers
from desk.workflow.states import Actor, Role

CENTRE = Actor(Role.CENTRE, "wang")

FRESH = 10_000  # milliseconds until we give up; two seconds are promised on a machine of one's own

pytestmark = pytest.mark.browser


@pytest.fixture
async def address(pages: FastAPI) -> AsyncIterator[str]:
    """Where the pages are served, on a free port."""
    server = uvicorn.Server(uvicorn.Config(pages, host="127.0.0.1", port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def screen(
    address: str, account: Callable[[str], Awaitable[None]], browser: Browser
) -> AsyncIterator[Page]:
    """Wang's browser, narrow as the column beside the phones, already inside."""
    await account("wang")
    page = await browser.new_page(viewport={"width": 520, "height": 900}, locale="zh-CN", base_url=address)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Security Policy" in line.text else None)
    await page.goto("/desk/login")
    await page.get_by_label("用户名").fill("wang")
    await page.get_by_label("密码").fill("a long password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="工单")).to_be_visible()
    yield page
    assert faults == []


async def test_a_new_ticket_and_a_new_alert_appear_by_themselves(
    screen: Page, caller: Any, document: dict[str, Any]
) -> None:
    await expect(screen.get_by_text("这里没有工单")).to_be_visible()
    await caller.file(document)
    await expect(screen.get_by_role("link", name="No heating")).to_be_visible(timeout=FRESH)
    await caller.file(document | {"idempotency_key": "k2", "title": "Second"})
    await expect(screen.locator(".is-new")).to_contain_text("Second", timeout=FRESH)
    alert = {
        "event_id": "a1",
        "type": "alert",
        "at": caller.clock().isoformat(),
        "kind": "gas",
        "text": "gas",
    }
    await caller.post("/events", alert, "a1")
    await expect(screen.get_by_text("1 条警情")).to_be_visible(timeout=FRESH)
    assert await screen.evaluate("document.documentElement.scrollWidth") == 520


async def test_the_first_pages_pictures_keep_their_size_and_their_heads(
    screen: Page, caller: Any, document: dict[str, Any]
) -> None:
    """A line beside a hot matter is no longer than a word or two; a chart's title stands above it."""
    for number in range(LEAST):
        await caller.file(document | {"idempotency_key": f"k{number}", "title": f"Matter {number}"})
    await screen.set_viewport_size({"width": 1200, "height": 900})
    await screen.goto("/desk/overview")
    line = await screen.locator(".spark").bounding_box()
    assert line is not None
    assert line["width"] < 150
    assert line["height"] < 40
    for chart in await screen.locator("figure.chart").all():
        head = await chart.locator("figcaption").bounding_box()
        drawn = await chart.locator("svg").bounding_box()
        assert head
        assert drawn
        assert head["y"] + head["height"] <= drawn["y"]
    await screen.set_viewport_size({"width": 520, "height": 900})
    lines = await screen.locator("#nav a").evaluate_all("links => new Set(links.map(a => a.offsetTop)).size")
    assert lines <= 2


async def test_the_keyboard_alone_is_enough(screen: Page, hotline_ref: str) -> None:
    await screen.goto(f"/desk/tickets/{hotline_ref}")
    accept = screen.get_by_role("button", name="受理", exact=True)
    for _ in range(40):
        if await accept.evaluate("button => button === document.activeElement"):
            break
        await screen.keyboard.press("Tab")
    await screen.keyboard.press("Enter")
    await expect(screen.get_by_text("已完成：受理")).to_be_visible()
    await expect(screen.get_by_label("主办单位")).to_have_value("housing")
    await expect(screen.get_by_role("checkbox", name="Street")).to_be_checked()


async def test_what_is_being_typed_stays_while_the_rest_is_renewed(
    screen: Page, caller: Any, hotline_ref: str
) -> None:
    await screen.goto(f"/desk/tickets/{hotline_ref}")
    await screen.locator("summary", has_text="直接答复").click()
    answer = screen.get_by_role("textbox", name="公开答复")
    await answer.fill("We are on our way")
    await caller.tell(hotline_ref, "supplement", text="Now 12 degrees")
    await expect(screen.locator("#timeline")).to_contain_text("Now 12 degrees", timeout=FRESH)
    await expect(screen.get_by_text("这张工单刚有了变化")).to_be_visible()
    await expect(answer).to_have_value("We are on our way")
    await screen.get_by_role("button", name="查看最新情况").click()
    await expect(screen.get_by_text("这张工单刚有了变化")).to_be_hidden()


async def test_a_session_that_is_over_leads_to_the_door(screen: Page, clock: Any) -> None:
    clock.on(hours=13)
    await expect(screen.get_by_label("密码")).to_be_visible(timeout=FRESH)


async def test_the_list_is_worked_by_keyboard_and_ticks_survive_what_is_new(
    screen: Page, desk: Any, caller: Any, document: dict[str, Any]
) -> None:
    for number in range(3):
        ref = await caller.file(document | {"idempotency_key": f"k{number}", "title": f"Matter {number}"})
        await desk.act(ref, "accept", CENTRE, 1)
    await screen.goto("/desk?state=accepted")
    for key in "jjx":
        await screen.keyboard.press(key)
    second = screen.get_by_label("选择：Matter 1")
    await expect(second).to_be_checked()
    newest = await caller.file(document | {"idempotency_key": "k9", "title": "Matter 9"})
    await desk.act(newest, "accept", CENTRE, 1)
    await expect(screen.get_by_text("Matter 9")).to_be_visible(timeout=FRESH)
    await expect(second).to_be_checked()
    await screen.keyboard.press("?")
    await expect(screen.get_by_role("heading", name="键盘操作")).to_be_visible()
    await screen.keyboard.press("Escape")
    await screen.get_by_role("button", name="批量派单").click()
    await screen.get_by_role("button", name="派出 1 件").click()
    await expect(screen.get_by_text("已派给Housing")).to_be_visible()


async def test_a_canned_answer_goes_where_the_cursor_stands(
    screen: Page, desk: Any, hotline_ref: str
) -> None:
    async with desk.database.write() as tx:
        await canned_answers.add(tx, CENTRE, "Thanks", "感谢您的支持。", desk.clock())
    await screen.goto(f"/desk/tickets/{hotline_ref}")
    await screen.locator("#do-direct_answer > summary").click()
    form = screen.locator("form[action$='/direct_answer']")
    await form.locator("[name=public_text]").fill("已修好。")
    await form.get_by_label("插入常用语").first.select_option(label="Thanks")
    await expect(form.locator("[name=public_text]")).to_have_value("已修好。感谢您的支持。")
    await screen.keyboard.press("j")  # typed into the field, no command
    await expect(form.locator("[name=public_text]")).to_have_value("已修好。感谢您的支持。j")
