"""Buttons: of an older question, an older release, pressed twice, pressed after all is done."""

from dataclasses import replace
from typing import Any

from intake.model.conversation import AskForPerson


def test_a_button_of_an_answered_question_brings_the_waiting_one(known: Any) -> None:
    known.says("我要投诉乱收停车费，新华中路15号，王芳13912345678").taps("不清楚").hears("请核对")
    known.taps("不清楚").hears("已经过期", "请核对")


def test_a_button_of_an_older_release(at_summary: Any) -> None:
    at_summary.presses("summary", "submit", flow="0").hears("已经过期", "请核对")
    assert not at_summary.filed


def test_garbage(at_summary: Any) -> None:
    at_summary.presses("", "", flow="").hears("已经过期")
    at_summary.presses("summary", "nonsense").hears("请核对")
    at_summary.presses("menu", "nonsense").hears("已经过期")
    assert not at_summary.filed


def test_submit_pressed_twice_files_once(at_summary: Any) -> None:
    at_summary.taps("提交").taps("提交").hears("已经登记")
    assert len(at_summary.filed) == 1


def test_submit_pressed_and_written_files_once(at_summary: Any) -> None:
    at_summary.taps("提交").says("提交")
    assert len(at_summary.filed) == 1
    assert not at_summary.has_draft


def test_a_button_of_the_summary_while_a_line_is_being_changed(at_summary: Any) -> None:
    at_summary.says("修改地点").hears("在哪里").taps("提交").hears("已经过期", "在哪里")
    assert not at_summary.filed


def test_agree_pressed_twice(chat: Any, story: str) -> None:
    chat.says(story).taps("同意").taps("同意").hears("请核对")


def test_a_stale_button_with_nothing_open_brings_the_menu(filed: Any) -> None:
    filed.presses("place", "later").hears("已经过期")
    assert "查进度" in filed.labels


def test_cancel_button_pressed_after_going_on(at_summary: Any) -> None:
    at_summary.says("取消").taps("继续填写").taps("确定取消").hears("已经过期")
    assert at_summary.has_draft


def test_a_stale_button_during_an_errand_brings_the_errand_back(two_filed: Any) -> None:
    two_filed.says("撤单").hears("是哪一件").presses("place", "x").hears("已经过期", "是哪一件")


def test_the_first_screens_numbers_work(chat: Any) -> None:
    chat.starts().says("3").hears("我能帮您")
    chat.starts().says("1").hears("还没有登记过")
    chat.says("你好").says("二").hears("12345")


def test_a_receipts_number_works_and_works_again(filed: Any) -> None:
    filed.says("1").hears("尾号", "已收到")
    filed.says("1").hears("尾号", "已收到")


def test_a_number_in_no_list_is_no_choice(chat: Any) -> None:
    chat.starts().says("4").hears("直接说说")


def test_a_question_that_waits_takes_the_number(filed: Any) -> None:
    """The receipt offered progress; since then a new matter has asked for a choice of its own."""
    filed.says("新华中路15号的路灯坏了", "王芳13912345678").hears("请核对").says("1")
    assert len(filed.filed) == 2


def test_a_languages_number_is_taken_in_the_middle_of_a_matter(known: Any) -> None:
    known.says("路灯坏了").hears("在哪里").says("/language").hears("Which language").says("3")
    known.hears("English it is", "Where is it")
    known.says("3").hears("Where is it")
    assert known.conversation.language == "en"


def test_a_survey_that_came_meanwhile_takes_the_number(filed: Any) -> None:
    filed.is_asked_to_rate().says("1").hears("解决了吗")


def test_a_number_said_to_a_person_is_for_the_person(filed: Any) -> None:
    filed.conversation = replace(filed.conversation, handoff=True, handoff_at=filed.now)
    filed.says("1")
    assert [effect.text for effect in filed.new if isinstance(effect, AskForPerson)] == ["1"]
