"""The global words, at every step, typed, by number and by button."""

from typing import Any

import pytest

STEPS = {
    "content": ["有点事情"],
    "place": ["路灯坏了一个月了"],
    "contact": ["新华中路15号院门口井盖没了"],
    "subject": ["我要投诉乱收停车费，新华中路15号，王芳13912345678"],
    "extra:extent": ["暖气不热三天了，新华中路15号，王芳13912345678"],
    "summary": ["新华中路15号院门口井盖没了，王芳13912345678"],
    "change": ["新华中路15号院门口井盖没了，王芳13912345678", "修改"],
    "photos": ["新华中路15号院门口井盖没了，王芳13912345678", "修改照片"],
    "confidential": ["新华中路15号院门口井盖没了，王芳13912345678", "修改保密"],
    "category": ["新华中路15号院门口井盖没了，王芳13912345678", "修改类别"],
}


@pytest.fixture(params=STEPS)
def anywhere(request: pytest.FixtureRequest, known: Any) -> Any:
    known.says(*STEPS[request.param])
    assert known.asked == request.param
    return known


def test_help_brings_the_question_back(anywhere: Any) -> None:
    step = anywhere.asked
    anywhere.says("帮助").hears("我能帮您")
    assert anywhere.asked == step


def test_a_sticker_brings_the_question_back(anywhere: Any) -> None:
    step = anywhere.asked
    anywhere.sends_sticker().hears("看不懂")
    assert anywhere.asked == step


def test_nothing_brings_the_question_back(anywhere: Any) -> None:
    step = anywhere.asked
    anywhere.says("  ").hears("没有收到内容")
    assert anywhere.asked == step


@pytest.mark.parametrize("word", ["取消", "算了", "重新开始", "不填了", "取 消", "取消。"])
def test_cancel_asks_first_and_can_be_taken_back(anywhere: Any, word: str) -> None:
    step, draft = anywhere.asked, anywhere.draft
    anywhere.says(word).hears("要取消这次填写吗")
    anywhere.taps("继续填写").hears("好的，继续")
    assert anywhere.asked == step
    assert anywhere.draft == draft


@pytest.mark.parametrize("word", ["确定取消", "是的", "1", "取消"])
def test_cancel_throws_all_away(anywhere: Any, word: str) -> None:
    anywhere.says("取消", word).hears("已取消")
    assert not anywhere.has_draft
    assert not anywhere.effects


def test_another_word_at_the_cancel_question_is_heard(anywhere: Any) -> None:
    anywhere.says("取消", "查进度").hears("还没有登记")
    assert anywhere.has_draft


def test_a_fact_at_the_cancel_question_is_kept(known: Any) -> None:
    known.says("路灯坏了一个月了", "取消", "五一路幸福小区3号楼").hears("称呼和电话")
    assert known.draft.place.text == "五一路幸福小区3号楼"


def test_submit_too_early_is_no_answer(anywhere: Any) -> None:
    step, before = anywhere.asked, anywhere.draft
    anywhere.says("提交")
    if step in ("summary", "change", "photos"):
        assert len(anywhere.filed) == 1
    else:
        assert not anywhere.filed
        assert anywhere.draft.content == before.content
        assert anywhere.draft.place == before.place
        assert anywhere.replies


@pytest.mark.parametrize("word", ["查进度", "我的诉求"])
def test_progress_leaves_the_form_as_it_is(anywhere: Any, word: str) -> None:
    before = anywhere.draft
    anywhere.says(word).hears("还没有登记")
    assert anywhere.draft == before


@pytest.mark.parametrize("word", ["补充", "催办", "撤单"])
def test_errands_without_a_ticket_bring_the_question_back(anywhere: Any, word: str) -> None:
    step = anywhere.asked
    anywhere.says(word).hears("没有正在办理的诉求")
    assert anywhere.asked == step


def test_a_person_by_word(anywhere: Any) -> None:
    before = anywhere.draft
    anywhere.says("人工").hears("工作人员")
    anywhere.says("返回").hears("已结束人工接待")
    assert anywhere.replies[-1].step, "the question comes back"
    assert anywhere.draft == before


def test_the_platforms_start_brings_the_question_back(anywhere: Any) -> None:
    step = anywhere.asked
    anywhere.starts().hears("智能受理助手")
    assert anywhere.asked == step


def test_a_lone_number_never_becomes_an_answer_where_no_choices_wait(known: Any) -> None:
    for step in ("place", "contact"):
        known.says("取消", "是的", *STEPS[step], "7")
        assert known.asked == step


@pytest.mark.parametrize("word", ["返回", "上一步", "返 回"])
def test_back_from_the_contact_to_the_place_and_on(known: Any, word: str) -> None:
    known.says("路灯坏了一个月了", "五一路幸福小区3号楼").hears("称呼和电话")
    known.says(word).hears("在哪里")
    known.says("新华中路15号").hears("称呼和电话")
    assert known.draft.place.text == "新华中路15号"


def test_back_keeps_the_old_value_until_a_new_one_comes(known: Any) -> None:
    known.says("路灯坏了一个月了", "五一路幸福小区3号楼", "返回").hears("在哪里")
    known.says("继续").hears("在哪里")
    known.says("跳过").hears("称呼和电话")
    assert known.draft.place.text == "五一路幸福小区3号楼"


def test_back_at_the_first_question_asks_it_again(known: Any) -> None:
    known.says("路灯坏了一个月了", "返回").hears("在哪里")
    assert known.draft.content == "路灯坏了一个月了"


def test_back_to_the_content_loses_nothing(known: Any) -> None:
    known.says("有点事情", "新华中路路灯坏了").hears("称呼和电话").says("返回")
    known.says("返回", "返回")
    assert "新华中路路灯坏了" in known.draft.content
    assert "有点事情" in known.draft.content


def test_back_from_the_summary_to_the_last_question(known: Any) -> None:
    known.says("新华中路15号院门口井盖没了", "王芳13912345678").hears("请核对")
    known.says("返回").hears("电话").says("13900000001").hears("请核对", "13900000001")


def test_continue_repeats_the_question(anywhere: Any) -> None:
    step = anywhere.asked
    anywhere.says("继续")
    assert anywhere.asked == step


@pytest.mark.parametrize("word", ["返回", "修改", "取消", "跳过", "重新开始", "继续"])
def test_words_of_the_form_without_a_form(known: Any, word: str) -> None:
    known.says(word)
    assert known.replies
    assert not known.has_draft


@pytest.mark.parametrize("word", ["幫助", "查進度", "人工服務", "/help", "/cancel"])
def test_traditional_and_commands_of_the_platform(known: Any, word: str) -> None:
    known.says("路灯坏了一个月了", word)
    assert known.draft.place is None
    assert known.draft.content == "路灯坏了一个月了"


@pytest.mark.parametrize(("word", "heard"), [("我的数据", "12345"), ("删除", "要删除您的信息吗")])
def test_what_the_notice_promises_is_answered(anywhere: Any, word: str, heard: str) -> None:
    before = anywhere.draft
    anywhere.says(word).hears(heard)
    assert anywhere.draft == before


def test_consent_can_be_withdrawn(at_summary: Any) -> None:
    at_summary.says("撤回同意").hears("已撤回同意")
    assert at_summary.conversation.consent is None
    assert not at_summary.has_draft
    at_summary.says("新华中路的路灯坏了").hears("登记前请看一眼")


@pytest.mark.parametrize(("word", "hello"), [("英文", "English it is"), ("english", "English it is")])
def test_the_language_changes_by_a_word_and_the_question_comes_back(
    known: Any, word: str, hello: str
) -> None:
    known.says("路灯坏了一个月了", word).hears(hello, "Where is it")
    known.says("中文").hears("我说中文", "在哪里")


def test_simple_mode_shows_few_choices_and_loses_none(at_summary: Any) -> None:
    at_summary.says("长辈模式").hears("长辈模式", "请核对")
    at_summary.says("修改")
    assert len(at_summary.labels) <= 4
    at_summary.hears("公开", "类别")
    at_summary.says("公开").hears("可以公开吗")
    at_summary.says("可以").hears("公开：是")
    at_summary.says("修改类型")
    assert len(at_summary.labels) <= 4
    at_summary.says("建议").hears("类型：建议")
    at_summary.says("关闭长辈模式").hears("已关闭")
    assert not at_summary.conversation.elder
