"""Numbers of identity cards are masked before anything keeps them; other numbers stay."""

from datetime import UTC, datetime

import pytest

from intake.dialog.id_numbers import discreet
from intake.model.messages import Address, ChannelName, Inbound

HERE = Address(ChannelName.WECHAT, "o1")


def said(text: str) -> Inbound:
    return discreet(Inbound("1", HERE, datetime(2026, 11, 23, tzinfo=UTC), text))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("身份证11010519491231002X，低保没发", "身份证110****002X，低保没发"),
        ("身份证１１０１０５１９４９１２３１００２Ｘ", "身份证１１０****００２Ｘ"),
        ("110105 1949 12 31 002X", "110****002X"),
        ("旧证110105491231002", "旧证110****1002"),
        ("11010519491231002X和11010519491231002X", "110****002X和110****002X"),
    ],
)
def test_the_middle_is_hidden_and_that_is_known(text: str, left: str) -> None:
    inbound = said(text)
    assert (inbound.text, inbound.masked) == (left, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "电话13912345678",
        "编号WX230426093015004",
        "查进度 230426091115004 7K3M9Q",
        "工单250912101108115409怎么样了",
        "卡号6222021234567890128",
        "1" * 5000,
    ],
)
def test_other_numbers_stay(text: str) -> None:
    inbound = said(text)
    assert (inbound.text, inbound.masked) == (text, False)
