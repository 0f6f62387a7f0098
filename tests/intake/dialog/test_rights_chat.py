"""What a citizen may ask of us about their data: nothing goes on one word, nothing is hidden from them."""

from typing import Any

import pytest

from intake.model.conversation import Conversation, CorrectTicket, EraseCitizen


def erased(chat: Any) -> bool:
    return any(isinstance(one, EraseCitizen) for one in chat.effects)


def test_a_word_alone_erases_nothing(known: Any) -> None:
    known.says("删除").hears("要删除您的信息吗")
    known.says("不删除").hears("没有删除")
    assert not erased(known)


@pytest.mark.parametrize("word", ["路灯不亮了", "查进度", "谢谢", "取消", "人工"])
def test_other_words_do_not_erase(known: Any, word: str) -> None:
    known.says("删除", word)
    assert not erased(known)


def test_who_confirms_is_forgotten_whole(known: Any) -> None:
    known.says("新华路15号院井盖坏了", "删除", "确认删除").hears("已删除")
    assert erased(known)
    assert known.conversation == Conversation()


def test_whoever_has_a_matter_under_way_is_told_why_it_stays(filed: Any) -> None:
    filed.says("删除").hears("依法", "不能删")
    filed.says("确认删除").hears(filed.tickets[0].reference)


def test_the_question_of_the_form_comes_back(known: Any) -> None:
    known.says("路灯坏了一个月了", "删除", "不删除").hears("没有删除", "在哪里")


def test_the_data_are_told_in_words_and_for_machines(known: Any) -> None:
    known.says("我的数据").hears("同意过告知书", "免打扰")
    known.says("导出JSON").hears("{")


def test_a_draft_is_corrected_by_its_lines(at_summary: Any) -> None:
    at_summary.says("更正").hears("要改哪一项")
    assert not at_summary.told


def test_nothing_is_corrected_where_nothing_is_kept(known: Any) -> None:
    known.says("更正").hears("没有")
    assert not known.told


def test_a_correction_reaches_the_backend_and_our_copy(filed: Any) -> None:
    filed.says("更正").hears("改成什么")
    filed.says("联系电话改为13900000000").hears("已更正")
    assert [(one.type, one.text) for one in filed.told] == [("supplement", "【更正】联系电话改为13900000000")]
    assert CorrectTicket(filed.tickets[0].reference, "13900000000") in filed.effects


def test_thanks_instead_of_a_correction_changes_nothing(filed: Any) -> None:
    filed.says("更正", "谢谢")
    assert not filed.told
