"""Bad input: each gets a clear answer, nothing is lost, nothing raises."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "😀",
        "👍🏿👨‍👩‍👧‍👦",
        "。。。",
        "?",
        "1",
        "１",
        "0",
        "/",
        "/nonsense",
        "<b & 😀" * 700,
        "a" * 4096,
        "哈" * 4096,
    ],
)
def test_a_stranger_sends_it(chat: Any, text: str) -> None:
    chat.says(text)
    assert chat.replies
    assert not chat.effects


@pytest.mark.parametrize("text", ["", "😀", "/nonsense", "a" * 4096, "哈" * 4096, "\u202e\u200b", "1 2 3"])
def test_it_is_sent_while_a_question_waits(known: Any, text: str) -> None:
    known.says("路灯坏了一个月了", text)
    assert known.replies
    assert known.draft.content.startswith("路灯坏了一个月了")


def test_stickers(chat: Any) -> None:
    chat.sends_sticker().hears("看不懂")
    chat.says("路灯坏了").sends_sticker().hears("看不懂", "同意后我就继续")


def test_who_leaves_hears_nothing_and_begins_anew(at_summary: Any) -> None:
    at_summary.leaves().hears_nothing()
    assert not at_summary.has_draft
    at_summary.returns().hears_nothing()


def test_two_messages_at_once(known: Any) -> None:
    known.says("路灯坏了一个月了", "五一路幸福小区3号楼", "13912345678").hears("请核对")


def test_an_edited_message(known: Any) -> None:
    known.says("路灯坏了一个月了").edits("路灯坏了两个月了")
    assert known.replies
    assert known.has_draft


def test_the_platforms_start_for_a_stranger(chat: Any) -> None:
    chat.starts().hears("嘉峪关市12345智能受理助手", "119")
    assert "查进度" in chat.labels


def test_menu_buttons(chat: Any) -> None:
    chat.starts().taps("帮助").hears("我能帮您").starts().taps("查进度").hears("还没有登记")
    chat.starts().taps("找人工").hears("工作人员")
