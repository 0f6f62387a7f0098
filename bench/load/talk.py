"""Citizens who talk to a server: one whole conversation after the other, timed message by message."""

import asyncio
import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bench.load.wire import Line, TelegramPhone, WeChatPhone

SAID = (
    "{estate}小区{house}号楼暖气不热三天了",
    "同意",
    "整栋楼都这样",
    "王女士，13900000000",
    "提交",
    "查进度",
)
"""From the first word to the receipt, and a look at the progress."""

STEPS = ("新华路15号院", "暖气不热三天了", "是的", "你好")
"""The aiogram bot's three questions, and once more."""

_SYLLABLES = "金银锦绣阳光明珠和平安康福寿春晖"
_houses = itertools.count(1)
_RECEIPT = re.compile(r"WX\d{15}")


class Phone(Protocol):
    async def says(self, text: str) -> str: ...


@dataclass(slots=True)
class Heard:
    """Seconds: of each message, and of each whole conversation. `wrong`: ended without what was promised."""

    turns: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    wrong: int = 0


async def complaint(line: Line, _: int, heard: Heard) -> None:
    """On WeChat: the whole way, with the receipt at its end."""
    answers = await _talk(WeChatPhone(line), _said(), heard)
    heard.wrong += not any(_RECEIPT.search(answer) for answer in answers)


async def update(line: Line, _: int, heard: Heard) -> None:
    """On Telegram: the same words; what is answered waits in the outbox."""
    await _talk(TelegramPhone(line), _said(), heard)


async def form(line: Line, _: int, heard: Heard) -> None:
    """The anchors' three questions."""
    await _talk(TelegramPhone(line), STEPS, heard)


def _said() -> tuple[str, ...]:
    """A house of one's own: whoever complains of a neighbour's is asked whether to join them."""
    number = next(_houses)
    estate = f"{_SYLLABLES[number % 16]}{_SYLLABLES[number // 16 % 16]}"
    return tuple(words.format(estate=estate, house=number // 256 + 1) for words in SAID)


async def _talk(phone: Phone, said: tuple[str, ...], heard: Heard) -> list[str]:
    began, answers = time.perf_counter(), []
    for words in said:
        started = time.perf_counter()
        answers.append(await phone.says(words))
        heard.turns.append(time.perf_counter() - started)
    heard.whole.append(time.perf_counter() - began)
    return answers


Talk = Callable[[Line, int, Heard], object]


async def one_by_one(port: int, talk: Talk, conversations: int) -> Heard:
    """One citizen after the other."""
    line, heard = Line(port), Heard()
    for number in range(conversations):
        await talk(line, number, heard)  # type: ignore[misc]
    line.close()
    return heard


async def at_once(port: int, talk: Talk, citizens: int, seconds: float) -> tuple[Heard, float]:
    """As many as there are lines, without a pause; also how many messages a second were answered."""
    heard, until = Heard(), time.perf_counter() + seconds

    async def one(number: int) -> None:
        line = Line(port)
        while time.perf_counter() < until:
            await talk(line, number, heard)  # type: ignore[misc]
        line.close()

    started = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(citizens)))
    return heard, len(heard.turns) / (time.perf_counter() - started)


async def at_a_rate(port: int, talk: Talk, turns_a_second: float, seconds: float) -> Heard:
    """Conversations begin by the clock, whether earlier ones are answered or not; each has its own line."""
    heard, pause = Heard(), len(SAID) / turns_a_second

    async def one(number: int) -> None:
        line = Line(port)
        await talk(line, number, heard)  # type: ignore[misc]
        line.close()

    started = time.perf_counter()
    async with asyncio.TaskGroup() as citizens:
        for number in range(int(seconds / pause) + 1):
            await asyncio.sleep(max(0.0, started + number * pause - time.perf_counter()))
            citizens.create_task(one(number))
    return heard
