"""What a citizen's word sets going may come back at once: their answer is there before it all the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.base.references import conversation_name
from app.delivery.handlers import ANSWERS_FIRST
from app.delivery.queue_replies import queue_replies
from intake.model.messages import ChannelName, Inbound, Media, MediaKind, Reply
from intake.model.ports import Rejected, Unavailable
from intake.model.status import StatusUpdate
from storage.db.database import Database
from storage.messages import conversations
from storage.outbox import outbox

Make = Callable[..., StatusUpdate]

THANKS, AGAIN = "我们会要求重新办理", "重新办理"
IN_OFFICE_HOURS = datetime(2026, 4, 27, 2, tzinfo=UTC)  # ten on a Monday in the city
RATING = ("联系过", "未解决", "不满意", "没有解决")


@pytest.fixture(params=list(ChannelName), ids=lambda channel: channel.value)
def here(request: pytest.FixtureRequest, open_shell: Any, database: Database) -> Any:
    """The house of one channel's citizens."""
    return open_shell(database, request.param)


@pytest.fixture
def telegram(open_shell: Any, database: Database) -> Any:
    return open_shell(database, ChannelName.TELEGRAM)


def somebody(shell: Any) -> Any:
    return shell.citizen("4711", shell.app.name)


async def read_by(shell: Any, citizen: Any, *words: str) -> None:
    """Each said, answered and read."""
    for word in words:
        await citizen.says(word)
        await shell.drain()


async def files(shell: Any, citizen: Any) -> str:
    """A matter of theirs that the backend has; returns its reference."""
    await read_by(shell, citizen, "新华路15号院门口井盖坏了，我姓王，电话13912345678", "同意")
    if shell.app.name is ChannelName.TELEGRAM:
        await read_by(shell, citizen, "单独同意")
    await read_by(shell, citizen, "提交")
    reference: str = (await citizen.own())[0].reference
    return reference


async def asked_again(shell: Any, citizen: Any, update: Make) -> tuple[str, Inbound]:
    """A rated matter, and the word by which its citizen wants it handled anew, not yet said."""
    reference = await files(shell, citizen)
    await shell.apply(update("completed", reference))
    shell.clock.tick(1)
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    await read_by(shell, citizen, *RATING)
    return reference, citizen.message("需要")


async def reworked(shell: Any, update: Make, reference: str) -> None:
    """The backend hears of the wish, and its callback is quicker than the answer to the citizen."""
    await shell.drain()
    assert any(event["type"] == "survey_result" for _, event, _ in shell.backend.events)
    shell.clock.tick(0.1)
    await shell.apply(update("rework", reference, round=2))
    await shell.drain()


def heard(shell: Any, *words: str) -> list[str]:
    """Which of these came, in the order in which they came."""
    return [word for text in shell.app.texts for word in words if word in text]


async def some_time(shell: Any, seconds: int) -> None:
    for _ in range(seconds):
        shell.clock.tick(1)
        await shell.drain()


# --- WeChat's answer rides the response, and that may be slow


async def test_news_waits_until_the_answer_is_handed_over(shell: Any, citizen: Any, update: Make) -> None:
    reference, word = await asked_again(shell, citizen, update)
    replies = await shell.service.receive(word)
    before = len(shell.app.sent)
    await reworked(shell, update, reference)
    assert shell.app.sent[before:] == []
    await shell.service.handed_over(word, replies)
    await some_time(shell, 1)
    (news,) = shell.app.texts[before:]
    assert AGAIN in news


async def test_an_answer_that_nobody_handed_over_comes_by_the_outbox_and_then_the_news(
    shell: Any, second: Any, citizen: Any, update: Make
) -> None:
    reference, word = await asked_again(shell, citizen, update)
    await shell.service.receive(word)  # and here it dies
    await reworked(second, update, reference)
    await some_time(second, 60)
    answer, news = second.app.texts
    assert THANKS in answer
    assert AGAIN in news
    assert THANKS not in news


async def test_the_news_waits_for_the_repeat_that_carries_the_stored_answer(
    shell: Any, second: Any, citizen: Any, update: Make
) -> None:
    reference, word = await asked_again(shell, citizen, update)
    await shell.service.receive(word)
    await reworked(shell, update, reference)
    shell.clock.tick(5)
    replies = await second.service.receive(word)
    await second.drain()
    assert second.app.sent == []
    await second.service.handed_over(word, replies)
    await some_time(second, 60)
    (news,) = second.app.texts
    assert AGAIN in news


async def test_a_turn_too_slow_for_the_response_still_answers_first(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference, word = await asked_again(shell, citizen, update)
    replies = await shell.service.receive(word)
    before = len(shell.app.sent)
    await reworked(shell, update, reference)
    await shell.service.send_late(word.address, replies, word.id)
    await some_time(shell, 60)
    answer, news = shell.app.texts[before:]
    assert THANKS in answer
    assert AGAIN in news


async def test_news_of_a_file_comes_after_the_answer_to_its_message(shell: Any, citizen: Any) -> None:
    """A mere prompt, but not where the message brought a file: it may be gone before the answer is."""
    await citizen.goes_to_the_summary()  # before consent nothing is fetched
    shell.app.files["v1"] = Rejected("gone")
    spoken = citizen.message("井盖就在门口左边", media=(Media(MediaKind.VOICE, "v1"),))
    replies = await shell.service.receive(spoken)
    await shell.drain()
    assert shell.app.sent == []
    await shell.service.handed_over(spoken, replies)
    await shell.drain()
    assert "没能取到" in shell.app.texts[0]


async def test_a_kept_survey_that_rides_along_does_not_let_the_news_pass(
    shell: Any, citizen: Any, update: Make
) -> None:
    """The survey must not come twice and is not held back; the rest of its turn's answer is."""
    reference = await files(shell, citizen)
    await kept(shell, citizen, Reply("请您评价", durable=True), "survey")
    replies = await shell.service.receive(citizen.message("催办"))
    assert replies[0].text == "请您评价"
    await shell.drain()
    assert [event["type"] for _, event, _ in shell.backend.events] == ["urge"]
    await shell.apply(update("supervised", reference))
    await shell.drain()
    assert shell.app.sent == []
    await some_time(shell, 60)
    *answer, news = shell.app.texts
    assert answer == [reply.text for reply in replies[1:]]
    assert "上级督促" in news


async def kept(shell: Any, citizen: Any, reply: Reply, purpose: str) -> None:
    """WeChat let nobody be written to when this was due."""
    async with shell.database.write() as tx:
        stored = await conversations.lock(tx, citizen.address, shell.clock())
        (entry,) = await queue_replies(
            tx, stored.id, citizen.address, (reply,), "kept", purpose, shell.clock()
        )
        await outbox.keep(tx, entry, shell.clock())


# --- both channels: words to a person, who may write back within the second


async def test_a_person_who_writes_back_at_once_is_heard_after_the_answer(here: Any, update: Make) -> None:
    """A mere prompt, but not where somebody elsewhere hears what the citizen said."""
    here.clock.now = IN_OFFICE_HOURS
    citizen = somebody(here)
    await read_by(here, citizen, "转人工")
    here.clock.tick(1)
    before = len(here.app.sent)
    word = citizen.message("井盖还是坏的")
    replies = await here.service.receive(word)
    async with here.database.read() as tx:
        stored = await conversations.find(tx, citizen.address)
    await here.apply(
        update("message", conversation=conversation_name(stored), public_text="您好，我是话务员")
    )
    await here.drain()
    if here.app.name is ChannelName.WECHAT:
        assert here.app.sent[before:] == []
        await here.service.handed_over(word, replies)
        await here.drain()
        assert heard(here, "话务员") == ["话务员"]
    else:
        assert replies == ()
        answer, person = here.app.texts[before:]
        assert "话务员" in person
        assert "话务员" not in answer


# --- Telegram's answer goes through the outbox, and its way may be broken


@pytest.fixture
async def asked_on_telegram(telegram: Any, update: Make) -> tuple[str, Inbound]:
    return await asked_again(telegram, somebody(telegram), update)


async def test_news_waits_behind_an_answer_that_telegram_did_not_take_yet(
    telegram: Any, update: Make, asked_on_telegram: tuple[str, Inbound]
) -> None:
    reference, word = asked_on_telegram
    before = len(telegram.app.sent)
    telegram.app.faults = [Unavailable("502")]
    await telegram.service.receive(word)
    await reworked(telegram, update, reference)
    assert telegram.app.sent[before:] == []
    await some_time(telegram, 30)
    answer, news = telegram.app.texts[before:]
    assert THANKS in answer
    assert AGAIN in news


async def test_an_answer_that_is_given_up_holds_no_news(
    telegram: Any, update: Make, asked_on_telegram: tuple[str, Inbound]
) -> None:
    reference, word = asked_on_telegram
    before = len(telegram.app.sent)
    telegram.app.faults = [Rejected("400")]
    await telegram.service.receive(word)
    await reworked(telegram, update, reference)
    (news,) = telegram.app.texts[before:]
    assert AGAIN in news


async def test_an_answer_that_never_gets_through_holds_the_news_for_an_hour_at_most(
    telegram: Any, update: Make, asked_on_telegram: tuple[str, Inbound]
) -> None:
    reference, word = asked_on_telegram
    before = len(telegram.app.sent)
    await telegram.service.receive(word)
    await never_again(telegram)
    await reworked(telegram, update, reference)
    telegram.clock.tick(ANSWERS_FIRST.total_seconds() - 60)
    await telegram.drain()
    assert telegram.app.sent[before:] == []
    await some_time(telegram, 900)
    (news,) = telegram.app.texts[before:]
    assert AGAIN in news


async def never_again(shell: Any) -> None:
    """Each try of what waits for the citizen fails; the next is far off."""
    waiting = [entry for entry in await shell.entries("due") if entry.lane.startswith("citizen:")]
    async with shell.database.write() as tx:
        for entry in waiting:
            if entry.destination == "telegram":
                await outbox.later(tx, entry.id, timedelta(days=1000), "502", shell.clock.now)
