"""Numbers of identity cards are known from other long numbers."""

import pytest

from intake.understand.persons.identity import has_id_number


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "我的身份证号是11010519491231002x。",
        "110105 19491231 002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "130503670401001",
        "老证：130503-670401-001",
    ],
)
def test_an_identity_number_is_one_however_it_is_written(text: str) -> None:
    assert has_id_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "110105194912310021",  # its check sign is wrong
        "110105194913310025",  # there is no such month
        "990105194912310023",  # there is no such province
        "订单 202604261234567890123",
        "IMEI 490154203237518",
        "电话13912345678",
        "编号TG260426093015004",
        "a11010519491231002X",
    ],
)
def test_other_long_numbers_are_none(text: str) -> None:
    assert not has_id_number(text)
