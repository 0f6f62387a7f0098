"""Free text first: what is said is never asked, what is missing is asked one at a time."""

from typing import Any

import pytest

PLACE = "五一路幸福小区3号楼2单元"


def test_only_what_is_missing_is_asked(known: Any) -> None:
    known.says("我家暖气不热三天了，整栋楼都这样").hears("在哪里")
    known.says(PLACE).hears("称呼和电话")
    known.says("王女士，13912345678").hears("请核对").taps("提交")
    (ticket,) = known.filed
    assert (ticket.place.text, ticket.name, ticket.phone) == (PLACE, "王女士", "13912345678")


def test_a_categorys_own_question_is_not_asked_when_the_text_answers_it(known: Any) -> None:
    known.says(f"暖气不热，整栋楼都这样，{PLACE}，王芳13912345678").hears("请核对", "影响范围：整栋楼")


def test_a_categorys_own_question_is_asked_and_stands_on_the_summary(known: Any) -> None:
    known.says(f"暖气不热三天了，{PLACE}，王芳13912345678").hears("只有您一家")
    known.taps("只有我家").hears("请核对", "影响范围：只有我家").taps("提交")
    assert "影响范围: 只有我家" in known.filed[0].content


@pytest.mark.parametrize("answer", ["1", "１", "①", "只有我家", "第1个"])
def test_a_choice_by_number_or_label(known: Any, answer: str) -> None:
    known.says(f"暖气不热三天了，{PLACE}，王芳13912345678", answer)
    assert dict(known.draft.answers) == {"extent": "只有我家"}


def test_a_number_that_is_no_choice(known: Any) -> None:
    known.says(f"暖气不热三天了，{PLACE}，王芳13912345678", "9").hears("请回复数字", "只有您一家")
    assert known.draft.answers == ()


def test_a_complaint_asks_for_its_subject(known: Any) -> None:
    known.says(f"我要投诉乱收停车费，{PLACE}，王芳13912345678").hears("涉及哪个单位")
    known.says("兴业停车场").hears("请核对", "兴业停车场")


@pytest.mark.parametrize("way", ["不清楚", "跳过", "1", "没有", "不知道"])
def test_a_subject_nobody_knows(known: Any, way: str) -> None:
    known.says(f"我要投诉乱收停车费，{PLACE}，王芳13912345678", way).hears("请核对", "涉及：不清楚")


def test_a_subject_nobody_knows_by_button(known: Any) -> None:
    known.says(f"我要投诉乱收停车费，{PLACE}，王芳13912345678")
    known.taps("不清楚").hears("涉及：不清楚")


def test_a_report_is_confidential_and_may_be_anonymous(known: Any) -> None:
    known.says(f"我要举报幸福小区门口鑫鑫餐馆无证经营，{PLACE}").hears("称呼和电话")
    known.taps("匿名").hears("请核对", "联系人：匿名", "保密：是").taps("提交").hears("匿名登记的")
    (ticket,) = known.filed
    assert (ticket.anonymous, ticket.confidential, ticket.phone) == (True, True, None)


def test_who_says_anonymous_at_once_is_not_asked(known: Any) -> None:
    known.says(f"我要匿名举报鑫鑫餐馆无证经营，{PLACE}").hears("请核对", "联系人：匿名")


def test_a_help_request_cannot_be_anonymous(known: Any) -> None:
    known.says(f"我家暖气不热，整栋楼都这样，{PLACE}", "匿名").hears("不能匿名", "保密")
    assert known.draft.name is None


def test_a_suggestion_needs_nothing_more(known: Any) -> None:
    known.says("建议在迎宾湖公园多装几盏路灯").hears("请核对")


def test_praise_asks_whom_only_if_it_was_not_said(known: Any) -> None:
    known.says("表扬雄关街道办事处的工作人员，办事热情").hears("请核对").taps("提交").hears("感谢您的来信")


@pytest.mark.parametrize("short", ["有问题", "我要投诉", "你们管不管", "帮帮我"])
def test_a_first_word_that_says_nothing_yet_is_asked_for_more_and_kept(known: Any, short: str) -> None:
    known.says(short).hears("请再说详细一点")
    known.says("新华中路的井盖没了好几天")
    assert known.draft.content == f"{short}\n新华中路的井盖没了好几天"


def test_few_words_are_enough_when_they_say_what(known: Any) -> None:
    known.says("停水了").hears("在哪里")


@pytest.mark.parametrize(
    "word", ["好的", "谢谢", "是的", "没有", "提交", "OK", "不用了", "3", "好的谢谢", "谢谢您"]
)
def test_politeness_after_the_receipt_starts_no_new_matter(filed: Any, word: str) -> None:
    filed.says(word)
    assert not filed.has_draft
    assert filed.replies


def test_thanks_in_the_middle_bring_the_question_back(known: Any) -> None:
    known.says("我家暖气不热三天了，整栋楼都这样").says("谢谢").hears("不客气", "在哪里")
    assert known.draft.place is None


def test_a_long_story_is_kept_whole_and_the_citizen_told(known: Any) -> None:
    known.says("路灯坏了。" * 819).hears("其余的作为补充一起转交")
    assert known.draft.content == "路灯坏了。" * 819


def test_english(chats: Any) -> None:
    chat = chats(language="en-GB")
    chat.says("The street lamp in front of my house is broken").hears("Before we start")
    chat.taps("I agree").hears("Where is it")
    chat.says("五一路幸福小区").hears("name and phone").says("Ms Wang, 13912345678").hears("Please check")
    chat.taps("Submit").hears("is filed")


def test_the_other_city_asks_what_it_wants(chats: Any) -> None:
    chat = chats(city="xinghe")
    chat.says("天琴路停水了").taps("同意").hears("从什么时候开始没有的")
    chat.says("昨天晚上").hears("称呼和电话").says("王芳 13912345678").hears("请核对", "开始时间：昨天晚上")
    chat.taps("提交").hears("星河市88345")


def test_every_type_can_be_asked_for(chats: Any) -> None:
    chat = chats(city="xinghe")
    chat.says("咨询一下怎么办理居住证明").taps("同意").hears("请核对", "类型：咨询")


def test_traditional_characters_all_the_way(chats: Any) -> None:
    chat = chats(language="zh-hant-tw")
    chat.says("新華中路路燈壞了一個月了，我叫王芳，電話13912345678").hears("登記前請看一眼").says("同意")
    chat.hears("請核對").says("修改保密").hears("需要保密嗎").says("需要").hears("保密：是")
    chat.says("長輩模式").says("修改").says("時間").says("上週三").hears("請核對").taps("提交").hears(
        "已登記"
    )
