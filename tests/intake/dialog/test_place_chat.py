"""Where it happened: words, a pin, nothing useful, another city."""

from typing import Any

import pytest


@pytest.fixture
def asked(known: Any) -> Any:
    return known.says("路灯坏了一个月了，我叫王芳，13912345678").hears("在哪里")


def test_words(asked: Any) -> None:
    asked.says("五一路幸福小区3号楼").hears("请核对", "地点：五一路幸福小区3号楼")


def test_a_pin(asked: Any) -> None:
    asked.sends_pin(label="东湖").hears("请核对", "地点：东湖")
    assert asked.draft.place.area_code is not None


def test_a_pin_in_another_city(asked: Any) -> None:
    asked.sends_pin(31.23, 121.47).hears("好像不在嘉峪关市", "在哪里")
    assert asked.draft.place is None


def test_a_pin_near_the_city_but_in_no_area_is_taken(asked: Any) -> None:
    asked.sends_pin(39.70, 98.55).hears("请核对")
    assert asked.draft.place.area_code is None
    assert asked.draft.place.lat == 39.70


def test_a_pin_in_another_city_before_any_word_is_said_to_be_so(known: Any) -> None:
    known.sends_pin(31.23, 121.47).hears("好像不在嘉峪关市")


def test_another_city_in_words(asked: Any) -> None:
    asked.says("兰州市城关区东方红广场").hears("好像不在嘉峪关市")


@pytest.mark.parametrize(
    "answer", ["提交", "好的", "是的", "3", "🙂", "什么意思？", "为什么要问这个？", "同意"]
)
def test_what_is_no_place_does_not_become_one(asked: Any, answer: str) -> None:
    asked.says(answer)
    assert asked.draft.place is None
    asked.hears("在哪里")


def test_a_phone_and_a_name_in_the_answer_are_no_part_of_the_place(known: Any) -> None:
    known.says("路灯坏了一个月了").says("五一路幸福小区3号楼，我叫王芳13912345678").hears("请核对")
    assert known.draft.place.text == "五一路幸福小区3号楼"
    assert (known.draft.name, known.draft.phone) == ("王芳", "13912345678")


def test_more_of_the_story_is_kept_and_the_place_asked_again(asked: Any) -> None:
    asked.says("晚上黑漆漆的老人孩子都不敢出门，路灯早就该修了").hears("在哪里")
    assert "不敢出门" in asked.draft.content
    assert asked.draft.place is None


def test_unknown_twice_then_later(asked: Any) -> None:
    asked.says("不清楚").hears("例如", "在哪里")
    asked.says("说不清").hears("请核对", "地点：不清楚")


def test_later_by_button_after_unclear_answers(asked: Any) -> None:
    asked.says("？", "？").hears("人工").taps("先登记，稍后补充").hears("请核对", "地点：不清楚")


@pytest.mark.parametrize("answer", ["1", "先登记，稍后补充", "先登记"])
def test_later_in_words(asked: Any, answer: str) -> None:
    asked.says("？", "？", answer).hears("请核对")


def test_a_place_the_city_cannot_know(asked: Any) -> None:
    asked.says("老王头家后面那排平房").hears("请核对", "老王头家后面那排平房")
