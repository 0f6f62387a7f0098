"""A person at the desk: in office hours, outside them, and how it ends."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from intake.notifications.progress_message import person_says


def test_in_office_hours_words_go_to_the_person(at_summary: Any) -> None:
    at_summary.says("人工").hears("请稍等")
    assert at_summary.handed[0].phone == "13912345678"
    at_summary.says("我想问问进展").hears("已转给工作人员")
    assert at_summary.handed[1].text == "我想问问进展"


@pytest.mark.parametrize("word", ["好的", "是的", "没有", "谢谢", "你好", "1", "提交", "不清楚", "🙂"])
def test_small_words_go_to_the_person_too(at_summary: Any, word: str) -> None:
    at_summary.says("人工").says(word).hears("已转给工作人员")
    assert at_summary.handed[-1].text == word
    assert not at_summary.filed


def test_small_words_before_consent_go_to_the_person(chat: Any) -> None:
    chat.says("人工").hears("请稍等").says("好的").hears("已转给").hears_not("登记前")


@pytest.mark.parametrize("word", ["返回", "取消", "结束"])
def test_the_citizen_ends_it(at_summary: Any, word: str) -> None:
    at_summary.says("人工", word).hears("已结束人工接待", "请核对")
    assert at_summary.has_draft
    at_summary.says("提交").hears("已登记")


def test_outside_office_hours_a_call_back_is_taken_and_the_form_goes_on(at_summary: Any) -> None:
    at_summary.now = datetime(2026, 11, 22, 22, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    at_summary.says("人工").hears("不是办公时间", "请核对")
    assert len(at_summary.handed) == 1
    at_summary.says("提交").hears("已登记")


def test_it_does_not_last_for_ever(at_summary: Any) -> None:
    at_summary.says("人工").passes(days=2).says("新华中路的路灯坏了").hears_not("已转给")
    assert len(at_summary.handed) == 1


def test_a_photo_cannot_be_handed_on_and_is_said_so(known: Any) -> None:
    known.says("人工").sends_photo().hears("文字")


def test_global_words_still_work(filed: Any) -> None:
    filed.says("人工", "查进度").hears("待受理")


def test_what_the_person_says(at_summary: Any) -> None:
    assert person_says("请问您家几楼？", at_summary.city, "zh-Hans").text == "【工作人员】请问您家几楼？"
