"""Whole messages, read: everything they say at once, for either city."""

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intake
from intake.city import CityProfile, load
from intake.model.reading import Found, Reading
from intake.understand.normalise import normalise
from intake.understand.reader import read

CITY = load("jiayuguan")


def values(reading: Reading) -> dict[str, object]:
    """What was found, without spans."""
    fields = ("phone", "name", "place", "subject", "wish", "appeal_type")
    found = {field: getattr(reading, field) for field in fields}
    return {field: f.value for field, f in found.items() if f is not None}


def test_a_complete_first_message(city: CityProfile, now: datetime) -> None:
    reading = read(
        "您好，我姓张，家住雄关街道五一南路12号楼3单元502，暖气不热三天了，室温只有13度，"
        "我要投诉供热公司，希望尽快解决，电话１３８１２３４５６７８",
        city,
        now,
    )

    assert reading.phone is not None
    assert reading.phone.value == "13812345678"
    assert reading.name is not None
    assert reading.name.value == "张"
    assert reading.place is not None
    assert reading.place.value.text == "雄关街道五一南路12号楼3单元502"
    assert reading.place.value.area_code == "xiongguan"
    assert reading.subject is not None
    assert reading.subject.value == "供热公司"
    assert reading.category is not None
    assert reading.category.code == "010101"
    assert reading.occurred is not None
    assert reading.occurred.value.ongoing is True
    assert reading.appeal_type is not None
    assert reading.appeal_type.value == "TS"
    assert reading.safety is None


def test_the_same_in_another_city(other_city: CityProfile, now: datetime) -> None:
    reading = read("银湾天琴路5号楼下堆满垃圾，太吵的是收废品的喇叭", other_city, now)

    assert reading.place is not None
    assert (reading.place.value.text, reading.place.value.area_code) == ("银湾天琴路5号楼下", "bay")
    assert reading.category is not None
    assert reading.category.code.startswith("10")
    assert other_city.responsible(reading.category.code, "bay")[0] == "bay_office"


def test_a_city_does_not_know_the_others_names(
    city: CityProfile, other_city: CityProfile, now: datetime
) -> None:
    ours = read("雄关广场的灯不亮", city, now)
    theirs = read("雄关广场的灯不亮", other_city, now)

    assert ours.place is not None
    assert theirs.place is not None
    assert theirs.place.confidence < ours.place.confidence


def test_a_command_is_only_a_command(city: CityProfile, now: datetime) -> None:
    reading = read("查進度　１２３４", city, now)

    assert (reading.command, reading.command_rest) == ("progress", "1234")
    assert values(reading) == {}


def test_a_number_is_only_a_number(city: CityProfile, now: datetime) -> None:
    reading = read("２", city, now)

    assert (reading.number, reading.command) == (2, None)


@pytest.mark.parametrize("text", ["你好", "您好！", "Hello", "在吗？"])
def test_a_hello_is_a_greeting(text: str, city: CityProfile, now: datetime) -> None:
    assert read(text, city, now).greeting


@pytest.mark.parametrize("text", ["", "   ", "\n\u200b\ufeff", "\x00\x07"])
def test_nothing_said_is_an_empty_reading(text: str, city: CityProfile, now: datetime) -> None:
    assert read(text, city, now) == Reading()


def test_an_address_is_not_read_as_a_date_nor_a_phone_as_an_address(city: CityProfile, now: datetime) -> None:
    reading = read("新华中路28号，0937-6312345", city, now)

    assert reading.occurred is None
    assert reading.place is not None
    assert reading.place.value.text == "新华中路28号"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("催辦、補充、繼續", "催办、补充、继续"),
        ("你好\u200b，\x00世界\ufeff", "你好，世界"),
        ("第一行\r\n第二行", "第一行\n第二行"),
        ("保留，。！？标点", "保留，。！？标点"),
        ("\ud800坏字符", "坏字符"),
    ],
)
def test_text_is_made_plain(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_a_text_beyond_every_platforms_limit_is_cut(city: CityProfile, now: datetime) -> None:
    assert len(read("冷" * 20_000, city, now).text) == 5000


PIECES = st.sampled_from(
    re.split(
        "/",
        "暖气不热/，/五一南路/12号楼/13812345678/我姓张/昨天/25点/2月30日/投诉/物业/\n/ /和/在/"
        "请/希望/1/第/个/查进度/修改/A3区/（/😀/煤气/没有/路/小区/三/十/点/半/+86 /号/的/月/日/周/前",
    )
)


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map("".join)))
def test_no_message_breaks_the_reader_and_spans_lie_in_the_text(text: str) -> None:
    reading = read(text, CITY, datetime.fromisoformat("2026-11-23T10:00:00+08:00"))

    for field in reading.__slots__:
        found = getattr(reading, field)
        if isinstance(found, Found):
            assert 0 <= found.start < found.end <= len(reading.text)
            assert 0 < found.confidence <= 1


def test_no_wording_stands_in_the_code() -> None:
    root = Path(intake.__file__).parent
    modules = [*(root / "understand").rglob("*.py"), *(root / "city").glob("*.py")]

    assert [
        path.name for path in modules if re.search("[\u3000-\u9fff\uff00-\uffef]", path.read_text("utf-8"))
    ] == []


def test_nothing_is_read_when_the_modules_are_imported() -> None:
    code = (
        "import intake.understand.reader\n"
        "from intake.understand import lexicon\n"
        "print(lexicon.file.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout.strip() == "0"
