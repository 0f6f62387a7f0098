"""Where it happened: the city's own names first, then what reads like a place; pins too."""

from dataclasses import replace

import pytest

from intake.city import CityProfile
from intake.city.profile import GazetteerEntry
from intake.model.reading import SURE
from intake.model.ticket import Place
from intake.understand import sounds
from intake.understand.normalise import normalise
from intake.understand.places import names, pin, place


@pytest.mark.parametrize(
    ("text", "expected", "area"),
    [
        ("我家住雄关街道五一南路12号楼3单元502，暖气不热", "雄关街道五一南路12号楼3单元502", "xiongguan"),
        ("新华中路28号门口垃圾成堆", "新华中路28号门口", None),
        ("嘉峪关南站附近出租车拒载", "嘉峪关南站附近", None),
        ("文殊镇冯家沟村自来水停了", "文殊镇冯家沟村", "wenshu"),
        ("钢城街道幸福小区3号楼2单元电梯坏了", "钢城街道幸福小区3号楼2单元", "gangcheng"),
        ("胜利路和新华路交叉口红绿灯坏了", "胜利路和新华路交叉口", None),
        ("请问和平小区什么时候供暖", "和平小区", None),
        ("我们向阳花园5栋楼下天天烧垃圾", "向阳花园5栋楼下", None),
        ("3号楼2单元", "3号楼2单元", None),
        ("五一北路老兵烧烤店太吵", "五一北路", None),
        ("A7县星沙街道垃圾没人管", "A7县星沙街道", None),
        ("A市A3区联丰路米兰春天G2栋320，一家影楼", "A市A3区联丰路米兰春天G2栋320", None),
        ("雄關廣場的燈不亮", "雄关广场", None),
    ],
)
def test_a_place_is_found(text: str, expected: str, area: str | None, city: CityProfile) -> None:
    said = normalise(text)
    found = place.find(said, city)

    assert found is not None
    assert (found.value.text, found.value.area_code) == (expected, area)
    assert said[found.start : found.end] == expected


def test_an_area_named_elsewhere_in_the_message_counts(city: CityProfile) -> None:
    found = place.find("幸福花园2栋停水，属于钢城街道", city)

    assert found is not None
    assert (found.value.text, found.value.area_code) == ("幸福花园2栋", "gangcheng")


@pytest.mark.parametrize(
    "text",
    [
        "暖气不热",
        "小区物业不管事",
        "马路上都是坑",
        "我们村里的路",
        "孩子在学校被老师批评",
        "这条街太吵了",
        "公交车总是晚点",
        "农村医保怎么交",
        "全市都停电了",
        "11月29号开始没水",
        "到医院看病太贵",
    ],
)
def test_common_nouns_are_no_places(text: str, city: CityProfile) -> None:
    assert place.find(text, city) is None


def test_a_guess_by_its_ending_is_less_sure_than_a_known_name(city: CityProfile) -> None:
    known = place.find("雄关广场有人摆摊", city)
    guess = place.find("实验中学门前堵车", city)

    assert known is not None
    assert guess is not None
    assert guess.confidence < 0.8 <= known.confidence


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("兰州市城关区张掖路有人占道", True),
        ("我现在在酒泉，想投诉一家酒店", True),
        ("兰州", True),
        ("兰州牛肉面太贵", False),
        ("我是北京大学毕业的，想咨询落户", False),
        ("嘉峪关市新华路路灯不亮", False),
        ("我家在新华路，单位在酒泉", False),
        ("暖气不热", False),
    ],
)
def test_a_place_in_another_city_is_noticed(text: str, outside: bool, city: CityProfile) -> None:
    assert names.is_elsewhere(text, place.find(text, city), city) is outside


@pytest.mark.parametrize(
    ("text", "expected", "area"),
    [
        ("新花中路28号门口垃圾成堆", "新华中路28号门口", None),
        ("我住五一楠路，暖气不热", "五一南路", None),
        ("方特欢乐世界门口堵车", "方特欢乐世界门口", None),  # written rightly: nothing to confirm
    ],
)
def test_a_name_typed_by_ear_is_the_citys_own_and_confirmed(
    text: str, expected: str, area: str | None, city: CityProfile
) -> None:
    found = place.find(text, city)

    assert found is not None
    assert (found.value.text, found.value.area_code) == (expected, area)
    assert (found.confidence < SURE) == (found.value.text not in text)


def test_a_name_that_sounds_like_two_of_the_citys_own_stays_as_it_is(city: CityProfile) -> None:
    first, other = (
        GazetteerEntry("嘉禾小区", "estate", "wenshu"),
        GazetteerEntry("佳和小区", "estate", "yuquan"),
    )
    known = place.find("嘉和小区3号楼停水", replace(city, gazetteer=(first,)))
    torn = place.find("嘉和小区3号楼停水", replace(city, gazetteer=(first, other)))

    assert known is not None
    assert known.value == Place("嘉禾小区3号楼", "wenshu")
    assert torn is None or "嘉禾" not in torn.value.text


@pytest.mark.parametrize("text", ["新的中路不好走", "我要五一难受", "房特欢乐"])
def test_what_only_half_sounds_like_a_name_is_none(text: str, city: CityProfile) -> None:
    assert not list(sounds.heard(text, city))


@pytest.mark.parametrize(
    ("lat", "lng", "area"),
    [(39.775, 98.282, "xiongguan"), (39.69, 98.30, "wenshu"), (39.88, 98.44, "xincheng"), (39.2, 99.2, None)],
)
def test_a_pin_lies_in_the_nearest_area(lat: float, lng: float, area: str | None, city: CityProfile) -> None:
    assert pin.area_of(lat, lng, city) == area


def test_a_pin_far_away_is_outside(city: CityProfile) -> None:
    assert pin.is_outside(36.06, 103.83, city)
    assert not pin.is_outside(39.80, 98.30, city)
    assert not pin.is_outside(39.60, 98.45, city)  # between towns: not certain


SQUARE = ((98.20, 39.70), (98.30, 39.70), (98.30, 39.80), (98.20, 39.80))
"""Corners as (lng, lat)."""


def _drawn(city: CityProfile) -> CityProfile:
    areas = {**city.areas, "wenshu": replace(city.areas["wenshu"], border=SQUARE)}
    return replace(city, areas=areas)


@pytest.mark.parametrize(
    ("lat", "lng", "area"),
    [
        (39.75, 98.25, "wenshu"),  # nearer to another centre, but inside the border
        (39.775, 98.282, "wenshu"),
        (39.69, 98.31, None),  # beside its centre and beyond its border, and nobody else's
        (39.88, 98.44, "xincheng"),  # without a border: by its centre
    ],
)
def test_a_border_says_more_than_a_centre(
    lat: float, lng: float, area: str | None, city: CityProfile
) -> None:
    assert pin.area_of(lat, lng, _drawn(city)) == area


def test_a_pin_in_a_wide_area_is_not_outside(city: CityProfile) -> None:
    wide = ((90.0, 30.0), (100.0, 30.0), (100.0, 40.0), (90.0, 40.0))
    areas = {"xincheng": replace(city.areas["xincheng"], border=wide)}
    assert not pin.is_outside(35.0, 95.0, replace(city, areas=areas))


def test_a_known_point_close_by_speaks_for_its_area(city: CityProfile) -> None:
    estate = GazetteerEntry("嘉禾小区", "estate", "yuquan", (), 39.775, 98.282)
    assert pin.area_of(39.776, 98.283, replace(city, gazetteer=(estate,))) == "yuquan"
    assert pin.area_of(39.785, 98.282, replace(city, gazetteer=(estate,))) == "xiongguan"  # a kilometre off


def test_a_wechat_pin_is_moved_to_where_it_stands() -> None:
    lat, lng = pin._wgs84(39.910103, 116.403639)  # a square in the capital, as GCJ-02 has it
    assert (round(lat, 3), round(lng, 3)) == (39.909, 116.397)
