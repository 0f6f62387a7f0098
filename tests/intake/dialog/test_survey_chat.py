"""The survey: every branch, in taps, digits and words; left, resumed, interrupted, over."""

from typing import Any

import pytest

from intake.model.conversation import RefuseSurveys
from intake.model.messages import MediaKind
from intake.model.ticket import AppealType


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


@pytest.mark.parametrize("unclear", ["10", "🙂", "好的"])
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
    assert len(rated.told) == 1
    rated.passes(days=8).says("评价").hears("没有需要评价")


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


# --- one sentence, in any order


@pytest.mark.parametrize(
    "sentence",
    [
        "来过了，没修好，不满意",
        "不满意，来过了但是没修好",
        "没修好！！来过，不满意",
        "1 3 3",
        "133",
        "1，3，3",
    ],
)
def test_one_sentence_answers_all_three(rated: Any, sentence: str) -> None:
    rated.says(sentence).hears("什么原因", "需要重新办理吗")
    (survey,) = rated.conversation.surveys
    assert (survey.contacted, survey.solved, survey.satisfied) == (True, "no", "dissatisfied")


def test_a_sentence_at_the_last_question(rated: Any) -> None:
    rated.says("已经修好了，很满意，感谢师傅").hears("联系过您吗").says("1").hears("谢谢您的评价")
    assert rated.told[0].survey["comment"] == "已经修好了，很满意，感谢师傅"


def test_a_remark_does_not_turn_what_was_said_before(rated: Any) -> None:
    rated.says("没有联系", "部分解决", "不满意").says("有人来过，修好了一半就走了").hears("重新办理吗")
    (survey,) = rated.conversation.surveys
    assert (survey.contacted, survey.solved) == (False, "partly")


def test_digits_that_fit_no_choice_are_asked_again(rated: Any) -> None:
    rated.says("1 9 9").hears("请回复数字", "联系过您吗")
    assert rated.conversation.surveys[0].solved is None


# --- four taps


def test_four_taps_are_enough_to_have_it_done_again(rated: Any) -> None:
    rated.taps("联系过").taps("未解决").taps("不满意").taps("需要重新办理").hears("会要求重新办理")
    assert rated.told[0].survey["reason_codes"] == ["unsolved"]
    assert rated.told[0].survey["rework_wanted"] is True


def test_four_taps_without_rework(rated: Any) -> None:
    rated.taps("没有联系").taps("部分解决").taps("不满意").taps("不需要重新办理").hears("谢谢您的评价")
    assert rated.told[0].survey["reason_codes"] == ["no_contact", "unsolved"]
    assert rated.told[0].survey["rework_wanted"] is False


def test_what_is_solved_is_not_offered_again(rated: Any) -> None:
    rated.taps("联系过").taps("已解决").taps("不满意").hears_not("重新办理").taps("态度不好").hears("谢谢")
    assert rated.told[0].survey["reason_codes"] == ["attitude"]


# --- reasons


@pytest.mark.parametrize("several", ["2 3", "2、3", "23", "态度差，而且太慢"])
def test_several_reasons(rated: Any, several: str) -> None:
    rated.says("1", "3", "3", several).hears("记下了", "态度不好", "太慢", "重新办理吗").says("需要")
    assert rated.told[0].survey["reason_codes"] == ["attitude", "slow"]


def test_one_reason_after_another_by_taps(rated: Any) -> None:
    rated.says("1", "3", "3").taps("太慢").taps("态度不好").hears("态度不好、太慢").taps("需要")
    assert rated.told[0].survey["reason_codes"] == ["attitude", "slow"]


def test_reason_and_rework_in_one_breath(rated: Any) -> None:
    rated.says("1", "3", "3", "拖了一个月，要求重新处理").hears("会要求重新办理")
    assert rated.told[0].survey["reason_codes"] == ["slow"]
    assert rated.told[0].survey["comment"] == "拖了一个月，要求重新处理"


def test_a_complaint_about_care_is_no_refusal_of_rework(rated: Any) -> None:
    rated.says("1", "3", "3", "他们根本不用心").hears("重新办理吗")
    assert not rated.told


def test_a_voice_message_is_a_reason(rated: Any) -> None:
    rated.says("1", "3", "3").sends_photo(kind=MediaKind.VOICE).hears("重新办理吗").says("需要")
    assert rated.told[0].attachments
    assert rated.told[0].survey["reason_codes"] == ["other"]
    assert not rated.has_draft


def test_a_voice_message_at_another_question_waits_with_it(rated: Any) -> None:
    rated.sends_photo(kind=MediaKind.VOICE).hears("联系过您吗").says("1", "1", "1")
    assert len(rated.told[0].attachments) == 1
    assert not rated.has_draft


# --- changed, refused


def test_changed_until_the_window_closes(rated: Any) -> None:
    rated.says("1", "1", "1").says("评价").hears("联系过、已解决、满意", "要改吗").taps("改一改")
    rated.hears("联系过您吗").says("又坏了，没修好，不满意").says("1").taps("需要重新办理")
    assert [told.survey["solved"] for told in rated.told] == ["yes", "no"]
    assert rated.told[1].survey["round"] == 1
    rated.says("评价").hears("没有需要评价")


def test_left_as_it_is(rated: Any) -> None:
    rated.says("1", "1", "1").says("评价").taps("不改").hears("照旧")
    assert len(rated.told) == 1


def test_refused_for_good_and_taken_back_by_asking_to_rate(rated: Any) -> None:
    rated.says("免打扰")
    assert any(isinstance(effect, RefuseSurveys) for effect in rated.effects)
    rated.says("评价").hears("已恢复评价邀请")
    assert not rated.conversation.do_not_survey


# --- what follows


def test_staff_are_called_for_the_lowest_rating(rated: Any) -> None:
    rated.taps("联系过").taps("未解决").taps("不满意").taps("需要重新办理")
    (alert,) = rated.alerts
    assert alert.kind == "survey"
    assert "供热公司" in alert.text
    assert "13912345678" not in alert.text


@pytest.mark.parametrize(
    "words", ["来过，解决了，基本满意，就是太敷衍", "来过，部分解决，还行，不行我找市长"]
)
def test_staff_are_called_for_strong_words(rated: Any, words: str) -> None:
    rated.says(words)
    assert len(rated.alerts) == 1
    assert words in rated.alerts[0].text


def test_staff_are_not_called_for_all_that_is_well(rated: Any) -> None:
    rated.says("1", "1", "2")
    assert not rated.alerts


def test_who_thanks_is_offered_a_commendation(rated: Any) -> None:
    rated.says("来过，修好了，非常满意，感谢师傅冒雪上门").hears("谢谢您的评价").taps("我要表扬").hears(
        "表扬"
    )
    assert rated.draft.appeal_type == AppealType.PRAISE


def test_nobody_is_coaxed_into_a_commendation(rated: Any) -> None:
    assert rated.says("1", "1", "1").labels == []


def test_an_unhappy_one_is_offered_none(rated: Any) -> None:
    rated.says("感谢来了一趟，没修好，不满意").says("8")
    assert "我要表扬" not in rated.labels


# --- five steps


@pytest.fixture
def in_five(chats: Any) -> Any:
    chat = chats(city="xinghe").says("路灯坏了").taps("同意").says("取消").taps("确定取消")
    chat.is_asked_to_rate("XH12", unit="").says("1", "1")
    return chat.hears("满意吗")


@pytest.mark.parametrize(
    ("said", "satisfied", "score"),
    [("1", "satisfied", 5), ("满意", "satisfied", 4), ("很满意", "satisfied", 5), ("3", "basically", 3)],
)
def test_the_five_steps_count_as_three(in_five: Any, said: str, satisfied: str, score: int) -> None:
    in_five.says(said)
    assert (in_five.told[0].survey["satisfied"], in_five.told[0].survey["score"]) == (satisfied, score)


def test_the_lowest_of_five(in_five: Any) -> None:
    in_five.taps("非常不满意").says("2")
    assert (in_five.told[0].survey["satisfied"], in_five.told[0].survey["score"]) == ("dissatisfied", 1)
    assert in_five.alerts


# --- told by telephone


def test_one_told_by_telephone_names_unit_and_day_and_nothing_of_the_matter(known: Any) -> None:
    known.is_asked_to_rate("2611200815123456", elsewhere=True, title="关于王女士反映幸福小区3号楼的问题")
    known.hears("12345回访", "【供热公司】", "11月23日", "3456").hears_not("王女士", "幸福小区")
    known.says("1", "1", "1")
    assert known.told[0].hotline_ref == "H-1"


@pytest.mark.parametrize(
    "number", ["0f8fad5b-d9cb-469f-a165-70867728950e", "嘉12345（2026）第0003号|甲", "9" * 64]
)
def test_a_backends_number_however_long_fits_behind_a_button(known: Any, number: str) -> None:
    """It stands in the step, and a button carries 64 bytes; else the survey would never leave."""
    known.is_asked_to_rate(number, elsewhere=True, title="")
    known.taps("联系过").taps("未解决").taps("不满意").taps("需要重新办理")
    assert known.told[0].reference == number
    assert known.told[0].survey["satisfied"] == "dissatisfied"


# --- simple mode


def test_simple_mode_asks_for_two_things_at_most_at_the_end(rated: Any) -> None:
    rated.says("长辈模式").says("1", "3", "3").hears("需要重新办理吗")
    assert rated.labels == ["需要重新办理", "不需要重新办理"]
    rated.says("师傅一直没有再来").hears("重新办理吗").says("需要")
    assert rated.told[0].survey["comment"] == "师傅一直没有再来"


@pytest.mark.parametrize("between", [[], ["返回"], ["随便说一句别的"]])
def test_a_question_asked_over_an_open_survey_is_the_one_that_is_answered(
    rated: Any, between: list[str]
) -> None:
    """What was shown last has the answer; the survey waits, and keeps what it had."""
    rated.says(*between, "撤单").hears("撤")
    rated.says("不撤了" if not between else "不")
    assert rated.told == []
    (survey,) = rated.conversation.surveys
    assert (survey.contacted_given, survey.solved) == (False, None)


@pytest.mark.parametrize("over", ["联系过", "返回", "1"])
def test_whoever_wants_to_be_erased_is_though_a_survey_waits(rated: Any, over: str) -> None:
    rated.says(over, "删除我的数据").hears("要删除您的信息吗")
    rated.says("确认删除").hears("已删除")


def test_words_for_a_supplement_asked_for_over_a_survey_are_the_supplement(rated: Any) -> None:
    rated.says("补充", "旁边还有一盏也坏了")
    assert [(one.type, one.text) for one in rated.told] == [("supplement", "旁边还有一盏也坏了")]
