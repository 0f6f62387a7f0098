"""The playground as fingers and eyes know it: a phone on the page, and pictures of what is seen.

With `JIESU_SCREENSHOTS=docs/images` the pictures of the documentation are taken on the way.
"""

import os
import re
from pathlib import Path
from typing import Any

from playwright.async_api import FrameLocator, Locator, Page, expect

PASSWORD = "correct horse battery"  # this town's only
OWN_PASSWORD = "路灯坏了三天没人修啊真是"


async def first_log_in(where: Page | FrameLocator, name: str) -> None:
    """In by the password that was given, and on with one of their own choice."""
    await where.locator("input[name=name]").fill(name)
    await where.locator("input[type=password]").fill(PASSWORD)
    await where.get_by_role("button", name="登录").click()
    await expect(where.get_by_text("这个密码是别人给您设的")).to_be_visible()
    await where.locator("#old").fill(PASSWORD)
    await where.locator("#new").fill(OWN_PASSWORD)
    await where.get_by_role("button", name="修改", exact=True).click()
    await expect(where.get_by_text("密码已修改")).to_be_visible()
    await where.get_by_role("link", name="工单").first.click()
    await expect(where.get_by_role("heading", name="工单")).to_be_visible()


class Pictures:
    """Screenshots, where somebody wants them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._folder = os.environ.get("JIESU_SCREENSHOTS")

    async def take(self, name: str, of: Locator | None = None, **how: Any) -> None:
        """`of` a part of the page, or of all of it."""
        if self._folder:
            await self._page.wait_for_timeout(400)  # let the fonts and the news settle
            await (of or self._page).screenshot(path=Path(self._folder) / f"{name}.png", **how)


class Handset:
    """A phone on the page, as fingers and eyes know it."""

    def __init__(self, page: Page, app: str) -> None:
        self._phone = page.get_by_test_id(f"phone-{app}")

    async def says(self, text: str) -> None:
        await self._phone.get_by_test_id("input").fill(text)
        await self._phone.get_by_test_id("input").press("Enter")

    async def hears(self, text: str) -> None:
        bubble = self._phone.locator("[data-testid=bubble][data-side=bot]", has_text=text)
        await expect(bubble.last).to_be_visible()

    async def taps(self, label: str) -> None:
        """The button of this name; what stands in brackets behind it only explains."""
        name = re.compile(rf"^\s*{re.escape(label)}\s*(?:（.*）)?\s*$")
        await self._phone.get_by_role("button", name=name).last.click()
