"""Rules and what is learnt, weighed: what a story says is found where no rule knows it, and nothing else."""

from datetime import datetime

import pytest

from intake.city import CityProfile
from intake.model.reading import SURE, Reading, Secrecy
from intake.understand.reader import by_rules, read, read_with
from intake.understand.tagger.tagger import shipped
from intake.understand.weighing.edges import mended
from intake.understand.weighing.slots import weighed


def test_without_weights_the_rules_go_on(city: CityProfile, now: datetime) -> None:
    said = "雄关广场北头的健身器材锈得不成样子了，我姓柴，13900001111"
    ruled = by_rules(said, city, now)
    assert weighed(ruled, None, city, now) is ruled
    alone = read_with(None, said, city, now)
    assert (alone.place, alone.name, alone.phone) == (ruled.place, ruled.name, ruled.phone)


@pytest.mark.parametrize(
    "said", ["", "取消", "1", "你好", "？？？", "\ud800" * 40, "1" * 4_096, "no heat " * 500]
)
def test_what_says_nothing_fills_nothing(said: str, city: CityProfile, now: datetime) -> None:
    reading = read(said, city, now)
    assert (reading.place, reading.name, reading.enterprise) == (None, None, None)


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        (
            "体育场南门的共享单车横七竖八把盲道全占了，推轮椅根本过不去，盼着赶紧清走，尤女士 13900007788",
            "name",
            "尤女士",
        ),
        ("铁路小区3号楼窨井盖碎了，阿依古丽·买买提 139 0000 2211", "name", "阿依古丽·买买提"),
        ("家里没热水一个礼拜了，龙泉小区2栋，我电话是幺八九 四四零零 一二三四，姓鲍", "phone", "18944001234"),
        ("我们是宏达印务有限公司，供电公司昨天换了表，之后老跳闸", "enterprise", "宏达印务有限公司"),
    ],
)
def test_told_in_ways_no_rule_knows(
    said: str, slot: str, value: str, city: CityProfile, now: datetime
) -> None:
    found = getattr(read(said, city, now), slot)
    assert found is not None
    assert found.value == value
    assert found.confidence >= SURE


def test_a_deadline_is_not_when_it_began(city: CityProfile, now: datetime) -> None:
    reading = read("隔壁的抽水泵一开我家就停水，要求今晚之前把它拆了，已经忍了俩礼拜", city, now)
    assert reading.occurred is None or "今晚" not in reading.occurred.value.text


def test_a_number_is_not_begun_in_its_middle(city: CityProfile, now: datetime) -> None:
    reading = read("家里没热水一个礼拜了，龙泉小区2栋，我电话是幺八九 四四零零 一二三四，姓鲍", city, now)
    assert reading.occurred is not None
    assert reading.occurred.value.text == "一个礼拜了"


def test_edges_are_those_of_words_and_marks() -> None:
    text = "友谊大街“福满楼”饭店"
    assert mended(text, 0, 3) == (0, 4)
    assert text[slice(*mended(text, 5, 8))] == "“福满楼”"
    assert mended("，。", 0, 2) == (2, 2)


@pytest.mark.parametrize(
    ("said", "wished"),
    [
        ("饭店偷排油烟，千万别让老板知道是我，13900001111", Secrecy.CONFIDENTIAL),
        ("单位不给交社保，请替我保密", Secrecy.CONFIDENTIAL),
        ("砖厂半夜冒黑烟，怕报复，不便留名", Secrecy.ANONYMOUS),
        ("Please check the diner. I would rather stay anonymous.", Secrecy.ANONYMOUS),
        ("不要匿名，我实名举报，我叫王芳", Secrecy.NONE),
        ("楼上装修太吵，叫我们老人怎么睡", Secrecy.NONE),
        ("电话打不通，能不能给我回个电话", Secrecy.NONE),
    ],
)
def test_a_wish_for_secrecy_is_heard(said: str, wished: Secrecy, city: CityProfile, now: datetime) -> None:
    assert read(said, city, now).secrecy is wished


def test_a_story_needs_no_hint_of_the_rules(city: CityProfile, now: datetime) -> None:
    text = "橡树湾二期北头的健身器材锈得不成样子，能不能换换"
    found = weighed(Reading(text=text), shipped(), city, now)
    assert found.place is not None
    assert found.place.value.text.startswith("橡树湾二期")
