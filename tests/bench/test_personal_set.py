"""What is found of personal data in free text, held at what was measured."""

import pytest

from bench.understanding.personal import SECTION, Marked, counted, measure, read
from bench.understanding.section import Asked
from intake.understand.persons.masking import masked, shortened


def test_a_find_beside_the_mark_counts_for_nothing() -> None:
    assert counted([Marked("我叫王芳，13893712345", ((0, 2),))]) == (1, 0, 2, 0)


def test_nearly_all_is_found_and_hardly_anything_else() -> None:
    missed = [goal.what for goal in measure(Asked()) if not goal.reached]
    assert len(read()) >= 90
    assert not missed
    assert not SECTION.missing(Asked())


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("电话13893712345", "电话138****2345"),
        ("身份证11010519491231002X", "身份证110****002X"),
        ("我叫王秀兰", "我叫王**"),
        ("3号楼2单元401", "3号楼****"),
        ("车牌甘B12345", "车牌甘B***45"),
        ("第3次反映，编号TG260426093015004", "第3次反映，编号TG260426093015004"),
    ],
)
def test_a_list_shows_enough_to_recognise_and_no_more(said: str, left: str) -> None:
    assert shortened(said) == left


@pytest.mark.parametrize("said", ["", "１３８９３７１２３４５", "👍" * 500, "1" * 5000, "3号楼" * 800])
def test_odd_text_is_masked_in_its_place(said: str) -> None:
    assert "1389371" not in masked(said)
    assert masked("早" + said + "晚")[0] + masked(said + "晚")[-1] == "早晚"
