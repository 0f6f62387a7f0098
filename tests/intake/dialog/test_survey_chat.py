"""The survey: every branch, in taps, digits and words; left, resumed, interrupted, over."""

from typing import Any

import pytest


@pytest.fixture
def rated(filed: Any) -> Any:
    filed.effects.clear()
    filed.turn_ticket(status="completed").is_asked_to_rate()
    return filed.hears("已办结", "供热公司】联系过您吗")


def test_all_is_well(rated: Any) -> None:
    rated.taps("联系过").hears("解决了吗").taps("已解决").hears("满意吗").taps("满意").hears("谢谢您的评价")
    (told,) = rated.told
    assert told.type == "survey_result"
    assert told.survey["contacted"] is True
    assert (told.survey["solved"], told.survey["satisfied"]) == ("yes", "satisfied")
    assert told.survey["rework_wanted"] is False
    assert told.survey["via"] == "WX"


def test_unhappy_with_rework(rated: Any) -> None:
    rated.taps("没有联系").taps("未解决").taps("不满意").hears("什么原因").taps("太慢").hears("重新办理吗")
    rated.taps("需要").hears("会要求重新办理")
    assert rated.told[0].survey["reason_codes"] == ["slow"]
    assert rated.told[0].survey["rework_wanted"] is True


def test_in_digits(rated: Any) -> None:
    rated.says("1", "2", "２", "谢谢")
    assert (rated.told[0].survey["solved"], rated.told[0].survey["satisfied"]) == ("partly", "basically")


@pytest.mark.parametrize(
    ("words", "contacted", "solved", "satisfied"),
    [
        (["联系过", "解决了", "很满意"], True, "yes", "satisfied"),
        (["是的", "已解决", "基本满意"], True, "yes", "basically"),
        (["打过电话", "部分解决了", "还行"], True, "partly", "basically"),
        (["有", "解决了一部分", "一般"], True, "partly", "basically"),
    ],
)
def test_in_words(rated: Any, words: list[str], contacted: bool, solved: str, satisfied: str) -> None:
    rated.says(*words)
    survey = rated.told[0].survey
    assert (survey["contacted"], survey["solved"], survey["satisfied"]) == (contacted, solved, satisfied)


@pytest.mark.parametrize("no", ["没有", "没有联系过", "没联系", "没有人联系过我，暖气还是不热", "没人联系"])
def test_nobody_was_in_touch(rated: Any, no: str) -> None:
    rated.says(no).hears("解决了吗")
    assert rated.conversation.surveys[0].contacted is False
    assert not rated.has_draft


@pytest.mark.parametrize("no", ["没解决", "没有解决", "还没解决", "没有", "根本没有解决", "3"])
def test_it_is_not_solved(rated: Any, no: str) -> None:
    rated.says("联系过", no).hears("满意吗")
    assert rated.conversation.surveys[0].solved == "no"


@pytest.mark.parametrize("no", ["不满意", "不太满意", "很不满意", "非常不满意", "3"])
def test_they_are_not_satisfied(rated: Any, no: str) -> None:
    rated.says("联系过", "已解决", no).hears("什么原因")


def test_the_reason_in_their_own_words(rated: Any) -> None:
    rated.says("1", "3", "3", "来了两个人看了一眼就走了").hears("重新办理吗").says("要")
    assert rated.told[0].survey["reason_codes"] == ["other"]
    assert rated.told[0].survey["comment"] == "来了两个人看了一眼就走了"


@pytest.mark.parametrize("unclear", ["9", "🙂", "好的"])
def test_no_reason(rated: Any, unclear: str) -> None:
    rated.says("1", "3", "3", unclear).hears("什么原因")


def test_no_rework(rated: Any) -> None:
    rated.says("1", "3", "3", "2", "不用了").hears("如实记录")
    assert rated.told[0].survey["rework_wanted"] is False


@pytest.mark.parametrize("word", ["返回", "上一步"])
def test_back(rated: Any, word: str) -> None:
    rated.says("1").hears("解决了吗").says(word).hears("联系过您吗").says("2", "1", "1")
    assert rated.told[0].survey["contacted"] is False


def test_who_cannot_say_whether_somebody_was_in_touch(rated: Any) -> None:
    rated.says("不清楚").hears("解决了吗").says("1", "1")
    assert rated.told[0].survey["contacted"] is None


@pytest.mark.parametrize("word", ["取消", "算了"])
def test_left_and_resumed(rated: Any, word: str) -> None:
    rated.says("1", word).hears("评价").says("评价").hears("解决了吗")


def test_unclear_answers_are_asked_again(rated: Any) -> None:
    rated.says("9").hears("请回复数字", "联系过您吗").says("🙂").hears("联系过您吗")
    assert not rated.told


def test_a_new_complaint_in_the_middle(rated: Any) -> None:
    rated.says("1").says("迎宾湖公园的椅子坏了，王芳13912345678").hears("请核对").taps("提交")
    assert len(rated.filed) == 1
    rated.says("评价").hears("解决了吗")


def test_a_photo_in_the_middle_is_not_lost(rated: Any) -> None:
    rated.sends_photo()
    assert rated.has_draft or rated.told


def test_done_once(rated: Any) -> None:
    rated.says("1", "1", "1").taps("不满意").hears("已经过期")
    rated.says("评价").hears("没有需要评价")
    assert len(rated.told) == 1


def test_a_changed_mind_by_an_earlier_button(rated: Any) -> None:
    rated.taps("联系过").hears("解决了吗").taps("没有联系").hears("解决了吗")
    assert rated.conversation.surveys[0].contacted is False


@pytest.mark.parametrize("word", ["满意", "1", "联系过"])
def test_after_the_window(rated: Any, word: str) -> None:
    rated.passes(days=8).says(word).hears("评价")
    assert not rated.told
    assert not rated.has_draft


def test_a_button_after_the_window(rated: Any) -> None:
    rated.passes(days=8).taps("联系过").hears("评价时间已经过了")
    assert not rated.told


def test_a_busy_form_is_not_interrupted(filed: Any) -> None:
    filed.says("迎宾湖公园的椅子坏了").hears("称呼和电话")
    filed.is_asked_to_rate().hears("回复“评价”").hears_not("联系过您吗")
    filed.says("王芳13912345678").hears("请核对").says("1").hears("已登记")
    filed.says("评价").hears("联系过您吗")


def test_rated_in_the_middle_of_a_form_and_back(filed: Any) -> None:
    filed.says("迎宾湖公园的椅子坏了").is_asked_to_rate().says("评价").hears("联系过您吗")
    filed.says("1", "1", "1").hears("谢谢您的评价", "称呼和电话")


def test_help_in_the_middle(rated: Any) -> None:
    rated.says("1", "帮助").hears("我能帮您", "解决了吗").says("1").hears("满意吗")


def test_nobody_who_does_not_want_is_asked(rated: Any) -> None:
    rated.says("免打扰").hears("不再请您评价").says("满意")
    assert not rated.told
    assert rated.conversation.do_not_survey


def test_no_survey_in_the_middle_of_a_form(filed: Any) -> None:
    filed.says("迎宾湖公园的椅子坏了").says("免打扰").hears("不再请您评价", "称呼和电话")


def test_the_second_round(rated: Any) -> None:
    rated.says("1", "3", "3", "5", "1")
    rated.is_asked_to_rate(number=2).hears("联系过您吗").taps("联系过").says("1", "1")
    assert [told.survey["round"] for told in rated.told] == [1, 2]
    assert rated.told[1].survey["solved"] == "yes"


def test_english(chats: Any, story: str) -> None:
    chat = chats(language="en")
    chat.says(story).taps("I agree").taps("Submit").is_asked_to_rate(unit="state_grid").hears("contact you")
    chat.says("yes", "Partly", "not satisfied").hears("main reason").says("too slow").hears("again").says(
        "no"
    )
    survey = chat.told[0].survey
    assert (survey["solved"], survey["satisfied"], survey["reason_codes"]) == (
        "partly",
        "dissatisfied",
        ["slow"],
    )
