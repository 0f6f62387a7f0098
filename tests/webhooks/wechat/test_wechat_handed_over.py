"""What WeChat took needs no second way; what it did not take keeps its place in the outbox."""

import asyncio
from typing import Any

from intake.model.messages import Reply

RECEIPT = Reply("您的诉求已登记", durable=True)


async def test_replies_that_rode_the_answer_are_reported_once_it_is_written(stand: Any) -> None:
    stand.service.replies = (RECEIPT,)
    phone = await stand.platform.phone(None)
    await phone.say("提交")
    await stand.platform.settled()
    (told,) = stand.service.handed
    assert told == (stand.service.started[0].id, (RECEIPT,))


async def test_an_answer_that_came_too_late_is_not_reported(build: Any) -> None:
    stand = build(patience=0.3)
    stand.service.gate = asyncio.Event()
    phone = await stand.platform.phone(None)
    await phone.say("提交")
    await stand.platform.settled()
    stand.service.gate.set()
    async with asyncio.timeout(5):
        while not stand.service.late:
            await asyncio.sleep(0)
    assert stand.service.handed == []


async def test_a_turn_that_broke_hands_nothing_over(stand: Any) -> None:
    stand.service.fault = RuntimeError("broken")
    phone = await stand.platform.phone(None)
    await phone.say("提交")
    await stand.platform.settled()
    assert stand.service.handed == []
