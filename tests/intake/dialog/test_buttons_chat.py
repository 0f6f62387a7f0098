"""Buttons: of an older question, an older release, pressed twice, pressed after all is done."""

from typing import Any


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
