"""Who cries for help again and again is heard each time, and is one alarm: the backend is not flooded."""

from typing import Any

import pytest
from sqlalchemy import func, select

from intake.model.messages import ChannelName
from storage.db.tables import conversations, outbox


@pytest.fixture(params=list(ChannelName))
def crier(shell: Any, request: pytest.FixtureRequest) -> Any:
    return shell.citizen("oInDanger", request.param)


def told(shell: Any) -> list[dict[str, Any]]:
    return [event for _, event, _ in shell.backend.events if event["type"] == "alert"]


async def test_the_first_word_leaves_at_once_and_two_hundred_more_are_one_call(
    shell: Any, crier: Any
) -> None:
    await crier.says("着火了")
    await shell.drain()
    assert [event["text"] for event in told(shell)] == ["着火了"]
    for number in range(200):
        replies = await crier.says(f"着火了，快来人 {number}")
        assert "119" in replies[0].text, "each is answered"
    assert len(await shell.entries("due", "alert")) == 1
    shell.clock.tick(30)
    await shell.drain()
    first, more = told(shell)
    assert "快来人 199" in more["text"]
    assert more["conversation"] == first["conversation"]


async def test_a_graver_danger_waits_for_nothing(shell: Any, crier: Any) -> None:
    await crier.says("我要炸了物业公司")
    await shell.drain()
    await crier.says("着火了，快来人")
    await shell.drain()
    assert [event["kind"] for event in told(shell)] == ["threat", "fire"]


async def test_a_quarter_of_an_hour_later_it_is_an_alarm_of_its_own(shell: Any, crier: Any) -> None:
    await crier.says("着火了")
    shell.clock.tick(15 * 60)
    await crier.says("又着火了，快来人")
    await shell.drain()
    assert len(told(shell)) == 2


async def test_words_on_their_way_are_not_changed_any_more(shell: Any, crier: Any) -> None:
    await crier.says("着火了")
    await crier.says("着火了，在二楼")
    shell.clock.tick(30)
    await shell.drain()
    await crier.says("着火了，在三楼")
    shell.clock.tick(30)
    await shell.drain()
    assert [event["text"] for event in told(shell)] == ["着火了", "着火了，在二楼", "着火了，在三楼"]


async def test_what_is_kept_of_it_has_an_end(shell: Any, crier: Any) -> None:
    for number in range(25):
        await crier.says(f"着火了，快来人 {number}" + "火" * 4000, source=f"m{number}")
    async with shell.database.read() as tx:
        state = await tx.scalar(select(func.max(func.length(conversations.c.state_sealed))))
        bodies = await tx.scalar(
            select(func.max(func.length(outbox.c.body_sealed))).where(outbox.c.kind == "alert")
        )
    assert (state or 0) < 160 * 1024
    assert (bodies or 0) < 32 * 1024
