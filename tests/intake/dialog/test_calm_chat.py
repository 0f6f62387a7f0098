"""Hard words: no matter is made of them, no question is answered by them, nobody is sent away."""

from typing import Any

import pytest

from intake.form.filing import MANY_A_DAY
from intake.form.other_channel import is_garbage
from intake.model.ticket import TicketView


@pytest.mark.parametrize("word", ["傻逼", "你们都是废物！", "滚", "fuck you", "垃圾热线", "什么玩意"])
def test_hard_words_are_answered_calmly_and_the_question_comes_back(known: Any, word: str) -> None:
    known.says("路灯坏了一个月了", word).hears("听得出您很着急", "在哪里")
    assert known.draft.content == "路灯坏了一个月了"
    assert known.draft.place is None


@pytest.mark.parametrize("word", ["垃圾没人清运，臭死了", "楼上扔垃圾", "物业骂我傻逼，还打人", "遇到骗子了"])
def test_a_matter_told_with_them_is_heard(known: Any, word: str) -> None:
    known.says(word).hears_not("听得出您很着急")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("啊啊啊啊啊啊啊啊啊啊啊", True),
        ("1234567890!!!???", True),
        ("asdasdasdasdasdasdasdasd", True),
        ("路灯不亮", False),
        ("我家暖气不热三天了，整栋楼都这样", False),
    ],
)
def test_garbled_text_is_known(text: str, is_one: bool) -> None:
    assert is_garbage(text) is is_one


@pytest.mark.parametrize(("before", "marks"), [(MANY_A_DAY - 1, ()), (MANY_A_DAY, ("frequent",))])
def test_the_sixth_of_a_day_is_filed_and_marked(at_summary: Any, before: int, marks: tuple[str, ...]) -> None:
    for number in range(before):
        at_summary.tickets.append(TicketView(f"WX{number:04}", "别的事", "closed", at_summary.now, "99"))
    at_summary.taps("提交").hears("您的诉求已登记")
    assert at_summary.filed[0].labels == marks
