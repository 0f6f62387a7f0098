"""The answer that rides the response, as the platform reads it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.wechat.codec import Push, clean
from bots.wechat.incoming.verification import Mode, PushCredentials, Query
from bots.wechat.menu import read_menu_id
from bots.wechat.outgoing.passive_reply import LONGEST, NOTHING, cut, join, passive, size
from intake.model.messages import Choice, Reply, Tap
from playground.wechat.cipher import Seal
from playground.wechat.wire import ConsoleSettings, links, shown

NOW = datetime(2024, 11, 21, 8, 30, tzinfo=UTC)
KEY = "k" * 43
QUERY = Query(timestamp="1732177800", nonce="0042")
TS, JB = Choice("TS", "投诉"), Choice("JB", "举报")


def answered(*replies: Reply, mode: Mode = Mode.PLAIN, in_json: bool = False) -> str | None:
    """What the platform makes of our answer."""
    push = Push("o1", "gh_1", {}, in_json)
    body = passive(PushCredentials("wx1", "t", KEY, mode), QUERY, push, replies, NOW).body
    return ConsoleSettings(Seal("wx1", "t", KEY), mode.value, in_json).reply(200, body.encode(), "o1")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("in_json", [False, True])
def test_nothing_to_say_is_the_bare_word(mode: Mode, in_json: bool) -> None:
    push = Push("o1", "gh_1", {}, in_json)
    assert passive(PushCredentials("wx1", "t", KEY, mode), QUERY, push, (), NOW).body == NOTHING
    assert passive(PushCredentials("wx1", "t", KEY, mode), QUERY, push, (Reply(""),), NOW).body == NOTHING


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("in_json", [False, True])
def test_all_replies_of_a_turn_ride_in_one_text(mode: Mode, in_json: bool) -> None:
    assert answered(Reply("您好"), Reply("请说"), mode=mode, in_json=in_json) == "您好\n\n请说"


def test_an_encrypted_reply_is_told_by_its_own_fields_only() -> None:
    body = passive(
        PushCredentials("wx1", "t", KEY, Mode.SAFE), QUERY, Push("o1", "gh_1", {}), (Reply("您好"),), NOW
    ).body
    assert "您好" not in body
    assert "MsgSignature" in body


@pytest.mark.parametrize(
    "text", ["a]]>b", "]]>]]>", "<b>&amp;</b>", "𠮷😀", "]]><Content>x</Content><![CDATA[", "行\n行"]
)
def test_no_text_breaks_the_xml_or_gets_out_of_it(text: str) -> None:
    assert answered(Reply(text)) == text


def test_what_fits_is_not_said_to_go_on() -> None:
    push = Push("o1", "gh_1", {})
    made = passive(
        PushCredentials("wx1", "t", KEY, Mode.PLAIN), QUERY, push, (Reply("您好"),), NOW, "（未完）"
    )
    assert "未完" not in made.body


def test_control_characters_are_left_out() -> None:
    assert answered(Reply("a\x00\x08b\ufffe")) == "ab"


def test_choices_are_numbered_links_that_say_themselves() -> None:
    text = answered(Reply("哪一种?", (TS, JB), step="type"))
    assert text is not None
    assert shown(text) == "哪一种?\n\n1. 投诉\n2. 举报"
    assert [(link.label, link.content, read_menu_id(link.menu_id)) for link in links(text)] == [
        ("投诉", "投诉", Tap("1", "type", "TS")),
        ("举报", "举报", Tap("1", "type", "JB")),
    ]


def test_a_label_cannot_end_its_link() -> None:
    text = answered(Reply("?", (Choice("x", 'a"b&c=<d>'),), step="s"))
    assert text is not None
    assert [link.content for link in links(text)] == ["a b c d"]


def test_choices_without_a_step_or_with_an_endless_id_are_plain_lines() -> None:
    assert answered(Reply("?", (TS,))) == "?\n\n1. 投诉"
    assert answered(Reply("?", (Choice("x" * 80, "投诉"),), step="s")) == "?\n\n1. 投诉"


def test_links_give_way_before_the_text_does() -> None:
    text = answered(Reply("问" * 660, (TS, JB), step="type"))
    assert text is not None
    assert text.endswith("\n\n1. 投诉\n2. 举报")


def test_what_does_not_fit_is_given_back_in_order() -> None:
    first, rest = join((Reply("甲" * 600), Reply("乙" * 600, (TS,), step="type"), Reply("丙")))
    assert first == "甲" * 600
    assert rest == (Reply("乙" * 600, (TS,), step="type"), Reply("丙"))


def test_one_long_reply_is_cut_and_keeps_its_choices_to_the_end() -> None:
    first, rest = join((Reply("甲" * 1500, (TS,), step="type"),))
    assert size(first) <= LONGEST
    assert first + "".join(reply.text for reply in rest) == "甲" * 1500
    assert [reply.choices for reply in rest] == [(), (TS,)] or [reply.choices for reply in rest] == [(TS,)]


def test_more_options_than_one_message_holds_go_out_in_several() -> None:
    many = tuple(Choice(str(n), "选项" * 20) for n in range(40))
    first, rest = join((Reply("?", many, step="s"),))
    lines = "\n".join([first, *(reply.text for reply in rest)])
    assert all(f"{n}. " in lines for n in range(1, 41))
    assert all(size(reply.text) <= LONGEST for reply in rest)


def test_a_cut_prefers_the_end_of_a_line() -> None:
    assert cut("一二三四\n五六七八", 20) == ("一二三四", "五六七八")


@given(st.text(max_size=1500), st.integers(min_value=8, max_value=2048))
def test_a_cut_never_splits_a_character_and_loses_only_line_ends(text: str, limit: int) -> None:
    head, tail = cut(text, limit)
    assert size(head) <= limit
    assert (head + tail).replace("\n", "") == text.replace("\n", "")


@given(st.lists(st.text(max_size=3000), max_size=4))
def test_every_piece_fits_and_nothing_is_lost(texts: list[str]) -> None:
    first, rest = join([Reply(text) for text in texts])
    pieces = [first, *(reply.text for reply in rest)]
    assert all(size(piece) <= LONGEST for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(clean("".join(texts)).split())
