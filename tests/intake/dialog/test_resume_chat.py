"""A draft left lying: taken up with a word, never silently, and no new word lost."""

from dataclasses import replace
from typing import Any

import pytest

from intake.model.ticket import CategoryGuess, Draft


@pytest.fixture
def left(known: Any) -> Any:
    return known.says("路灯坏了一个月了").hears("在哪里").passes(hours=25)


def test_new_words_wait_while_the_old_draft_is_asked_about(left: Any) -> None:
    left.says("五一路幸福小区3号楼").hears("还没填完", "路灯坏了")
    left.taps("继续填写").hears("称呼和电话")
    assert left.draft.place.text == "五一路幸福小区3号楼"


@pytest.mark.parametrize("word", ["继续", "是的", "1", "继续填写", "好的"])
def test_resumed_in_words(left: Any, word: str) -> None:
    left.says("你好").hears("还没填完").says(word).hears("在哪里")


@pytest.mark.parametrize("word", ["重新开始", "2", "不要"])
def test_begun_anew_with_the_new_words(left: Any, word: str) -> None:
    left.says("五一路幸福小区停水了").hears("还没填完").says(word).hears("只有您一家")
    assert left.draft.content == "五一路幸福小区停水了"


def test_begun_anew_by_button(left: Any) -> None:
    left.says("五一路幸福小区停水了").taps("重新开始").hears("只有您一家")


def test_a_photo_waits_as_well(left: Any) -> None:
    left.sends_photo().hears("还没填完").taps("继续填写").hears("在哪里")
    assert len(left.draft.attachments) == 1


def test_several_messages_wait(left: Any) -> None:
    left.says("五一路幸福小区3号楼").says("我叫王芳，13912345678").hears("还没填完").taps("继续填写")
    left.hears("请核对", "王芳", "幸福小区")


def test_a_cancel_at_the_question_asks_first(left: Any) -> None:
    left.says("五一路幸福小区3号楼", "取消").hears("要取消").taps("确定取消").hears("已取消")
    assert not left.has_draft
    left.says("你好").hears_not("还没填完")


def test_other_words_at_the_question_are_heard(left: Any) -> None:
    left.says("你好", "查进度").hears("还没有登记")
    left.says("人工").hears("工作人员")
    assert left.has_draft


def test_a_button_of_the_question_itself_goes_on(known: Any) -> None:
    known.says("我要投诉乱收停车费，新华中路15号，王芳13912345678").passes(hours=2)
    known.taps("不清楚").hears("请核对")


def test_an_old_summary_is_not_submitted_by_an_ok(at_summary: Any) -> None:
    at_summary.passes(days=2).says("好的").hears("还没填完")
    assert not at_summary.filed
    at_summary.says("继续").hears("请核对").says("提交")
    assert len(at_summary.filed) == 1


def test_a_photo_left_alone_is_asked_about_too(known: Any) -> None:
    known.sends_photo().passes(days=1).says("新华中路停水了").hears("还没填完")


def test_a_draft_whose_question_is_gone_in_this_release(known: Any) -> None:
    known.says("路灯坏了一个月了")
    known.conversation = replace(known.conversation, asking="weather", trail=("mood", "place"))
    known.says("帮助").hears("在哪里")
    known.conversation = replace(known.conversation, asking="weather")
    known.says("五一路幸福小区3号楼").hears("称呼和电话").says("返回")
    assert known.replies


def test_a_draft_of_a_category_that_is_gone(at_summary: Any) -> None:
    draft = replace(
        at_summary.draft, category=CategoryGuess("777777", 1.0), answers=(("gone", "3"),), place=None
    )
    at_summary.conversation = replace(at_summary.conversation, draft=draft, asking="extra:gone")
    at_summary.says("整栋楼").hears("在哪里").says("五一路幸福小区").hears("请核对").taps("提交")
    assert len(at_summary.filed) == 1


def test_the_smallest_old_draft(known: Any) -> None:
    known.conversation = replace(known.conversation, draft=Draft(content="路灯坏了"), draft_at=known.now)
    known.says("继续").hears("在哪里")
