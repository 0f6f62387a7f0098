"""A template's fields: each within its limit, none empty, nothing made up."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bots.wechat.outgoing.template_messages import announcement
from intake.city import Template
from intake.model.messages import Address, ChannelName, Outgoing, Reply

NOW = datetime(2024, 11, 21, 8, 30, tzinfo=UTC)
UNIT = "城市管理综合行政执法局第三大队直属中队办公室"  # 22 characters


def filled(fields: dict[str, str], kind: str = "template", url: str = "", **facts: str) -> Any:
    outgoing = Outgoing(
        Address(ChannelName.WECHAT, "oX"), Reply("全文"), "k", "progress", tuple(facts.items())
    )
    return announcement(Template("T", kind, fields, url), outgoing, NOW, "Asia/Shanghai")


def values(fields: dict[str, str], **facts: str) -> list[str]:
    return [part["value"] for part in filled(fields, **facts).document["data"].values()]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("thing1", UNIT, UNIT[:19] + "…"),
        ("thing1", "住建局", "住建局"),
        ("thing1", "第一行\n第二行", "第一行 第二行"),
        ("phrase2", "已提交，待受理", "已提交，待"),
        ("character_string3", "尾号0012", "0012"),
        ("character_string3", "A" * 40, "A" * 32),
        ("name4", "王" * 12, "王" * 9 + "…"),
        ("unheard_of5", "甲" * 30, "甲" * 19 + "…"),
        ("thing1", "", "-"),
    ],
)
def test_each_kind_of_field_has_its_limit(name: str, value: str, expected: str) -> None:
    assert values({name: "unit"}, unit=value) == [expected]


def test_times_are_the_citys_and_words_of_its_own_stand_as_they_are() -> None:
    assert values({"time1": "at", "date2": "at", "thing3": "=12345热线"}) == [
        "2024-11-21 16:30",
        "2024-11-21",
        "12345热线",
    ]


def test_the_full_text_may_stand_in_a_field_and_is_cut_there() -> None:
    assert values({"thing1": "text"}) == ["全文"]
    assert values({"thing1": "text"}, text="答复" * 20) == [("答复" * 20)[:19] + "…"]


def test_a_template_message_has_an_id_for_its_repeats_and_a_notification_a_page() -> None:
    form = filled({"thing1": "unit"}, url="https://a.example/t").document
    assert (form["url"], len(form["client_msg_id"])) == ("https://a.example/t", 32)
    notification = filled({"thing1": "unit"}, "subscription", "https://a.example/t").document
    assert notification["page"] == "https://a.example/t"
    assert "client_msg_id" not in notification
    assert not {"first", "remark"} & set(form["data"])


@pytest.mark.parametrize(
    ("facts", "whole"),
    [
        ({"tail": "0012", "unit": "住建局"}, True),
        ({"tail": "0012", "unit": UNIT}, False),
        ({"tail": "0012", "unit": "住建局", "due": "5月5日"}, False),
        ({}, False),
    ],
)
def test_whole_means_that_no_fact_was_cut_or_left_out(facts: dict[str, str], whole: bool) -> None:
    assert filled({"character_string1": "tail", "thing2": "unit"}, **facts).whole is whole
