"""Many citizens on one event: how many there are is told, and their tickets hang together."""

from dataclasses import replace
from typing import Any

import pytest

from intake.understand.pair_weights import MARKS, NOTHING_LEARNT, learnt
from intake.understand.same_event import SimilarReport, is_same, likeness, matter_of, names_in, said_of

NOISE = "锦绣花园小区门口的工地半夜还在施工，噪音太大，老人孩子没法睡觉，请尽快处理"
OTHERS = (
    SimilarReport("WX261123080000003", 3, "锦绣花园门口工地通宵施工，噪音大得睡不着，请管管"),
    SimilarReport("WX261123080000002", 2, "锦绣花园旁边工地半夜施工扰民，孩子没法睡觉"),
)
SURE = f"我住雄关街道，{NOISE}。我姓王，电话13900000000"


@pytest.fixture
def crowded(known: Any) -> Any:
    known.echoes = OTHERS
    return known


def go(chat: Any) -> Any:
    chat.says(SURE)
    return chat.says("对") if "锦绣花园" in chat.text and "不对的话" in chat.text else chat


def test_the_number_is_told_and_nothing_of_what_the_others_said(crowded: Any) -> None:
    go(crowded).hears("已有2位市民", "锦绣花园").hears_not("通宵", "WX2611230800")


def test_together_the_first_one_is_the_master(crowded: Any) -> None:
    go(crowded).says("一并登记").hears("请核对").says("提交").hears("已登记")
    ticket = crowded.filed[0]
    assert ticket.related_to == "WX261123080000002"
    assert "related" in ticket.labels


def test_who_joins_later_hangs_on_the_same_master(crowded: Any) -> None:
    first, second = OTHERS
    crowded.echoes = (replace(first, related_to="WX261101000000001"), second)
    go(crowded).says("一并登记").says("提交")
    assert crowded.filed[0].related_to == "WX261101000000001"


def test_alone_it_is_filed_alone_and_not_asked_again(crowded: Any) -> None:
    go(crowded).says("单独登记").hears("请核对").says("还有渣土车乱跑").hears("请核对").says("提交")
    assert crowded.filed[0].related_to is None


def test_more_of_the_story_is_kept_and_the_question_waits(crowded: Any) -> None:
    go(crowded).says("昨天晚上到三点多还在施工").hears("已有2位市民").taps("一并登记").hears("请核对")
    assert "三点多" in crowded.draft.content


def test_a_summary_that_is_shown_stays_when_others_report_meanwhile(known: Any) -> None:
    known.echoes = ()
    go(known).hears("请核对")
    known.echoes = OTHERS
    known.presses("place", "skip").hears("过期").hears("请核对").says("提交").hears("已登记")


@pytest.mark.parametrize(
    "others",
    [
        OTHERS[:1],
        (OTHERS[0], replace(OTHERS[1], citizen=3)),
        tuple(replace(one, content="锦绣花园的暖气不热，只有十几度，物业不管") for one in OTHERS),
        (),
    ],
    ids=["one other", "the same person twice", "another matter at the place", "nobody"],
)
def test_who_is_alone_is_not_asked(known: Any, others: tuple[SimilarReport, ...]) -> None:
    known.echoes = others
    go(known).hears("请核对")


def test_a_crowd_that_has_gone_meanwhile_does_not_stop_the_form(crowded: Any) -> None:
    go(crowded).hears("已有2位市民")
    crowded.echoes = ()
    crowded.says("一并登记").hears("请核对")


def test_a_matter_is_found_by_its_estate_rather_than_its_road(jiayuguan: Any) -> None:
    assert matter_of("五一南路锦绣花园小区3号楼2单元", jiayuguan) == "锦绣花"
    assert matter_of("五一南路", jiayuguan) == "五一南"
    assert matter_of("39.77500,98.28200", jiayuguan) is None
    assert "锦绣花" in names_in(NOISE, jiayuguan)


def test_texts_about_one_thing_are_more_alike(jiayuguan: Any) -> None:
    said = said_of(NOISE, "", jiayuguan, NOTHING_LEARNT)
    assert likeness(said, OTHERS[0].content) > 0.1
    assert likeness(said, "锦绣花园的暖气不热，只有十几度，物业不管") < 0.05  # the place alone says nothing
    assert likeness(said, "") == 0.0


def _at(where: str, echo: SimilarReport) -> SimilarReport:
    return replace(echo, content=echo.content.replace("锦绣花园", where), where=where)


def test_two_houses_of_one_road_are_two_events(known: Any) -> None:
    known.echoes = tuple(_at("新华路1号", echo) for echo in OTHERS)
    known.says(SURE.replace("锦绣花园小区", "新华路3号")).hears("请核对").hears_not("位市民")


def test_the_same_house_of_a_road_is_one_event(known: Any) -> None:
    known.echoes = tuple(_at("新华路3号", echo) for echo in OTHERS)
    known.says(SURE.replace("锦绣花园小区", "新华路三号")).hears("已有2位市民")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("新华路3号停水了", "新华路1号停水了", False),
        ("新华路3号停水了", "新华路停水了，我家住1号", True),  # the whole road, perhaps
        ("新华路十二号停水了", "新华路12号停水了", True),
        ("新华路3-9号停水了", "新华路9号停水了", True),
        ("新华路3号停水了", "五一南路1号停水了", True),  # other roads are told apart by their names
        ("新华路3号晚上停水了", "新华路1号停水了", True),  # a day of the month
    ],
)
def test_only_numbers_of_one_road_keep_two_appeals_apart(
    one: str, other: str, expected: bool, jiayuguan: Any
) -> None:
    assert (
        is_same(said_of(one, "", jiayuguan, NOTHING_LEARNT), SimilarReport("WX1", 2, other), jiayuguan)
        is expected
    )


HEATING = tuple(f"新华路{number}号的暖气不热，室温只有十几度，请尽快处理" for number in range(60))
LOAN = "捷速速贷暴力催收，我借一万要还两万，请查处捷速速贷"


def test_what_everybody_writes_tells_little_and_leads_to_nobody() -> None:
    rarity = learnt(HEATING)
    assert "捷速" in rarity.marks(LOAN)
    assert "请查" in rarity.marks(LOAN)
    assert not {"暖气", "不热", "尽快"} & set(rarity.marks(f"{HEATING[0]}。{LOAN}"))
    assert len(rarity.marks(LOAN * 9)) == MARKS
    assert rarity.marks("室温只有十几度，请尽快处理") == ()


@pytest.mark.parametrize(("theirs", "more"), [(1, 0), (2, 0), (60, 80)], ids=["two", "four", "120 of 200"])
def test_an_event_that_most_of_the_latest_write_of_is_still_one(
    theirs: int, more: int, jiayuguan: Any
) -> None:
    said = [one.content for one in OTHERS] * theirs
    rarity = learnt([*said, *(HEATING * 2)[:more]])
    assert all(is_same(said_of(NOISE, "", jiayuguan, rarity), other, jiayuguan) for other in OTHERS)


def test_little_learnt_leads_nowhere() -> None:
    assert learnt(HEATING[:9]).marks(LOAN) == ()


LENT = tuple(
    SimilarReport(f"WX26112308000000{number}", number, f"被捷速速贷骗了，{why}，请查处")
    for number, why in ((2, "要还两万"), (3, "暴力催收"))
)


def test_where_no_place_has_a_name_the_words_find_the_others(known: Any) -> None:
    known.echoes = LENT
    known.says(f"我投诉捷速速贷公司。{LOAN}。我姓王，电话13900000000").hears("哪里")
    known.says("在网上").hears("已有2位市民", "网上")


def test_a_matter_without_a_place_has_a_crowd_too(known: Any) -> None:
    known.echoes = LENT
    known.says(f"我建议{LOAN}。我姓王，电话13900000000").hears("已有2位市民反映类似情况").hears_not("“")


def test_two_places_are_two_events_however_alike_the_words(known: Any) -> None:
    known.echoes = tuple(_at("雄关广场", echo) for echo in OTHERS)
    go(known).hears("请核对").hears_not("位市民")
