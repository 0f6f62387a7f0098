"""Phones and names: the citizen's own, in every way people write them."""

import pytest

from intake.understand.normalise import normalise
from intake.understand.persons import own_name, phone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("我的电话是138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("1 3 8 1234 5678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("电话幺三八一二三四五六七八", "13812345678"),
        ("手机一三八一二三四五六七八谢谢", "13812345678"),
        ("0937-6312345", "0937-6312345"),
        ("(0937)6312345", "0937-6312345"),
        ("0937 631 2345", "0937-6312345"),
        ("我家电话6312345", "0937-6312345"),
        ("+852 9123 4567", "+85291234567"),
        ("王女士13912345678，家住新华路", "13912345678"),
    ],
)
def test_a_phone_is_found(text: str, expected: str) -> None:
    found, bad = phone.find(normalise(text), "0937")

    assert found is not None
    assert (found.value, bad) == (expected, False)


@pytest.mark.parametrize(
    "text", ["1381234567", "138123456789", "电话1381234567", "我的手机号是138123", "12812345678", "63123"]
)
def test_what_is_meant_as_a_phone_but_is_none_is_said_so(text: str) -> None:
    assert phone.find(normalise(text), "0937") == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        "五一南路12号楼3单元502室",
        "身份证620200199001011234",
        "订单号13812345678901",
        "2026-11-23 停水",
        "我打12345没人接",
        "12345",
        "拖欠工资138000元",
        "客服400-123-4567不接电话",
        "5栋1单元1301",
        "投诉多次，编号13912345678",
    ],
)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert phone.find(normalise(text), "0937") == (None, False)


def test_somebody_elses_number_is_only_a_guess() -> None:
    found, _ = phone.find("商家电话13812345678一直打不通，请帮忙处理", "0937")

    assert found is not None
    assert found.confidence < 0.8


def test_the_own_number_wins() -> None:
    found, _ = phone.find("老板电话13812345678，我的电话13987654321", "0937")

    assert found is not None
    assert found.value == "13987654321"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我姓张", "张"),
        ("我姓张，电话13812345678", "张"),
        ("免贵姓欧阳", "欧阳"),
        ("我叫王芳", "王芳"),
        ("我叫王芳，家住新华路", "王芳"),
        ("我是李女士", "李女士"),
        ("张先生", "张先生"),
        ("张先生 13812345678", "张先生"),
        ("李静，13912345678", "李静"),
        ("姓名：赵建国 电话：13812345678", "赵建国"),
        ("王芳", "王芳"),
        ("您好，我是陈大爷，楼上漏水", "陈大爷"),
        ("叫我刘阿姨就行", "刘阿姨"),
    ],
)
def test_the_citizens_name_is_found(text: str, expected: str) -> None:
    number, _ = phone.find(text)
    found = own_name.find(
        text.replace("13812345678", " " * 11).replace("13912345678", " " * 11), number is not None
    )

    assert found is not None
    assert found.value == expected


@pytest.mark.parametrize(
    "text",
    [
        "公司的王师傅说明天来修",
        "物业张经理态度恶劣",
        "找了李主任也没用",
        "方便",
        "安全第一",
        "本人于今年三月买房",
        "我是雄关街道的居民",
        "我叫了三次维修都没来",
        "高兴",
        "路灯不亮",
        "12345",
    ],
)
def test_others_and_common_words_are_not_the_citizen(text: str) -> None:
    found = own_name.find(text, has_phone=False)

    assert found is None or found.confidence < 0.8


def test_the_span_points_at_the_name() -> None:
    text = "您好，我叫王芳，想问个事"
    found = own_name.find(text, has_phone=False)

    assert found is not None
    assert text[found.start : found.end] == "王芳"
