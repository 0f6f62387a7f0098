"""What may not be pushed abroad is not."""

import pytest

from intake.understand.persons.masking import masked


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("已电话13912345678告知王女士", "已电话＊＊告知＊＊"),
        ("联系 +86 139-1234-5678", "联系 ＊＊"),
        ("身份证11010519491231002X已核", "身份证＊＊已核"),
        ("发到wang.x@example.com", "发到＊＊"),
        ("新华路15号院3单元已修好", "＊＊3单元已修好"),
        ("咨询电话0937-6222222", "咨询电话0937-6222222"),
        ("编号TG260426093015004", "编号TG260426093015004"),
        ("工单12345，第3次", "工单12345，第3次"),
    ],
)
def test_what_is_personal_is_hidden_and_the_rest_stays(said: str, left: str) -> None:
    assert masked(said, "王女士", "13912345678", "新华路15号院", "王", None, "") == left
