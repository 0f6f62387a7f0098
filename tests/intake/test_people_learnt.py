"""Whom the rules do not know and the finder hides all the same, and who stays nobody."""

import pytest

from intake.understand.persons import personal
from intake.understand.persons.finder import PersonalKind

NAMED = frozenset({PersonalKind.NAME, PersonalKind.FORM})


def found(text: str) -> list[str]:
    return [text[one.start : one.end] for one in personal.find(text) if one.kind in NAMED]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("工頭尉遲春生拖欠工資三個月", ["尉遲春生"]),
        ("No water since Monday. My name is Grace Baker", ["Grace Baker"]),
        ("窗口的慕主任态度特别好", ["慕主任"]),
    ],
)
def test_somebody_named_where_no_rule_looks_is_hidden(text: str, people: list[str]) -> None:
    assert [text[one.start : one.end] for one in personal.by_rules(text) if one.kind in NAMED] == []
    assert found(text) == people


@pytest.mark.parametrize(
    "text",
    [
        "那个转角的老张家面馆夜里一直吵",
        "王女士说水小",
        "请到康乐小区物业服务中心办理",
        "telegram.update_failed",
        "QQ 群里都在说停水",
    ],
)
def test_shops_forms_of_address_and_words_of_machines_are_nobody(text: str) -> None:
    assert found(text) == []
