"""One message is one turn: whatever comes twice, at once, or dies half-way."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from app.turns import situation as situation_module
from app.turns import step as step_module
from intake.model.conversation import Ids
from intake.model.messages import Address, ChannelName, Event, Inbound, Media, MediaKind, Outgoing, Reply, Tap
from intake.model.ports import Unavailable
from storage import turn_store
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.db.tables import attachments as attachments_table
from storage.db.tables import conversations as conversations_table
from storage.db.tables import inbox as inbox_table
from storage.db.tables import outbox as outbox_table
from storage.db.tables import tickets as tickets_table
from storage.messages import conversations, inbox
from storage.outbox import outbox
from storage.outbox.jobs import written

TABLES = (conversations_table, inbox_table, tickets_table, outbox_table, attachments_table)


class Died(BaseException):
    """The process ends here: nothing may catch it."""


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make the last step before the commit fail, once."""

    def arm(where: str = "end") -> None:
        real = getattr(turn_store, where)

        async def die(*arguments: Any) -> None:
            monkeypatch.setattr(turn_store, where, real)
            raise Died

        monkeypatch.setattr(turn_store, where, die)

    return arm


async def test_a_crash_before_the_commit_leaves_nothing_and_the_repeat_does_it_all(
    shell: Any, citizen: Any, dies: Callable[[str], None]
) -> None:
    await citizen.goes_to_the_summary()
    before = [await shell.count(table) for table in TABLES]
    submit = citizen.message("提交")
    dies("end")
    with pytest.raises(Died):
        await shell.service.receive(submit)
    assert [await shell.count(table) for table in TABLES] == before
    (receipt,) = await shell.service.receive(submit)
    assert "您的诉求已登记" in receipt.text
    assert len(await citizen.own()) == 1


@pytest.mark.parametrize("words", ["提交"])
async def test_the_same_message_six_times_at_once_on_two_processes_is_one_turn(
    shell: Any, second: Any, citizen: Any, words: str
) -> None:
    await citizen.goes_to_the_summary()
    submit = citizen.message(words)
    answers = await asyncio.gather(*(one.service.receive(submit) for one in (shell, second) * 3))
    assert len(set(answers)) == 1
    assert len(await citizen.own()) == 1
    assert len(await shell.entries(kind="submit")) == 1


async def test_the_first_message_of_a_stranger_six_times_at_once(
    shell: Any, second: Any, citizen: Any
) -> None:
    hello = citizen.message("新华路15号院门口井盖坏了")
    answers = await asyncio.gather(*(one.service.receive(hello) for one in (shell, second) * 3))
    assert len(set(answers)) == 1
    assert await shell.count(conversations_table) == 1


async def test_a_repeat_changes_nothing_even_when_the_dialog_went_on(shell: Any, citizen: Any) -> None:
    first = citizen.message("新华路15号院门口井盖坏了")
    answer = await shell.service.receive(first)
    await citizen.says("同意")
    before = [await shell.count(table) for table in TABLES]
    assert await shell.service.receive(first) == answer
    assert [await shell.count(table) for table in TABLES] == before


async def test_a_burst_of_one_citizen_is_taken_whole(shell: Any, second: Any, citizen: Any) -> None:
    await citizen.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    burst = [citizen.message(f"补充第{number}句：井盖很大") for number in range(5)]
    await asyncio.gather(*((shell, second)[n % 2].service.receive(m) for n, m in enumerate(burst)))
    await citizen.says("同意")
    await citizen.says("提交")
    (view,) = await citizen.own()
    content = (await shell.ticket(view.reference)).ticket.content
    assert all(f"补充第{number}句" in content for number in range(5))


async def test_messages_one_after_the_other_keep_their_order(shell: Any, citizen: Any) -> None:
    for number in range(4):
        await citizen.says(f"第{number}句：门口井盖坏了")
    async with shell.database.read() as tx:
        stored = await conversations.find(tx, citizen.address)
    assert stored is not None
    assert stored.conversation.held is not None
    text = stored.conversation.held.text
    assert sorted(range(4), key=lambda number: text.index(f"第{number}句")) == [0, 1, 2, 3]


async def test_words_and_a_tap_at_once_file_one_ticket(shell: Any, citizen: Any) -> None:
    await citizen.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    (summary,) = [reply for reply in await citizen.says("同意") if reply.choices]
    option = next(choice.option for choice in summary.choices if choice.label == "提交")
    tap = citizen.message(tap=Tap("1", summary.step, option))
    await asyncio.gather(shell.service.receive(tap), shell.service.receive(citizen.message("提交")))
    assert len(await citizen.own()) == 1


async def test_a_taken_reference_is_drawn_anew(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await citizen.files_a_ticket()
    real, drawn = situation_module.fresh, []

    def again(*arguments: Any) -> Ids:
        ids = real(*arguments)
        drawn.append(ids)
        return Ids(reference, ids.key, ids.query_code) if len(drawn) <= 3 else ids

    monkeypatch.setattr(situation_module, "fresh", again)
    other = shell.citizen("oLiSi000000000000000000000002")
    await other.says("新华路9号楼道灯坏了，我姓李，电话13912345679")
    await other.says("同意")
    drawn.clear()
    await other.says("提交")
    (view,) = await other.own()
    assert view.reference != reference
    assert len(await shell.entries(kind="submit")) == 2


async def test_a_second_without_a_free_reference_is_for_later_not_for_ever(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await citizen.files_a_ticket()
    real = situation_module.fresh

    def taken(*arguments: Any) -> Ids:
        ids = real(*arguments)
        return Ids(reference, ids.key, ids.query_code)

    other = shell.citizen("oLiSi000000000000000000000002")
    await other.goes_to_the_summary("新华路9号楼道灯坏了，我姓李，电话13912345679")
    monkeypatch.setattr(situation_module, "fresh", taken)
    submit = other.message("提交")
    with pytest.raises(Unavailable):
        await shell.service.receive(submit)
    monkeypatch.setattr(situation_module, "fresh", real)
    await shell.service.receive(submit)
    assert len(await other.own()) == 1


async def test_a_photo_is_registered_and_its_download_queued_with_the_turn(shell: Any, citizen: Any) -> None:
    await citizen.goes_to_the_summary()
    await citizen.sends_photo("media-1")
    assert await shell.count(attachments_table) == 1
    (entry,) = await shell.entries(kind="fetch")
    assert (entry.destination, entry.state) == ("wechat", "due")


async def test_a_repeated_photo_is_registered_once(shell: Any, citizen: Any) -> None:
    await citizen.goes_to_the_summary()
    photo = citizen.message(media=(Media(MediaKind.PHOTO, "media-1"),))
    await shell.service.receive(photo)
    await shell.service.receive(photo)
    assert await shell.count(attachments_table) == 1
    assert len(await shell.entries(kind="fetch")) == 1


# --- a message that breaks us


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    real = step_module.advance

    def break_on_it(conversation: Any, inbound: Inbound, *rest: Any) -> Any:
        if "毒" in inbound.text:
            raise KeyError(inbound.text)
        return real(conversation, inbound, *rest)

    monkeypatch.setattr(step_module, "advance", break_on_it)


async def test_a_message_that_breaks_us_is_put_aside_with_an_answer(
    shell: Any, citizen: Any, poison: None
) -> None:
    message = citizen.message("毒 我的电话是13912345678")
    (sorry,) = await shell.service.receive(message)
    assert "没有处理成功" in sorry.text
    async with shell.database.read() as tx:
        (aside,) = await inbox.aside(tx)
    assert aside.message_id == message.id
    assert "13912345678" in aside.body.decode()
    assert aside.reason.startswith("KeyError at app/test_one_message.py:")
    assert "13912345678" not in aside.reason


async def test_its_repeats_get_the_same_answer_and_the_next_message_goes_on(
    shell: Any, second: Any, citizen: Any, poison: None
) -> None:
    message = citizen.message("毒")
    answers = await asyncio.gather(*(one.service.receive(message) for one in (shell, second) * 3))
    assert len(set(answers)) == 1
    assert await shell.service.receive(message) == answers[0]
    assert "登记前请看一眼" in (await citizen.says("新华路15号院门口井盖坏了"))[0].text


async def test_a_fault_leaves_nothing_of_the_turn(shell: Any, citizen: Any, poison: None) -> None:
    await shell.service.receive(citizen.message("毒", media=(Media(MediaKind.PHOTO, "media-1"),)))
    assert await shell.count(attachments_table) == 0
    assert await shell.entries() == []


async def test_without_a_database_a_turn_is_unavailable(shell: Any, citizen: Any) -> None:
    await shell.database.close()
    async with Database.open("postgresql://nobody@127.0.0.1:9/none", KeyRing(["k"])) as gone:
        shell.service._database = gone
        with pytest.raises(Unavailable):
            await shell.service.receive(citizen.message("你好"))


async def test_a_conversation_no_key_of_ours_opens_waits_for_the_operator(
    shell: Any, citizen: Any, database_url: str
) -> None:
    await citizen.says("新华路15号院门口井盖坏了")
    async with Database.open(database_url, KeyRing(["another key"]), played_time=True) as other:
        shell.service._database = other
        with pytest.raises(Unavailable, match="key"):
            await shell.service.receive(citizen.message("同意"))


# --- what waited for this contact; who left, who came back


async def kept_for(shell: Any, citizen: Any, text: str, purpose: str = "progress") -> None:
    async with shell.database.write() as tx:
        stored = await conversations.lock(tx, citizen.address, shell.clock())
        outgoing = Outgoing(citizen.address, Reply(text, durable=True), text, purpose)
        body = written(outgoing)
        entry = await outbox.queue(
            tx,
            destination="wechat",
            kind="reply",
            lane="l",
            body=body,
            now=shell.clock(),
            conversation_id=stored.id,
        )
        assert entry is not None
        await outbox.keep(tx, entry, shell.clock())


async def test_what_was_kept_is_shown_at_the_next_contact_once(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    await kept_for(shell, citizen, "您的诉求已受理")
    question = citizen.message("帮助")
    first = await shell.service.receive(question)
    assert first[0].text == "您的诉求已受理"
    assert await shell.service.receive(question) == first
    assert all(reply.text != "您的诉求已受理" for reply in await citizen.says("帮助"))


async def test_who_left_is_forgotten_and_comes_back_as_a_stranger(shell: Any, citizen: Any) -> None:
    reference = await citizen.files_a_ticket()
    await kept_for(shell, citizen, "只给他看")
    goodbye = citizen.message(event=Event.LEFT)
    assert await shell.service.receive(goodbye) == ()
    assert await citizen.own() == ()
    assert await shell.service.receive(goodbye) == ()
    assert await shell.count(conversations_table) == 1, "a repeat of the goodbye makes nobody new"
    replies = await citizen.says("帮助")
    assert all("只给他看" not in reply.text for reply in replies)
    assert (await shell.ticket(reference)).ticket.reference == reference


async def test_who_left_gets_nothing_that_waited(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    late = (Reply("给他的", durable=True),)
    await shell.service.send_late(citizen.address, late, "late")
    await citizen.says(event=Event.LEFT)
    await shell.drain()
    assert shell.app.texts == []
    assert len(shell.backend.submitted) == 1, "the case goes on without the account"


async def test_who_writes_again_can_be_reached_again(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    async with shell.database.write() as tx:
        stored = await conversations.find(tx, citizen.address)
        assert stored is not None
        await conversations.set_reachable(tx, stored.id, False)
    await citizen.says("帮助")
    async with shell.database.read() as tx:
        again = await conversations.find(tx, citizen.address)
    assert again is not None
    assert again.reachable


# --- any ticket by number and code


async def code_of(replies: tuple[Reply, ...]) -> str:
    import re  # noqa: PLC0415

    found = re.search(r"查询码[：:]\s*([0-9A-Z]{6})", replies[0].text)
    assert found is not None, replies[0].text
    return found[1]


async def test_a_ticket_is_found_by_its_last_digits_and_code_from_another_account(
    shell: Any, citizen: Any
) -> None:
    await citizen.goes_to_the_summary()
    code = await code_of(await citizen.says("提交"))
    (view,) = await citizen.own()
    neighbour = shell.citizen("oLiSi000000000000000000000002")
    await neighbour.says("查进度")
    (answer,) = await neighbour.says(f"{view.reference[-4:]} {code.lower()}")
    assert view.reference[-4:] in answer.text


async def test_five_wrong_codes_close_the_number_even_for_the_right_one(shell: Any, citizen: Any) -> None:
    await citizen.goes_to_the_summary()
    code = await code_of(await citizen.says("提交"))
    (view,) = await citizen.own()
    stranger = shell.citizen("oLiSi000000000000000000000002")
    for _ in range(5):
        await stranger.says("查进度")
        (wrong,) = await stranger.says(f"{view.reference} AAAAAA")
    await stranger.says("查进度")
    (closed,) = await stranger.says(f"{view.reference} {code}")
    assert closed.text != wrong.text
    assert "井盖" not in closed.text
    shell.clock.tick(16 * 60)
    await stranger.says("查进度")
    (found,) = await stranger.says(f"{view.reference} {code}")
    assert view.reference[-4:] in found.text


# --- replies that ride the platform's answer


async def test_a_receipt_that_wechat_did_not_take_arrives_by_the_outbox(shell: Any, citizen: Any) -> None:
    await citizen.goes_to_the_summary()
    (receipt,) = await shell.service.receive(citizen.message("提交"))
    await shell.drain()
    assert shell.app.texts == []
    shell.clock.tick(20)
    await shell.drain()
    assert shell.app.texts == [receipt.text]


async def test_a_receipt_that_was_handed_over_does_not_come_again(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    shell.clock.tick(60)
    await shell.drain()
    assert shell.app.texts == []


async def test_a_repeat_after_the_process_died_hands_the_stored_receipt_over(
    shell: Any, second: Any, citizen: Any
) -> None:
    await citizen.goes_to_the_summary()
    submit = citizen.message("提交")
    first = await shell.service.receive(submit)  # and here it dies
    shell.clock.tick(5)
    assert await second.service.receive(submit) == first
    await second.service.handed_over(submit, first)
    shell.clock.tick(60)
    await second.drain()
    assert second.app.texts == []


async def test_a_turn_that_was_too_slow_is_sent_at_once_and_once(shell: Any, citizen: Any) -> None:
    await citizen.goes_to_the_summary()
    submit = citizen.message("提交")
    replies = await shell.service.receive(submit)
    await shell.service.send_late(citizen.address, replies, submit.id)
    await shell.service.send_late(citizen.address, replies, submit.id)
    await shell.drain()
    assert shell.app.texts == [reply.text for reply in replies]
    shell.clock.tick(60)
    await shell.drain()
    assert len(shell.app.sent) == len(replies)


async def test_a_mere_prompt_costs_no_entry(shell: Any, citizen: Any) -> None:
    replies = await shell.service.receive(citizen.message("帮助"))
    assert not any(reply.durable for reply in replies)
    assert await shell.entries() == []


async def test_a_kept_survey_is_not_held_back_for_it_must_not_come_twice(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    await kept_for(shell, citizen, "请您评价", "survey")
    assert (await shell.service.receive(citizen.message("帮助")))[0].text == "请您评价"
    shell.clock.tick(60)
    await shell.drain()
    assert shell.app.texts == []


async def test_telegram_repeats_for_a_day_so_nothing_is_held_back(shell: Any) -> None:
    person = shell.citizen("4711", ChannelName.TELEGRAM)
    assert Address(ChannelName.TELEGRAM, "4711") == person.address
    await shell.service.receive(person.message("新华路15号院门口井盖坏了"))
    assert all(entry.due_at <= shell.clock() for entry in await shell.entries())
