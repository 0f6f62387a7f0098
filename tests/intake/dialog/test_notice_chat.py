"""The notice about personal data: asked once, refusable, and nothing said before it is lost."""

from dataclasses import replace
from typing import Any

import pytest


def test_a_complete_first_message_needs_only_the_notice_and_the_submit(chat: Any, story: str) -> None:
    chat.says(story).hears("登记前请看一眼")
    chat.taps("同意").hears("请核对", "幸福小区", "王芳", "13912345678")
    chat.taps("提交").hears("您的诉求已登记", "编号：WX", "查询码")
    (ticket,) = chat.filed
    assert ticket.content.startswith(story)
    assert ticket.place.text == "五一路幸福小区3号楼2单元"
    assert ticket.consent.notice_version == chat.city.notice_version
    assert not chat.has_draft


def test_without_consent_nothing_is_filed(chat: Any, story: str) -> None:
    chat.says(story).says("提交").hears("同意后我就继续")
    assert not chat.has_draft
    assert not chat.effects


def test_a_decline_keeps_nothing(chat: Any, story: str) -> None:
    chat.says(story).taps("不同意").hears("不登记", "没有保存")
    assert chat.conversation.held is None
    assert not chat.has_draft
    assert not chat.effects


@pytest.mark.parametrize("word", ["不同意", "取消", "不要", "算了", "2"])
def test_a_decline_in_words(chat: Any, story: str, word: str) -> None:
    chat.says(story, word).hears("不登记")
    assert chat.conversation.held is None


@pytest.mark.parametrize("word", ["同意", "我同意", "好的", "1", "１", "①", "可以"])
def test_an_agreement_in_words(chat: Any, story: str, word: str) -> None:
    chat.says(story, word).hears("请核对")


@pytest.mark.parametrize("word", ["好的", "是的", "嗯", "谢谢", "1", "👌", "你好"])
def test_politeness_after_a_decline_is_no_consent_and_is_not_answered_with_the_notice(
    chat: Any, story: str, word: str
) -> None:
    chat.says(story).taps("不同意").says(word)
    chat.hears_not("登记前", "同意后我就继续")
    assert chat.conversation.consent is None
    assert chat.conversation.held is None


def test_a_change_of_mind_by_word(chat: Any, story: str) -> None:
    chat.says(story).taps("不同意").says("同意").hears("好的，我们继续", "请直接说说")
    assert chat.conversation.consent is not None
    chat.says(story).hears("请核对")


def test_a_change_of_mind_by_the_old_button(chat: Any, story: str) -> None:
    chat.says(story).taps("不同意").taps("同意").hears("我们继续")
    chat.says(story).hears("请核对")


def test_a_change_of_mind_by_telling_it_again(chat: Any, story: str) -> None:
    chat.says(story).taps("不同意").says("路灯坏了，你们到底管不管").hears("登记前请看一眼")
    chat.taps("同意")
    assert chat.draft.content == "路灯坏了，你们到底管不管"


def test_several_messages_before_consent_are_all_kept(chat: Any) -> None:
    chat.says("我家暖气不热三天了，整栋楼都这样").hears("登记前请看一眼")
    chat.says("五一路幸福小区3号楼2单元").hears("同意后我就继续")
    chat.says("13912345678").says("我叫王芳")
    chat.taps("同意").hears("请核对")
    assert chat.draft.place.text == "五一路幸福小区3号楼2单元"
    assert chat.draft.phone == "13912345678"
    assert chat.draft.name == "王芳"


def test_a_photo_before_any_word(chat: Any) -> None:
    chat.sends_photo().hears("登记前请看一眼")
    chat.taps("同意").hears("照片收到了", "发生了什么")
    chat.says("新华中路的井盖没了").says("王芳13912345678").hears("照片：1个")


def test_a_pin_before_any_word(chat: Any) -> None:
    chat.sends_pin(label="雄关广场").hears("登记前请看一眼")
    chat.taps("同意").hears("发生了什么")
    chat.says("井盖没了，太危险").says("王芳13912345678").hears("雄关广场")


def test_a_card_before_any_word(chat: Any) -> None:
    chat.shares_card().hears("登记前请看一眼").taps("同意").hears("发生了什么")
    chat.says("新华中路的井盖没了").hears("请核对", "13912345678")


@pytest.mark.parametrize("hello", ["你好", "在吗", "👋", "？", "1", "好的", "。"])
def test_a_hello_is_answered_with_a_hello_and_not_with_the_notice(chat: Any, hello: str) -> None:
    chat.says(hello).hears("请直接说说您遇到了什么事").hears_not("登记前")
    assert chat.conversation.held is None


@pytest.mark.parametrize("word", ["返回", "修改", "跳过", "重新开始", "提交", "继续", "不清楚"])
def test_words_of_the_form_at_the_notice_bring_the_notice_back(chat: Any, story: str, word: str) -> None:
    chat.says(story, word).hears("同意后我就继续")
    chat.taps("同意").hears("请核对")


@pytest.mark.parametrize(
    ("word", "answer"), [("帮助", "我能帮您"), ("查进度", "还没有登记"), ("人工", "工作人员")]
)
def test_other_words_work_before_consent_and_lose_nothing(
    chat: Any, story: str, word: str, answer: str
) -> None:
    chat.says(story, word).hears(answer)
    chat.says("返回") if word == "人工" else None
    chat.taps("同意").hears("请核对")


def test_a_new_notice_is_shown_to_those_who_agreed_to_the_old(known: Any, story: str) -> None:
    known.city = replace(known.city, notice_version="2027-1")
    known.says(story).hears("登记前请看一眼").taps("同意").hears("请核对")
    assert known.conversation.consent.notice_version == "2027-1"


def test_telegram_asks_for_its_own_consent(chats: Any, story: str) -> None:
    chat = chats(channel="telegram")
    chat.says(story).hears("登记前请看一眼").taps("同意").hears("境外")
    chat.says("同意").hears("请核对")
