"""The playground as fingers and eyes know it: a phone on the page, and pictures of what is seen.

With `JIESU_SCREENSHOTS=docs/images` the pictures of the documentation are taken on the way.
"""

import os
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

PASSWORD = "correct horse battery"  # this town's only


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
        await self._phone.get_by_role("button", name=label, exact=True).last.click()
