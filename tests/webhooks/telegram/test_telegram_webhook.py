"""One update in: who may bring it, what happens to a bad one, what rides the answer."""

import asyncio
from typing import Any

import pytest

from bots.telegram import turn
from intake.model.messages import Ask, Choice, Event, Inbound, Reply, Tap
from intake.model.ports import Unavailable
from playground.phones import Picked
from playground.telegram.faults import ApiFault
from tests.receiving import KEPT
from webhooks.telegram import telegram_router

Stand = Any  # the fixture's

CITIZEN = {"id": 77, "is_bot": False, "first_name": "王"}
PROMPT = Reply("在哪里？")
RECEIPT = Reply("受理编号 1", durable=True)
KEYBOARD = Reply("哪一类？", choices=(Choice("noise", "噪音"),), step="category")
SETTLING = Reply("在哪里？", retires=("category",))


def update(text: str = "小区没暖气", update_id: int = 9) -> dict[str, Any]:
    chat = {"id": 77, "type": "private"}
    message = {"message_id": 5, "from": CITIZEN, "chat": chat, "date": 1772000000, "text": text}
    return {"update_id": update_id, "message": message}


def texts(phone: Any) -> list[str]:
    return [bubble.text for bubble in phone.bubbles(0) if bubble.side == "bot"]


@pytest.mark.parametrize("secret", [None, "", "wrong", "a-secret ", "密"])
async def test_without_the_secret_nothing_is_read(stand: Stand, secret: str | None) -> None:
    shown = secret.encode() if secret else secret
    answer = await stand.knock(update(), secret=shown)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert (stand.service.received, stand.service.aside) == ([], [])


def test_an_empty_secret_opens_no_webhook() -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        telegram_router("", None, None, None)  # type: ignore[arg-type]


async def test_a_body_over_the_limit_is_refused(stand: Stand) -> None:
    assert (await stand.knock(b" " * (64 * 1024 + 1))).status_code == 413


@pytest.mark.parametrize(
    ("body", "kept_as"),
    [
        (b"", "4200:sha256-"),
        (b"not json", "4200:sha256-"),
        (b"[1, 2]", "4200:sha256-"),
        (b'{"update_id": 9, "message": {"text": "x"}}', "4200:9"),
    ],
)
async def test_poison_is_put_aside_and_never_comes_again(stand: Stand, body: bytes, kept_as: str) -> None:
    assert (await stand.knock(body)).status_code == 200
    ((message_id, kept, reason),) = stand.service.aside
    assert message_id.startswith(kept_as)
    assert (kept, bool(reason)) == (body, True)


async def test_poison_does_not_hold_up_its_chat(stand: Stand) -> None:
    phone = await stand.citizen()
    stand.platform.post(phone.user, "message", {"message_id": "poison"})
    await phone.say("后来的话")
    await stand.platform.delivery.idle()
    assert [inbound.text for inbound in stand.service.received] == ["后来的话"]
    assert len(stand.service.aside) == 1


@pytest.mark.parametrize(("after", "header"), [(None, "1"), (0.2, "1"), (7.0, "7"), (99999.0, "3600")])
async def test_a_fault_of_ours_that_passes_asks_for_it_again(
    stand: Stand, after: float | None, header: str
) -> None:
    stand.service.faults += [Unavailable("the database is away", after), Unavailable("the disk is full")]
    answer = await stand.knock(update())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, header)


async def test_what_cannot_be_done_now_is_kept_and_said(stand: Stand) -> None:
    stand.service.faults.append(Unavailable("the database is away"))
    answer = await stand.knock(update())
    assert (answer.status_code, answer.json()["text"]) == (200, KEPT)
    assert len(stand.service.shelved) == 1


async def test_poison_while_the_database_is_away_comes_again_too(stand: Stand) -> None:
    """The disk that is full is the other half: with room on it, it would wait there."""
    stand.service.faults += [Unavailable("the database is away"), Unavailable("the disk is full")]
    assert (await stand.knock(b"not json")).status_code == 503


async def test_after_faults_every_message_is_taken_in_order(stand: Stand) -> None:
    stand.service.faults += [Unavailable("away", 2)] * 4  # twice the database, twice the disk
    phone = await stand.citizen()
    for text in ("一", "二", "三"):
        await phone.say(text)
    await stand.platform.delivery.idle()
    assert [inbound.text for inbound in stand.service.received] == ["一", "二", "三"]
    assert texts(phone) == ["好的：一", "好的：二", "好的：三"]


async def test_a_lone_prompt_rides_the_answer(stand: Stand) -> None:
    stand.service.answer = lambda _: (Reply("在哪里？", (Choice("later", "稍后"),), "place", Ask.LOCATION),)
    answer = (await stand.knock(update())).json()
    assert (answer["method"], answer["chat_id"], answer["text"]) == ("sendMessage", 77, "在哪里？")
    assert answer["reply_markup"]["keyboard"][0][0]["request_location"] is True
    assert stand.service.late == []


@pytest.mark.parametrize(
    "replies",
    [(RECEIPT,), (PROMPT, PROMPT), (PROMPT, RECEIPT), (Reply("😀" * 4096),), (KEYBOARD,), (SETTLING,)],
    ids=["receipt", "two", "prompt and receipt", "too long for one", "keyboard", "settles a keyboard"],
)
async def test_all_else_goes_through_the_outbox(stand: Stand, replies: tuple[Reply, ...]) -> None:
    stand.service.answer = lambda _: replies
    answer = await stand.knock(update())
    assert (answer.status_code, answer.content) == (200, b"")
    ((address, sent, key),) = stand.service.late
    assert (address.user, sent, key) == ("77", replies, "4200:9")


async def test_a_turn_without_words_is_only_acknowledged(stand: Stand) -> None:
    stand.service.answer = lambda _: ()
    answer = await stand.knock(update())
    assert (answer.status_code, answer.content, stand.service.late) == (200, b"", [])


@pytest.mark.parametrize("reply", [PROMPT, RECEIPT])
async def test_a_repeat_gets_the_same_answer_under_the_same_key(stand: Stand, reply: Reply) -> None:
    stand.service.answer = lambda _: (reply,)
    first, again = await stand.knock(update()), await stand.knock(update())
    assert first.content == again.content
    assert len(stand.service.received) == 1
    assert len(set(stand.service.late)) == (1 if reply.durable else 0)


async def test_a_smaller_update_id_is_not_a_repeat(stand: Stand) -> None:
    await stand.knock(update("一", update_id=900))
    await stand.knock(update("二", update_id=3))
    assert [inbound.text for inbound in stand.service.received] == ["一", "二"]


@pytest.mark.parametrize("data", ["garbage", "0|gone|x", ""])
async def test_a_stale_or_garbage_button_is_answered_and_handed_on(stand: Stand, data: str) -> None:
    stand.delivers()
    stand.service.answer = lambda inbound: (
        Reply("过期了" if inbound.tap else "？", (Choice("a", "甲"),), "q"),
    )
    phone = await stand.citizen()
    await phone.say("一")
    await stand.platform.delivery.idle()
    await phone.press(phone.bubbles(0)[-1].id, data)
    await stand.platform.delivery.idle()
    assert stand.platform.spinning() == 0
    assert texts(phone) == ["？", "过期了"]


async def test_the_press_is_answered_before_the_turn_is_done(stand: Stand) -> None:
    stand.delivers()
    stand.service.answer = lambda _: (Reply("？", (Choice("a", "甲"),), "q"),)
    phone = await stand.citizen()
    await phone.say("一")
    await stand.platform.delivery.idle()
    gate, receive = asyncio.Event(), stand.service.receive

    async def slowly(inbound: Inbound) -> tuple[Reply, ...]:
        await gate.wait()
        return await receive(inbound)

    stand.service.receive = slowly
    asked = phone.bubbles(0)[-1]
    await phone.tap(asked.id, asked.buttons[0].id)
    while stand.platform.spinning():
        await asyncio.sleep(0.005)
    assert len(stand.service.received) == 1
    gate.set()
    await stand.platform.delivery.idle()
    assert stand.service.received[-1].tap == Tap("1", "q", "a")
    assert phone.bubbles(0)[1].buttons == ()


async def test_over_a_second_the_citizen_sees_that_we_are_at_it_again_and_again(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "TYPING_AFTER", 0.01)
    monkeypatch.setattr(turn, "TYPING_AGAIN", 0.01)
    phone, gate, receive = await stand.citizen(), asyncio.Event(), stand.service.receive

    async def slowly(inbound: Inbound) -> tuple[Reply, ...]:
        await gate.wait()
        return await receive(inbound)

    def shown() -> int:
        return sum(method == "sendChatAction" for method, _ in stand.platform.calls)

    stand.service.receive = slowly
    await phone.say("一")
    while shown() < 2:
        await asyncio.sleep(0.005)
    gate.set()
    await stand.platform.delivery.idle()
    assert texts(phone) == ["好的：一"]
    before = shown()
    await asyncio.sleep(0.05)
    assert shown() == before


async def test_a_quick_turn_shows_no_typing(stand: Stand) -> None:
    phone = await stand.citizen()
    await phone.say("一")
    await stand.platform.delivery.idle()
    assert [method for method, _ in stand.platform.calls if method == "sendChatAction"] == []
    assert turn.TYPING_AFTER == 1.0


async def test_what_may_not_stay_is_taken_out_while_the_database_is_away_too(stand: Stand) -> None:
    stand.service.faults.append(Unavailable("the database is away"))
    phone = await stand.citizen()
    await phone.say("我的身份证11010519491231002X")
    await stand.platform.delivery.idle()
    while "deleteMessage" not in [method for method, _ in stand.platform.calls]:
        await asyncio.sleep(0.005)
    assert [kept.text for kept in stand.service.shelved] == [""]


@pytest.mark.parametrize("method", ["answerCallbackQuery", "editMessageReplyMarkup"])
@pytest.mark.parametrize("code", [500, 0, 403])
async def test_a_spinner_that_cannot_be_stopped_costs_nothing_else(
    stand: Stand, method: str, code: int
) -> None:
    stand.delivers()
    stand.service.answer = lambda inbound: (
        Reply("谢谢" if inbound.tap else "？", (Choice("a", "甲"),), "q"),
    )
    phone = await stand.citizen()
    await phone.say("一")
    await stand.platform.delivery.idle()
    stand.platform.faults.order(ApiFault(method, code))
    asked = phone.bubbles(0)[-1]
    await phone.tap(asked.id, asked.buttons[0].id)
    await stand.platform.delivery.idle()
    assert texts(phone) == ["？", "谢谢"]


async def test_text_and_tap_at_the_same_moment_are_two_messages(stand: Stand) -> None:
    stand.delivers()
    stand.service.answer = lambda _: (Reply("？", (Choice("a", "甲"),), "q"),)
    phone = await stand.citizen()
    await phone.say("一")
    await stand.platform.delivery.idle()
    asked = phone.bubbles(0)[-1]
    await asyncio.gather(phone.say("二"), phone.tap(asked.id, asked.buttons[0].id))
    await stand.platform.delivery.idle()
    assert sorted(inbound.text for inbound in stand.service.received) == ["", "一", "二"]


async def test_an_album_comes_photo_by_photo_under_one_group(stand: Stand) -> None:
    phone = await stand.citizen()
    await phone.photos([Picked(b"jpeg", "image/jpeg", "a.jpg")] * 4, "看这里")
    await stand.platform.delivery.idle()
    received = stand.service.received
    assert [inbound.text for inbound in received] == ["看这里", "", "", ""]
    assert len({inbound.group for inbound in received} - {""}) == 1
    assert len({inbound.media for inbound in received}) == 4


async def test_cards_pins_and_edits_arrive_as_what_they_are(stand: Stand) -> None:
    phone = await stand.citizen()
    await phone.open()
    await phone.other_contact("13900000001", "李", owner=None)
    await phone.contact("8613900000000", "王")
    await phone.location(39.8, 98.3, "雄关广场")
    await phone.say("三号楼")
    await phone.edit(phone.bubbles(0)[-1].id, "四号楼")
    await phone.sticker()
    await stand.platform.delivery.idle()
    start, others, own, pin, _, edit, sticker = stand.service.received
    assert start.event is Event.START
    assert (others.contact.own, own.contact.own) == (False, True)
    assert pin.location.label == "雄关广场"
    assert (edit.text, edit.edits) == ("四号楼", True)
    assert sticker.event is Event.UNSUPPORTED


async def test_blocking_and_coming_back_are_heard(stand: Stand) -> None:
    phone = await stand.citizen()
    stand.service.answer = lambda _: ()
    await phone.open()
    await phone.block()
    await stand.platform.delivery.idle()
    await phone.unblock()
    await stand.platform.delivery.idle()
    events = [inbound.event for inbound in stand.service.received]
    assert sorted(events[:2]) == [Event.LEFT, Event.START]
    assert events[2] is Event.RETURNED


async def test_a_group_is_shown_the_private_chat_and_nothing_is_kept(stand: Stand) -> None:
    called = update("/start@hotline12345_bot")
    called["message"]["chat"] = {"id": -5, "type": "group", "title": "楼群"}
    answer = (await stand.knock(called)).json()
    assert (answer["chat_id"], "?start=" in answer["text"]) == (-5, True)
    assert (stand.service.received, stand.service.aside) == ([], [])


async def test_a_group_is_not_held_up_when_we_do_not_know_our_own_name(stand: Stand) -> None:
    stand.platform.faults.order(ApiFault("getMe", 500))
    called = update("/start")
    called["message"]["chat"] = {"id": -5, "type": "group", "title": "楼群"}
    answer = await stand.knock(called)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_citizens_words_come_back_as_they_are(stand: Stand) -> None:
    phone = await stand.citizen()
    await phone.say("<b & 😀")
    await stand.platform.delivery.idle()
    assert texts(phone) == ["好的：<b & 😀"]
