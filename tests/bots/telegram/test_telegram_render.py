"""Our replies in Telegram's words."""

import pytest

from bots.telegram.outgoing.render import as_answer, render, webhook_answer
from bots.telegram.phrases import built_in
from intake.model.messages import Ask, Choice, Reply
from playground.telegram.wire import units

ASK = built_in().ask("zh-Hans")


def test_a_text_too_long_becomes_several_and_the_keyboard_hangs_under_the_last() -> None:
    reply = Reply("😀" * 4096, choices=(Choice("yes", "提交"),), step="summary")
    messages = [as_answer(message) for message in render(77, reply, ASK)]
    assert [units(message["text"]) for message in messages] == [4096, 4096]
    assert ["reply_markup" in message for message in messages] == [False, True]
    assert webhook_answer(77, reply, ASK) is None


def test_no_empty_message_is_made_of_a_long_gap() -> None:
    parts = render(77, Reply("甲" + " " * 9000 + "乙"), ASK)
    assert all(part.text.strip() for part in parts)


def test_citizens_words_never_become_markup() -> None:
    answer = webhook_answer(77, Reply("<b & 😀 *x* [a](http://b)"), ASK)
    assert answer is not None
    assert answer["text"] == "<b & 😀 *x* [a](http://b)"
    assert "parse_mode" not in answer
    assert answer["link_preview_options"] == {"is_disabled": True}


def test_a_button_whose_data_cannot_be_carried_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        render(77, Reply("?", choices=(Choice("噪" * 30, "噪音"),), step="category"), ASK)


def test_narrow_choices_stand_side_by_side_wide_ones_alone() -> None:
    labels = ["是", "否", "不清楚", "物业公司不处理问题", "取消"]
    choices = tuple(Choice(str(index), label) for index, label in enumerate(labels))
    answer = webhook_answer(77, Reply("?", choices=choices, step="q"), ASK)
    assert answer is not None
    rows = answer["reply_markup"]["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [
        ["是", "否"],
        ["不清楚"],
        ["物业公司不处理问题"],
        ["取消"],
    ]
    assert rows[0][1]["callback_data"] == "1|q|1"


@pytest.mark.parametrize("ask", list(Ask))
def test_a_card_or_a_pin_is_asked_for_below_with_the_choices_as_words(ask: Ask) -> None:
    answer = webhook_answer(77, Reply("电话？", choices=(Choice("skip", "匿名"),), step="c", ask=ask), ASK)
    assert answer is not None
    control, words = (row[0] for row in answer["reply_markup"]["keyboard"])
    assert control == {"text": ASK[ask], f"request_{ask}": True}
    assert words == {"text": "匿名"}


def test_a_plain_reply_clears_the_field_below() -> None:
    answer = webhook_answer(77, Reply("好的"), ASK)
    assert answer is not None
    assert (answer["method"], answer["chat_id"]) == ("sendMessage", 77)
    assert answer["reply_markup"] == {"remove_keyboard": True}
