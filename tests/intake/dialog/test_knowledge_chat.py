"""An enquiry the city has an answer to: told with source and date; solved, or on to a ticket."""

from dataclasses import replace
from typing import Any

import pytest

from intake.model.conversation import AnswerRated

QUESTION = "请问社保卡丢了怎么补办？"


def counted(chat: Any) -> list[bool]:
    return [effect.solved for effect in chat.effects if isinstance(effect, AnswerRated)]


def test_it_is_answered_with_source_and_date_and_nothing_is_filed(known: Any) -> None:
    known.says(QUESTION).hears("先挂失", "12333", "2026-01-01", "解决了吗？")
    assert known.labels == ["解决了", "没解决，继续登记"]
    known.taps("解决了").hears("很高兴")
    assert counted(known) == [True]
    assert not known.has_draft
    assert not known.filed


@pytest.mark.parametrize("answer", ["没解决，继续登记", "2", "没解决", "不是"])
def test_not_solved_goes_on_to_a_ticket(known: Any, answer: str) -> None:
    known.says(QUESTION, answer)
    assert known.asked == "contact"
    known.says("王芳 13912345678").hears("请核对").taps("提交")
    assert known.filed[0].content == QUESTION
    assert known.filed[0].appeal_type == "ZX"
    assert counted(known) == [False]


def test_more_words_belong_to_the_matter_and_no_answer_is_offered_again(known: Any) -> None:
    known.says(QUESTION, "可是12333一直打不通，网点也说办不了")
    assert "打不通" in known.draft.content
    assert known.asked == "contact"
    known.hears_not("解决了吗")


def test_a_sticker_or_a_word_for_help_brings_the_answer_back(known: Any) -> None:
    known.says(QUESTION)
    known.sends_sticker().hears("解决了吗？")
    known.says("帮助").hears("解决了吗？")
    known.says("👍").hears("解决了吗？")


def test_a_button_of_an_answer_given_before_is_stale(known: Any) -> None:
    known.says(QUESTION).taps("解决了")
    known.presses("answer", "no").hears(known.word("welcome.stale"))
    assert counted(known) == [True]


def test_who_complains_gets_no_answer_but_a_ticket(known: Any) -> None:
    known.says("我要投诉社保卡丢了怎么补办都没人管").hears_not("解决了吗")
    assert known.has_draft


def test_a_stranger_is_answered_at_once_and_nothing_is_kept(chat: Any) -> None:
    chat.says(QUESTION).hears("先挂失").hears_not("登记前请看一眼")
    assert (chat.conversation.held, chat.has_draft, chat.effects) == (None, False, [])


def test_a_question_with_a_phone_in_it_waits_for_the_notice(chat: Any) -> None:
    chat.says(f"{QUESTION}我电话13912345678").hears("登记前请看一眼").hears_not("先挂失")


def test_a_question_inside_the_form_is_answered_and_the_form_goes_on(known: Any) -> None:
    known.says("路灯坏了一个月了").hears("在哪里").says(QUESTION).hears("先挂失", "在哪里")
    assert known.draft.content == "路灯坏了一个月了"
    assert known.draft.place is None


def test_the_city_changed_its_answers_meanwhile(known: Any) -> None:
    known.says(QUESTION)
    known.city = replace(known.city, answers=())
    known.says("1")
    assert known.asked == "contact"
    assert counted(known) == []


def test_traditional_characters_are_answered_in_them(chats: Any) -> None:
    chat = chats(language="zh-TW")
    chat.says("請問社保卡丟了怎麼補辦？")
    assert "掛失" in chat.text
