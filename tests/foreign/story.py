"""The main story, for any server: what the citizen does, and what the desk does meanwhile."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from app.base.settings import Enclosed
from app.bootstrap.backend import open_desk
from desk.workflow.states import Actor, Role

PATIENCE = 100.0  # seconds until a story that does not go on has failed
FIRST_WORDS = "新华路15号院楼下烧烤店油烟太大，我姓王，电话13912345678"
CENTRE = Actor(Role.CENTRE, "desk", None)
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("accept", {}),
    ("dispatch", {"lead_unit": "urban_management"}),
    ("sign", {}),
    ("contact", {}),
    ("answer", {"public_text": "已装油烟净化器", "internal_text": "好"}),
    ("complete", {}),
)


class Line(Protocol):
    """How a server lets its citizens write, and what it has recorded of the bot's messages."""

    async def say(self, text: str) -> None: ...

    async def press(self, message_id: int, data: str) -> None: ...

    async def sent(self) -> list[dict[str, Any]]:
        """The bot's messages so far: `message_id`, `text` and `reply_markup` as the API has them."""
        ...


class Citizen:
    """Says, presses, and waits until they hear."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._heard = 0
        self.says = line.say

    async def hears(self, words: str) -> None:
        """Wait for the next message with these words."""
        with _told(self, words):
            async with asyncio.timeout(PATIENCE):
                while not (found := [n for n in await self._new() if words in n[1]["text"]]):
                    await asyncio.sleep(0.2)
        self._heard = found[0][0] + 1

    async def presses(self, label: str) -> None:
        """The newest button of this name."""
        for message in reversed(await self._line.sent()):
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", ()):
                for button in row:
                    if button["text"].partition("（")[0] == label:
                        await self._line.press(message["message_id"], button["callback_data"])
                        return
        raise AssertionError(f"no button {label}")

    async def _new(self) -> list[tuple[int, dict[str, Any]]]:
        return list(enumerate(await self._line.sent()))[self._heard :]


@contextmanager
def _told(citizen: Citizen, words: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise AssertionError(f"{words} was never heard") from None


async def submits(citizen: Citizen) -> None:
    """From the first words to the receipt, by buttons."""
    await citizen.says(FIRST_WORDS)
    await citizen.hears("登记前请看一眼")
    await citizen.presses("同意")
    await citizen.hears("单独确认")
    await citizen.presses("单独同意")
    await citizen.hears("请核对")
    await citizen.presses("提交")
    await citizen.hears("您的诉求已登记")


async def is_handled() -> Any:
    """The desk's part, in the folder the bot runs in; returns the ticket as it was filed."""
    async with open_desk(Enclosed(), "http://desk") as alone:
        desk = alone.desk
        async with asyncio.timeout(PATIENCE):
            while not (found := await desk.queue(CENTRE)):
                await asyncio.sleep(0.1)
        ticket = filed = found[0]
        for action, fields in STEPS:
            ticket = await desk.act(ticket.hotline_ref, action, CENTRE, ticket.version, **fields)
    return filed


async def rates(citizen: Citizen) -> None:
    """From the progress to the thanks."""
    await citizen.hears("已受理")
    await citizen.hears("已转至【")
    await citizen.hears("油烟净化器")
    await citizen.hears("联系过您吗")
    await citizen.presses("联系过")
    await citizen.hears("解决了吗")
    await citizen.presses("已解决")
    await citizen.hears("满意吗")
    await citizen.presses("满意")
    await citizen.hears("谢谢您的评价")
