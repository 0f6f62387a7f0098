"""A phone bound to a chat: never by a typed number alone."""

from dataclasses import replace
from typing import Any

import pytest

from intake.model.conversation import BindPhone, UnbindPhone


def bound(chat: Any) -> list[BindPhone]:
    return [effect for effect in chat.effects if isinstance(effect, BindPhone)]


def with_code(chat: Any, outcome: str | None) -> None:
    """What the service found out about the code in the next message."""
    ask = type(chat)._situation
    chat._situation = lambda inbound: replace(ask(chat, inbound), code=outcome)


@pytest.fixture
def on_telegram(chats: Any) -> Any:
    chat = chats(channel="telegram")
    chat.says("路灯坏了").taps("同意").taps("单独同意").says("取消").taps("确定取消")
    return chat


def test_a_typed_number_binds_nothing(known: Any) -> None:
    known.says("绑定手机").hears("手机号").says("13912345678").hears("验证码", "12345")
    assert not bound(known)
    assert not known.has_draft


def test_the_code_that_was_read_out_binds(known: Any) -> None:
    known.says("绑定手机", "13912345678")
    with_code(known, "right")
    known.says("482913").hears("已绑定", "5678").hears_not("13912345678")
    assert [(one.phone, one.how) for one in bound(known)] == [("13912345678", "code")]


@pytest.mark.parametrize(("outcome", "heard"), [("wrong", "不对"), ("none", "已过期")])
def test_another_code_binds_nothing(known: Any, outcome: str, heard: str) -> None:
    known.says("绑定手机", "13912345678")
    with_code(known, outcome)
    known.says("482 914").hears(heard)
    assert not bound(known)


def test_telegrams_own_card_binds_at_once(on_telegram: Any) -> None:
    on_telegram.says("绑定手机").hears("点下面的按钮").shares_card().hears("已绑定")
    assert [(one.phone, one.how) for one in bound(on_telegram)] == [("13912345678", "card")]


def test_somebody_elses_card_binds_nothing(on_telegram: Any) -> None:
    on_telegram.says("绑定手机").shares_card(own=False).hears("本人的号码")
    assert not bound(on_telegram)


def test_a_card_out_of_nowhere_binds_nothing(on_telegram: Any) -> None:
    on_telegram.shares_card()
    assert not bound(on_telegram)


def test_the_notice_comes_first(chat: Any) -> None:
    chat.says("绑定手机").hears("绑定前", "登记前请看一眼").taps("同意").says("绑定手机").hears("手机号")


@pytest.mark.parametrize("word", ["取消", "算了"])
def test_given_up(known: Any, word: str) -> None:
    known.says("绑定手机", word).says("13912345678")
    assert not bound(known)


def test_another_matter_in_the_middle(known: Any) -> None:
    known.says("绑定手机", "迎宾湖公园的椅子坏了").hears("称呼")
    assert known.has_draft


@pytest.mark.parametrize("word", ["解绑", "解除绑定", "unbind"])
def test_unbound(known: Any, word: str) -> None:
    known.says(word)
    assert any(isinstance(effect, UnbindPhone) for effect in known.effects)
