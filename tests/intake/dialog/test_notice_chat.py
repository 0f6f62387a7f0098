"""The notice about personal data: asked once, refusable, and nothing said before it is lost."""

from dataclasses import replace
from typing import Any

import pytest

from intake.city.checks import HANDLER_LONGEST
from intake.city.profile import HandlerRules
from intake.model.conversation import Held, RaiseAlert


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


@pytest.fixture(params=["wechat", "telegram"])
def either(request: pytest.FixtureRequest, chats: Any) -> Any:
    """A stranger on either channel."""
    return chats(channel=request.param)


@pytest.mark.parametrize("city", ["jiayuguan", "xinghe"])
def test_the_first_notice_is_read_in_ten_seconds(chats: Any, story: str, city: str) -> None:
    chat = chats(city=city).says(story)
    assert len(chat.text) <= 80, len(chat.text)
    assert chat.city.units[chat.city.triage_unit].name in chat.text  # who handles it
    chat.hears("只为办理诉求", "转给承办单位", "撤回")  # what for, who gets it, the way back


def test_the_longest_name_of_a_handler_still_leaves_it_short(chat: Any, story: str) -> None:
    chat.city = replace(chat.city, handler=HandlerRules("嘉" * HANDLER_LONGEST["name"]))
    assert len(chat.says(story).text) <= 80


@pytest.mark.parametrize("how", ["tap", "详细", "3", "隐私", "告知书"])
def test_the_rest_is_one_word_away_and_loses_nothing(either: Any, story: str, how: str) -> None:
    either.says(story)
    either.taps("详细") if how == "tap" else either.says(how)
    either.hears("大数据中心", "联系：12345", "12345热线平台", "3年", "更正", "删除", "不满14岁")
    either.taps("同意")
    either.taps("单独同意") if either.channel == "telegram" else None
    either.hears("请核对")


def test_the_profile_names_handler_contact_and_who_reads_along(chat: Any, story: str) -> None:
    named = HandlerRules("嘉峪关市热线办", "0937-6000000，data@example.cn", ("省12345平台", "运维公司"))
    chat.city = replace(chat.city, handler=named)
    chat.says(story).hears("嘉峪关市热线办").taps("详细")
    chat.hears("嘉峪关市热线办", "0937-6000000", "省12345平台、运维公司")


def test_the_rest_can_be_read_at_any_time(known: Any) -> None:
    known.says("告知书").hears("谁来处理", "保存多久").hears_not("同意后我就继续")


def test_one_press_agrees_by_name_to_health_home_and_children(chat: Any) -> None:
    chat.says("我有心脏病，孩子才两岁，住幸福小区3号楼2单元301，暖气不热，我叫王芳13912345678")
    assert chat.labels == ["同意（含病情、住址、孩子的事）", "不同意", "详细"]
    chat.taps("同意").says("整栋楼").hears("请核对")


def test_english_readers_are_told_the_same(chats: Any) -> None:
    chat = chats(language="en").says("The street lamp on Xinhua Road 15 is broken")
    chat.hears("Jiayuguan Big Data Centre", "only to deal with your request")
    assert chat.labels == ["I agree (health, home, children included)", "I do not agree", "Details"]
    chat.taps("Details").hears("12345", "Under 14", "erase")
    chat.taps("I agree").hears_not("Before we start")


CHILD = ("我今年11岁", "我是小学生", "叔叔我上三年级")


def keeps_nothing(chat: Any) -> None:
    assert chat.conversation.held in (None, Held())
    assert chat.conversation.consent is None
    assert chat.conversation.abroad is None
    assert not chat.has_draft


@pytest.mark.parametrize("words", CHILD)
def test_a_child_is_asked_for_a_guardian_and_nothing_is_kept(either: Any, words: str) -> None:
    either.says(f"{words}，学校门口的井盖没了").hears("监护人", "没有保存", "110")
    assert either.labels == ["监护人同意", "不同意", "详细"]
    keeps_nothing(either)
    either.says("在新华中路15号").sends_photo().hears("监护人")
    keeps_nothing(either)


@pytest.mark.parametrize("word", ["同意", "好的", "我同意", "是的"])
def test_a_childs_own_word_is_no_guardians_consent(either: Any, word: str) -> None:
    either.says("我今年11岁，井盖没了", word).hears("监护人")
    keeps_nothing(either)


def test_a_childs_earlier_words_and_consent_go(either: Any, story: str) -> None:
    either.says(story)
    either.says("我是小学生").hears("监护人", "没有保存")
    keeps_nothing(either)
    either.presses("notice", "agree").hears("监护人")  # the button of the first notice
    keeps_nothing(either)


def test_a_child_that_agreed_before_it_said_its_age(chat: Any, story: str) -> None:
    chat.says(story).taps("同意").hears("请核对")
    chat.says("我今年11岁").hears("监护人", "没有保存")
    keeps_nothing(chat)
    assert not chat.filed


def test_with_the_guardians_consent_it_goes_on(either: Any, story: str) -> None:
    either.says("我今年11岁，井盖没了").taps("监护人同意")
    either.taps("单独同意") if either.channel == "telegram" else None
    assert either.conversation.consent.notice_version == either.city.notice_version
    either.says(story).hears("请核对")
    either.says("我今年11岁").hears_not("监护人")


def test_a_child_that_is_declined_for_is_a_child_the_next_time(either: Any, story: str) -> None:
    either.says("我今年11岁，井盖没了").taps("不同意").hears("不登记").hears_not("匿名举报")
    either.says("同意")
    keeps_nothing(either)
    either.says(story).hears("监护人")
    keeps_nothing(either)
    either.says("我要匿名举报鑫鑫餐馆无证经营").hears("监护人")
    keeps_nothing(either)


def test_consent_withdrawn_for_a_child_is_asked_of_the_guardian_again(chat: Any, story: str) -> None:
    chat.says("我今年11岁，井盖没了").taps("监护人同意").says("撤回同意").says(story).hears("监护人")
    keeps_nothing(chat)


@pytest.mark.parametrize("order", ["at once", "before", "after"])
def test_a_child_in_danger_is_answered_at_once(either: Any, order: str) -> None:
    fire = "家里着火了，快来救我"
    said = {
        "at once": (f"我今年11岁，{fire}",),
        "before": ("我今年11岁", fire),
        "after": (fire, "我今年11岁"),
    }
    either.says(*said[order])
    if order != "after":
        either.hears("119")
    assert any(isinstance(one, RaiseAlert) for one in either.effects)
    keeps_nothing(either)
    either.says("继续").hears("监护人")


def test_a_child_reads_english(chats: Any) -> None:
    chat = chats(language="en").says("I am 11 years old and the lamp is broken").hears("guardian", "not kept")
    chat.taps("Guardian agrees").hears_not("guardian")


def test_a_parent_who_tells_of_a_child_is_asked_as_everybody(chat: Any) -> None:
    chat.says("我儿子今年11岁，每天走新华中路，路灯不亮").hears("登记前请看一眼")
