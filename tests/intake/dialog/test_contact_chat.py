"""Name and phone: in one answer, in two, by card, wrong, somebody else's, refused."""

from typing import Any

import pytest


@pytest.fixture
def asked(known: Any) -> Any:
    return known.says("新华中路15号院门口井盖没了").hears("称呼和电话")


@pytest.mark.parametrize(
    "answer",
    [
        "王芳，13912345678",
        "13912345678王芳",
        "我叫王芳，电话是139 1234 5678",
        "王芳 １３９１２３４５６７８",
        "王芳+8613912345678",
    ],
)
def test_both_in_one_answer(asked: Any, answer: str) -> None:
    asked.says(answer).hears("请核对")
    assert (asked.draft.name, asked.draft.phone) == ("王芳", "13912345678")


def test_the_phone_first_is_enough(asked: Any) -> None:
    asked.says("13912345678").hears("请核对")


def test_the_name_first_then_the_phone(asked: Any) -> None:
    asked.says("王女士").hears("再留一个能联系到您的电话")
    asked.says("13912345678").hears("请核对", "王女士")


def test_words_beyond_the_answer_are_kept(asked: Any) -> None:
    asked.says("王芳13912345678，白天没人晚上七点以后打，另外旁边的路灯也不亮了").hears("请核对")
    assert "路灯也不亮了" in asked.draft.content


@pytest.mark.parametrize("answer", ["1391234567", "139123456789", "电话13912"])
def test_a_wrong_phone(asked: Any, answer: str) -> None:
    asked.says(answer).hears("号码好像不对", "13900000000")
    assert asked.draft.phone is None


def test_somebody_elses_card(asked: Any) -> None:
    asked.shares_card(own=False).hears("不是您本人的")
    assert asked.draft.phone is None


def test_ones_own_card(asked: Any) -> None:
    asked.shares_card("8613912345678", "王芳").hears("请核对", "王芳 13912345678")


@pytest.mark.parametrize(
    "answer", ["干嘛要电话", "为什么", "不想给", "随便", "好的", "提交", "没有", "你是机器人吗", "🙂", "3"]
)
def test_what_is_no_name_is_not_taken_for_one(asked: Any, answer: str) -> None:
    asked.says(answer)
    assert (asked.draft.name, asked.draft.phone) == (None, None)
    asked.hears("13900000000")


def test_after_two_unclear_answers_a_person_is_offered_and_can_be_had(asked: Any) -> None:
    asked.says("随便", "随便").hears("人工").taps("转人工").hears("工作人员")
    assert len(asked.handed) == 1


def test_the_offered_person_by_number(asked: Any) -> None:
    asked.says("随便", "随便", "1").hears("工作人员")


def test_a_card_while_the_place_is_asked_is_kept(known: Any) -> None:
    known.says("路灯坏了一个月了").hears("在哪里").shares_card().hears("在哪里")
    known.says("五一路幸福小区3号楼").hears("请核对", "13912345678")


def test_a_pin_while_the_contact_is_asked_is_kept(asked: Any) -> None:
    asked.sends_pin(39.775, 98.282).hears("称呼和电话")
    assert asked.draft.place.lat == 39.775
