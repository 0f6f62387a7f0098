"""The summary: every line can be changed and leads back to it; a bad change keeps the old value."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("word", "question", "answer", "line"),
    [
        ("修改地点", "在哪里", "新华中路15号院", "地点：新华中路15号院"),
        ("修改 地址", "在哪里", "新华中路15号院", "地点：新华中路15号院"),
        ("改一下电话", "电话", "13900000001", "13900000001"),
        ("修改时间", "什么时候", "上周三开始的", "上周三"),
        ("修改希望", "怎么解决", "希望尽快修好", "希望：希望尽快修好"),
        ("修改保密", "需要保密吗", "需要", "保密：是"),
        ("修改公开", "可以公开吗", "可以", "公开：是"),
        ("修改类型", "哪一类诉求", "建议", "类型：建议"),
        ("修改内容", "发生了什么", "暖气片漏水了，不是不热", "暖气片漏水了"),
        ("修改影响范围", "只有您一家", "整个小区", "影响范围：整个小区"),
    ],
)
def test_a_line_is_changed_by_name(at_summary: Any, word: str, question: str, answer: str, line: str) -> None:
    at_summary.says(word).hears(question).says(answer).hears("请核对", line)


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("修改电话13900000001", "13900000001"),
        ("修改地点为新华中路15号院", "地点：新华中路15号院"),
        ("电话改成13900000001", "13900000001"),
        ("修改保密：需要", "保密：是"),
        ("电话错了，应该是13900000001", "13900000001"),
    ],
)
def test_a_line_is_changed_in_one_message(at_summary: Any, word: str, line: str) -> None:
    at_summary.says(word).hears("请核对", line)


def test_a_line_is_changed_by_its_number(at_summary: Any) -> None:
    at_summary.says("2").hears("要改哪一项").says("3").hears("在哪里").says("新华中路15号院").hears(
        "新华中路15号院"
    )


def test_a_line_is_changed_by_button(at_summary: Any) -> None:
    at_summary.taps("修改").taps("保密").taps("需要").hears("请核对", "保密：是")


@pytest.mark.parametrize("word", ["地点", "电话", "希望"])
def test_a_lines_name_alone_is_enough(at_summary: Any, word: str) -> None:
    at_summary.says(word)
    assert at_summary.conversation.editing


def test_every_line_of_the_menu_asks_and_comes_back(at_summary: Any) -> None:
    at_summary.taps("修改")
    for label in at_summary.labels:
        at_summary.says("修改").taps(label)
        assert at_summary.replies
        at_summary.says("返回").hears("请核对")


@pytest.mark.parametrize("bad", ["139123", "🙂", "提交", "好的"])
def test_a_bad_phone_keeps_the_old(at_summary: Any, bad: str) -> None:
    at_summary.says("修改电话", bad)
    assert at_summary.draft.phone == "13912345678"
    assert not at_summary.filed
    at_summary.says("返回").hears("请核对", "13912345678")


def test_two_bad_answers_lead_back_with_the_old_value(at_summary: Any) -> None:
    at_summary.says("修改地点", "？", "？").hears("请核对", "幸福小区3号楼2单元")


def test_a_pin_replaces_the_old_place(at_summary: Any) -> None:
    at_summary.says("修改地点").sends_pin(label="雄关广场").hears("地点：雄关广场")


@pytest.mark.parametrize("word", ["取消", "返回", "跳过"])
def test_a_change_is_left_alone(at_summary: Any, word: str) -> None:
    at_summary.says("修改地点", word)
    if word == "取消":
        at_summary.hears("要取消这次填写吗").taps("继续填写").hears("在哪里").says("返回")
    at_summary.hears("请核对", "幸福小区3号楼2单元")


def test_a_bad_choice_of_line_brings_the_lines_back(at_summary: Any) -> None:
    at_summary.says("修改", "99").hears("要改哪一项")
    at_summary.says("3").hears("在哪里")


def test_a_new_type_asks_for_what_it_needs(known: Any) -> None:
    known.says("建议在迎宾湖公园多装几盏路灯").hears("请核对")
    known.says("修改类型").taps("投诉").hears("涉及哪个单位")
    known.says("园林处").hears("称呼和电话").says("王芳13912345678").hears("请核对", "类型：投诉", "园林处")


def test_a_new_type_that_allows_no_anonymity_asks_for_the_contact(known: Any) -> None:
    known.says("我要匿名举报鑫鑫餐馆无证经营，新华中路15号").hears("联系人：匿名")
    known.says("修改类型").taps("投诉").hears("不能匿名", "称呼和电话")


def test_a_new_category_asks_its_question_and_forgets_the_old_ones(at_summary: Any) -> None:
    at_summary.says("修改类别").taps("公共服务").taps("通信网络").taps("移动").hears("请核对", "中国移动")
    at_summary.hears_not("影响范围")
    at_summary.says("修改类别").taps("公共服务").taps("供电").hears("只有您一家").taps("整栋楼")
    at_summary.hears("请核对", "供电", "影响范围：整栋楼")


def test_a_category_by_words(at_summary: Any) -> None:
    at_summary.says("修改类别", "路灯").hears("请核对", "市政道路")


def test_changed_content_replaces(at_summary: Any) -> None:
    at_summary.says("修改内容", "其实是楼上漏水，把我家天花板泡了").hears("请核对")
    assert at_summary.draft.content == "其实是楼上漏水，把我家天花板泡了"


def test_more_facts_at_the_summary_are_added(at_summary: Any) -> None:
    at_summary.says("家里还有八十岁的老人，实在受不了").hears("请核对")
    assert at_summary.draft.content.endswith("家里还有八十岁的老人，实在受不了")


@pytest.mark.parametrize("word", ["提交", "1", "１", "好的", "是的", "确认", "没问题", "提交吧", "可以"])
def test_submit_in_words(at_summary: Any, word: str) -> None:
    at_summary.says(word).hears("您的诉求已登记")
    assert len(at_summary.filed) == 1


@pytest.mark.parametrize("word", ["9", "🙂", "不同意吗"])
def test_what_is_no_answer_files_nothing(at_summary: Any, word: str) -> None:
    at_summary.says(word).hears("请核对")
    assert not at_summary.filed


@pytest.mark.parametrize("word", ["不对", "不是", "有错", "没有"])
def test_something_is_wrong(at_summary: Any, word: str) -> None:
    at_summary.says(word).hears("要改哪一项")
