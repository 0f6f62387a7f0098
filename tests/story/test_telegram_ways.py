"""What people do on Telegram that is not in the plain story, over every wire, on both databases."""

import asyncio
from typing import Any

import pytest

from app.turns import step as step_module
from intake.model.messages import Address, ChannelName
from playground.phones import Picked
from storage.messages import conversations, inbox
from tests.pictures import a_png

Town = Any  # the fixture's
FIRST_WORDS = "新华路15号院楼下烧烤店油烟太大，我姓王，电话13912345678"
ID_NUMBER = "11010519491231002X"

pytestmark = pytest.mark.timeout(300)  # a whole town, on a machine that may be busy


@pytest.fixture
async def citizen(town: Town) -> Any:
    return await town.citizen(ChannelName.TELEGRAM)


def telegram_of(town: Town) -> Any:
    """The server they all write by."""
    return town.players.shop(ChannelName.TELEGRAM)


def photos(number: int) -> list[Picked]:
    return [Picked(a_png(n), "image/png", f"{n}.png") for n in range(number)]


def said_last(citizen: Any) -> str:
    return citizen.chat()[-1]


async def stored(town: Town, citizen: Any) -> Any:
    async with town.runtime.database.read() as tx:
        return await conversations.find(tx, Address(ChannelName.TELEGRAM, citizen.phone.user))


async def settled(town: Town) -> None:
    """Every update is taken and everything that is due is out."""
    await telegram_of(town).delivery.idle()
    while telegram_of(town).spinning():
        await asyncio.sleep(0.01)


def buttons(citizen: Any) -> list[str]:
    return [button.label for bubble in citizen.phone.bubbles(0) for button in bubble.buttons]


async def test_a_message_that_breaks_us_is_put_aside_and_the_next_one_is_handled(
    town: Town, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = step_module.advance

    def breaks(conversation: Any, inbound: Any, *rest: Any) -> Any:
        if "毒" in inbound.text:
            raise ZeroDivisionError(inbound.text)
        return advance(conversation, inbound, *rest)

    monkeypatch.setattr(step_module, "advance", breaks)
    await citizen.says("有毒的话")
    await citizen.says(FIRST_WORDS)
    await citizen.agrees()
    await citizen.hears("请核对")
    async with town.runtime.database.read() as tx:
        (kept,) = await inbox.aside(tx)
    assert "ZeroDivisionError" in kept.reason
    assert "毒" not in kept.reason


async def test_what_goes_abroad_is_agreed_to_separately_and_kept_with_its_hash(
    town: Town, citizen: Any
) -> None:
    await citizen.says(FIRST_WORDS)
    await citizen.hears("登记前请看一眼")
    await citizen.taps("同意")
    abroad = await citizen.hears("单独确认")
    assert "境外公司（Telegram Messenger）" in abroad.text
    assert (await stored(town, citizen)).conversation.abroad is None
    await citizen.says("不同意")
    await citizen.hears("不登记")
    assert (await stored(town, citizen)).conversation.held is None
    await citizen.says(FIRST_WORDS)
    await citizen.hears("单独确认")
    await citizen.taps("单独同意")
    await citizen.hears("请核对")
    conversation = (await stored(town, citizen)).conversation
    assert conversation.abroad.notice_version == town.runtime.city.notice_version
    assert conversation.abroad.notice_hash != conversation.consent.notice_hash
    assert conversation.abroad.at >= conversation.consent.at


async def test_identity_numbers_and_papers_are_refused_and_leave_no_trace(town: Town, citizen: Any) -> None:
    await citizen.says(f"我的身份证{ID_NUMBER}，请帮我办")
    refused = await citizen.hears("没有保存")
    assert "微信" in refused.text
    assert town.runtime.city.hotline in refused.text
    await citizen.phone.document(Picked(b"%PDF", "application/pdf", "id.pdf"))
    await citizen.hears("没有保存")
    await settled(town)
    assert [bubble.text for bubble in citizen.phone.bubbles(0) if bubble.side == "citizen"] == ["", ""]
    kept = await stored(town, citizen)
    assert kept.conversation.held is None
    assert kept.conversation.draft is None


async def test_a_changed_message_takes_the_place_of_the_old_one(town: Town, citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    first = citizen.phone.bubbles(0)[0].id
    await citizen.agrees()
    await citizen.hears("请核对")
    await citizen.phone.edit(
        first, FIRST_WORDS.replace("新华路15号院", "胜利路8号院").replace("2345678", "8765432")
    )
    await citizen.hears("已按您改后的内容更正")
    summary = await citizen.hears("请核对")
    assert "胜利路8号院" in summary.text
    assert "13918765432" in summary.text
    assert "新华路" not in summary.text
    await citizen.taps("提交")
    await citizen.hears("您的诉求已登记")
    ticket = await town.ticket()
    assert "胜利路8号院" in ticket.document.content
    assert "新华路" not in ticket.document.content


async def test_words_changed_before_consent_are_taken_as_changed(town: Town, citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    await citizen.hears("登记前请看一眼")
    await citizen.phone.edit(citizen.phone.bubbles(0)[0].id, FIRST_WORDS.replace("15号院", "25号院"))
    await citizen.hears("更正")
    await citizen.taps("同意")
    await citizen.hears("单独确认")
    await citizen.taps("单独同意")
    assert "25号院" in (await citizen.hears("请核对")).text


async def test_a_message_changed_after_filing_is_offered_as_a_supplement(town: Town, citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    first = citizen.phone.bubbles(0)[0].id
    await citizen.agrees()
    await citizen.hears("请核对")
    await citizen.taps("提交")
    await citizen.hears("您的诉求已登记")
    await citizen.phone.edit(first, FIRST_WORDS + "。每天晚上十点以后最严重")
    await citizen.hears("作为补充")
    await citizen.taps("补充进去")
    await citizen.hears("已补充到尾号")


@pytest.mark.parametrize("when", ["before", "after", "with"])
async def test_an_album_becomes_one_request(town: Town, citizen: Any, when: str) -> None:
    if when == "before":
        await citizen.phone.photos(photos(5))
    if when == "with":
        await citizen.phone.photos(photos(5), FIRST_WORDS)
    else:
        await citizen.says(FIRST_WORDS)
    await citizen.agrees()
    await citizen.hears("请核对")
    if when == "after":
        await citizen.phone.photos(photos(5))
    await settled(town)
    while "照片：5个" not in said_last(citizen):
        await asyncio.sleep(0.02)
    await citizen.taps("提交")
    await citizen.hears("您的诉求已登记")
    assert len((await town.ticket()).document.attachments) == 5
    chat = "\n".join(citizen.chat())
    assert chat.count("登记前请看一眼") == 1
    assert chat.count("您的诉求已登记") == 1


async def test_an_album_over_the_limit_is_told_once(town: Town, citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    await citizen.agrees()
    await citizen.hears("请核对")
    await citizen.phone.photos(photos(10))
    await citizen.hears("照片已经够多了")
    assert "照片：9个" in (await citizen.hears("请核对")).text


async def test_a_question_answered_in_words_loses_its_buttons(town: Town, citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    await citizen.hears("登记前请看一眼")
    await citizen.says("同意")
    await citizen.hears("单独确认")
    await citizen.says("同意")
    await citizen.hears("请核对")
    while any("同意" in label for label in buttons(citizen)):
        await asyncio.sleep(0.02)
    assert "提交" in buttons(citizen)


async def test_a_button_of_an_older_release_gets_a_word_and_fresh_buttons(town: Town, citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    notice = await citizen.hears("登记前请看一眼")
    await citizen.phone.press(notice.id, "0|notice|agree")
    await citizen.hears("这个按钮已经过期了")
    await citizen.hears("您的话我先记着")
    await citizen.agrees_again()
    await citizen.hears("请核对")


async def test_text_and_press_at_the_same_moment_lose_nothing(town: Town, citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    await citizen.agrees()
    summary = await citizen.hears("请核对")
    submit = next(button for button in summary.buttons if button.label == "提交")
    await asyncio.gather(
        citizen.phone.tap(summary.id, submit.id), citizen.says("补充一下：每天晚上都这样，影响孩子睡觉")
    )
    await settled(town)
    await citizen.hears("您的诉求已登记")
    assert (await stored(town, citizen)).conversation is not None
    assert "\n".join(citizen.chat()).count("您的诉求已登记") == 1


LANGUAGES = {
    "zh-hans": "您好，这里是",
    "zh-hant": "您好，這裡是嘉峪關市",
    "zh-tw": "您好，這裡是嘉峪關市",
    "en-GB": "Hello, this is the assistant",
    "": "您好，这里是",
}


async def test_the_apps_language_is_spoken(town: Town) -> None:
    for hint, words in LANGUAGES.items():
        citizen = await town.citizen(ChannelName.TELEGRAM)
        telegram_of(town).rooms[int(citizen.phone.user)].language = hint
        await citizen.phone.open()
        await citizen.hears(words)


async def test_a_word_switches_the_language_and_traditional_characters_are_understood(
    town: Town, citizen: Any
) -> None:
    await citizen.says("繁體中文")
    await citizen.hears("我說中文")
    await citizen.says("新華路15號院樓下燒烤店油煙太大，我姓王，電話13912345678")
    await citizen.hears("登記前請看一眼")
    await citizen.taps("同意")
    await citizen.hears("單獨確認")
    await citizen.says("單獨同意")
    summary = await citizen.hears("請核對")
    assert "油煙太大" in summary.text
    await citizen.says("提交")
    await citizen.hears("您的訴求已登記")
    await citizen.says("查進度")
    await citizen.hears("尾號")
    await citizen.says("English")
    await citizen.hears("English it is")


async def test_blocking_stops_pushes_and_coming_back_finds_everything(town: Town, citizen: Any) -> None:
    await citizen.says(FIRST_WORDS)
    await citizen.agrees()
    await citizen.hears("请核对")
    await citizen.taps("提交")
    await citizen.hears("您的诉求已登记")
    await settled(town)
    await citizen.phone.block()
    await settled(town)
    assert (await stored(town, citizen)).reachable is False
    sent = len([call for call in telegram_of(town).calls if call[0] == "sendMessage"])
    await town.act("accept")
    await asyncio.sleep(0.5)
    assert len([call for call in telegram_of(town).calls if call[0] == "sendMessage"]) == sent
    await citizen.phone.unblock()
    await settled(town)
    await citizen.says("查进度")
    await citizen.hears("已受理")
    assert (await stored(town, citizen)).reachable is True


async def test_a_group_is_shown_a_signed_link_and_nothing_is_stored(town: Town, citizen: Any) -> None:
    telegram = town.runtime.telegram
    link = await telegram.link("group")
    assert len(link.partition("start=")[2]) <= 64
    heard = telegram.hear_raw(start(link.partition("start=")[2]), telegram_of(town).clock())
    assert heard.message.payload == "group"
    forged = telegram.hear_raw(start("group-00000000000000000000"), telegram_of(town).clock())
    assert forged.message.payload == ""


def start(payload: str) -> dict[str, Any]:
    chat = {"id": 77, "type": "private"}
    person = {"id": 77, "is_bot": False, "first_name": "王"}
    message = {"message_id": 1, "from": person, "chat": chat, "date": 1772000000, "text": f"/start {payload}"}
    return {"update_id": 1, "message": message}
