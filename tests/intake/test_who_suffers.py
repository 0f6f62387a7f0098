"""Who or what a verb befalls, and whether the sentence says that it is so."""

import pytest

from bench.understanding.safety import (
    RED,
    false_alarms,
    fresh_roles,
    known_roles,
    level_of,
    missed,
    roles,
)
from intake.understand.normalise import normalise
from intake.understand.patterns.whole_words import with_words_hidden

STOPS = ("emergency", "self_harm")

HARMLESS = """
社区食堂的厨师老谷，照顾我妈特别周到
有人把烂菜倒在路边没人管
煎饼摊天天冒黑烟熏得很
门口的雕像被车撞倒了，人没事
难看死人了
桌子腿断了，凳子也断了
我上楼顶看了，防水层裂了
我们家燃气没有漏，只是想改管道
真要着起火来消防车进得来吗
物业费涨得跟坐火箭一样，业主群都炸锅了
孩子上火嗓子疼
大树被风刮倒压在绿化带上
快递被埋在一堆箱子里找不到
草坪被烧伤了一大片
打死我也不会再坐这趟公交
杀死他们也不承认
这栋楼着过一次火，消防整改了吗
我爸是消防员，救火受过伤，证怎么办
听说外省有人跳河，我们这护栏能加高吗
动脉硬化割双眼皮能报销吗
他背着农药去地里干活
车被撞了，东西还在车里
"""

# one thing changed in a sentence, and with it whether somebody is in danger
PAIRS = [
    ("老楼快要塌了，里面有人住", "老楼快要塌了，里面有人"),
    ("大树被风刮倒压在花坛上", "工友被水泥板压在下面"),
    ("水管被冻伤了漏水", "孩子被烫伤了"),
    ("打死我也不信", "他打死我也没人管，他正在砸门"),
    ("楼里着过一次火，整改了吗", "楼里着过一次火，现在又烧起来了"),
    ("手腕割伤了怎么报工伤", "我割了自己手腕"),
    ("听说外县有人跳楼", "听说我哥在外县要跳楼"),
    ("车被撞了，东西还在车里", "车翻了，我妈还在车里"),
    ("墙塌了，砖还在下面", "土塌了，两个工人还在下面"),
    ("门口的雕像被车撞倒了", "门口的老人被车撞倒了"),
    ("老人的轮椅被车撞坏了", "骑轮椅的老人被车撞了"),
    ("我的电动车被车撞了", "我骑电动车被车撞了"),
    ("桌子腿断了", "我爸腿断了"),
    ("扶手断了", "孩子手断了"),
    ("大爷把垃圾倒在路边", "大爷突然倒在路边"),
    ("花盆从楼上掉下来了", "孩子从楼上掉下来了"),
    ("孩子的书包掉进井里了", "孩子掉进井里了"),
    ("燃气没有漏", "燃气没人管还在漏"),
    ("没人跳楼", "没人管，他要跳楼"),
    ("如果着火了，谁来救", "着火了，谁来救"),
    ("要是着火了怎么办", "要是不信就来看，已经着火了"),
    ("煎饼摊天天冒黑烟", "煎饼摊突然冒黑烟"),
    ("我上楼顶看了", "我上楼顶了"),
    ("老周照顾我妈很周到", "我走了，照顾好我妈"),
    ("这条裙子难看死人了", "快来，死人了"),
    ("棚子塌了，没伤着人，房子塌了也没砸到人", "房子塌了，伤着人了"),
    ("隔壁县煤矿爆炸了", "我们煤矿爆炸了"),
    ("the gas is not leaking", "the gas is leaking"),
]


@pytest.mark.parametrize("text", HARMLESS.strip().splitlines())
def test_what_befalls_a_thing_or_is_not_so_stops_nobody(text: str) -> None:
    assert level_of(text) not in RED


@pytest.mark.parametrize(("harmless", "real"), PAIRS)
def test_the_same_words_of_a_person_or_of_now_are_a_danger(harmless: str, real: str) -> None:
    assert level_of(harmless) not in STOPS
    assert level_of(real) in STOPS


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("孩子上火嗓子疼", "孩子□□嗓子疼"),
        ("楼上火很大", "楼上火很大"),
        ("晚上火很大", "晚上火很大"),
        ("着火车棚", "着火车棚"),
        ("等火车", "等□□"),
        ("把手夹住了", "把手夹住了"),
        ("门把手断了", "门□□断了"),
        ("突发火灾", "突发火灾"),
    ],
)
def test_a_sign_inside_a_longer_word_is_hidden_and_one_beside_it_is_not(text: str, kept: str) -> None:
    assert with_words_hidden(text) == kept


def test_half_of_them_are_kept_aside_and_half_are_harmless() -> None:
    counted = roles()
    assert len(counted) >= 120
    assert 0.4 < sum(one.aside for one in counted) / len(counted) < 0.6
    assert 0.4 < sum(one.level in RED for one in counted) / len(counted) < 0.6


def test_what_the_rules_were_made_by_is_read_right() -> None:
    known = [*(one for one in roles() if not one.aside), *known_roles()]
    assert [one.text for one in missed(known)] == []
    assert [one.text for one in false_alarms(known)] == []


def test_hardly_anything_harmless_kept_aside_stops_the_form_and_no_more_is_missed() -> None:
    """Before, 7 of 30 and 11 of 52 harmless ones rang, and 3 of 26 and 14 of 45 real ones were missed."""
    aside = [one for one in roles() if one.aside]
    assert len(false_alarms(aside)) <= 2
    assert len(missed(aside)) <= 1
    assert len(false_alarms(fresh_roles())) <= 4
    assert len(missed(fresh_roles())) <= 12


def test_traditional_signs_are_read_as_the_others() -> None:
    assert level_of(normalise("門口的雕像被車撞倒了")) not in RED
    assert level_of(normalise("樓裡著火了")) in RED
