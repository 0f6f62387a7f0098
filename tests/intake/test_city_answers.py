"""A city's own answers: the file its keepers write, and which question finds which answer."""

from datetime import date
from pathlib import Path

import pytest

from intake.city import BadProfile, CityProfile, load, problems
from intake.city.answers import read
from intake.understand.answer import best

GOOD = """
# For the keepers

## 社保卡丢了怎么补办？
- about: 社保卡，社会保障卡
- also: 社保卡遗失
- source: 12333
- date: 2026-01-31

先挂失。

- 再补卡
"""


def test_an_answer_has_its_ways_to_ask_its_source_and_its_date() -> None:
    (answer,), mistakes = read(GOOD)
    assert mistakes == ()
    assert answer.asked == ("社保卡丢了怎么补办？", "社保卡遗失")
    assert (answer.source, answer.date) == ("12333", date(2026, 1, 31))
    assert answer.text == "先挂失。\n\n- 再补卡"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("- source: 12333\n", "", "needs one source"),
        ("- about: 社保卡，社会保障卡\n", "", "needs one about"),
        ("- about: 社保卡，社会保障卡\n", "- about:  ，\n", "names no word"),
        ("- source: 12333\n", "- source: 1\n- source: 2\n", "needs one source"),
        ("- date: 2026-01-31\n", "", "needs one date"),
        ("2026-01-31", "2026-02-30", "is no date"),
        ("2026-01-31", "去年", "is no date"),
        ("- also:", "- alias:", "unknown field 'alias'"),
        ("先挂失。\n\n- 再补卡\n", "", "an answer has 1 to 500"),
        ("先挂失。", "挂" * 501, "an answer has 1 to 500"),
        ("## 社保卡丢了怎么补办？", "## " + "问" * 61, "a question has 1 to 60"),
        ("## 社保卡丢了怎么补办？", "## ", "a question has 1 to 60"),
        ("社保卡遗失", "社保卡丢了怎么补办？", "stands there twice"),
    ],
)
def test_every_mistake_is_named(old: str, new: str, says: str) -> None:
    assert old in GOOD
    mistakes = read(GOOD.replace(old, new))[1]
    assert says in "\n".join(f"{where}: {reason}" for where, reason in mistakes)


def test_city_check_names_the_file_and_the_line(tmp_path: Path) -> None:
    cities = Path(__file__).parents[2] / "cities"
    profile = tmp_path / "city.toml"
    profile.write_text('answers_file = "a.md"\n' + (cities / "xinghe.toml").read_text("utf-8"), "utf-8")
    assert "a.md cannot be read" in problems(profile)[0]
    (tmp_path / "a.md").write_bytes(b"\xff")
    assert "not UTF-8" in problems(profile)[0]
    (tmp_path / "a.md").write_text(GOOD.replace("- source: 12333\n", ""), "utf-8")
    (said,) = problems(profile)
    assert "a.md: line 4: needs one source." in said
    with pytest.raises(BadProfile):
        load(profile)
    (tmp_path / "a.md").write_text(GOOD, "utf-8")
    assert problems(profile) == []
    assert len(load(profile).answers) == 1


ASKED = {
    "请问社保卡掉了要怎么补": "社保卡丢了怎么补办？",
    "你好，社保卡遗失了在哪里补办": "社保卡丢了怎么补办？",
    "我想查一下我的社保交了几年怎么查": "怎么查询社保缴费记录？",
    "失业金要怎么领": "失业金怎么申请？",
    "我想咨询一下居住证怎么办": "居住证怎么办理？",
    "身份证不见了如何补办": "身份证丢了怎么补办？",
    "請問護照怎麼辦理": "护照怎么办理？",
    "宝宝刚出生，上户口需要什么材料": "孩子出生怎么上户口？",
    "结婚登记要带什么": "结婚登记需要什么材料？",
    "驾照快到期了怎么换证": "驾驶证到期怎么换？",
    "租房能提取公积金吗？": "公积金怎么提取？",
    "异地就医备案怎么办": "异地就医怎么备案？",
    "低保怎么申请啊": "怎么申请低保？",
    "怎么申请法律援助": "法律援助怎么申请？",
    "劳动仲裁去哪里申请": "劳动仲裁怎么申请？",
    "房产证怎么办？": "不动产登记需要什么材料？",
    "营业执照怎么申请": "营业执照怎么办理？",
    "反映问题多久能有结果？": "12345多长时间答复？",
}
OTHER = (
    "请问港澳通行证怎么办理",
    "暖气不热怎么办？",
    "怎么办",
    "什么时候供暖？",
    "请问养狗需要什么手续",
    "公交卡丢了怎么补办？",
    "户口怎么迁？",
    "请问小区停车怎么收费",
    "低保户的房子漏水没人管怎么办",
    "身份证地址怎么改",
    "护照照片有什么要求",
    "公积金贷款利率是多少",
    "结婚证丢了怎么办",
    "我的护照被公司扣了怎么办",
    "进度怎么这么慢",
    "你好",
    "",
    "？？？",
    "请问" * 200,
)


@pytest.mark.parametrize(("said", "question"), ASKED.items())
def test_other_words_find_the_same_answer(city: CityProfile, said: str, question: str) -> None:
    found = best(said, city)
    assert found is not None
    assert found.question == question


@pytest.mark.parametrize("said", OTHER)
def test_what_the_city_has_no_answer_to_finds_none(city: CityProfile, said: str) -> None:
    assert best(said, city) is None


def test_a_city_without_answers_offers_none(other_city: CityProfile) -> None:
    assert best("社保卡丢了怎么补办？", other_city) is None
