"""A report never reaches whom it names: in whatever words of it, however written, and whenever they come."""

from dataclasses import replace
from typing import Any

import pytest

from desk.actions.tickets import UnknownTicket
from desk.app import Desk
from desk.search import search
from desk.tickets import notices
from desk.workflow.states import Actor, Refused, Role
from intake.city import CityProfile, Unit, load
from intake.form.accused_unit import ReportWords, accused

CENTRE = Actor(Role.CENTRE, "wang")
HEATING = Actor(Role.UNIT, "sun", "heating")
HOUSING = Actor(Role.UNIT, "li", "housing")
LEADER = Actor(Role.LEADER, "sun")
BLIND_SPOTS = (
    {"content": "供热公司的班长倒卖燃煤"},
    {"content": "有人倒卖燃煤", "expectation": "请查处供热公司"},
    {"content": "有人倒卖燃煤", "title": "关于市民举报供热公司倒卖燃煤的问题"},
    {"content": "有人倒卖燃煤", "place": {"text": "供热公司院内锅炉房"}},
    {"content": "有人倒卖燃煤", "labels": ["供热公司"]},
    {"content": "有人倒卖燃煤", "occurred": {"text": "供热公司值班的时候"}},
    {"content": "我要举报供 热 公 司倒卖燃煤"},
    {"content": "我要举报供\u200b热\u200d公\ufeff司倒卖燃煤"},
    {"content": "我要举报供·热*公…司倒卖燃煤"},
    {"content": "我要舉報供熱公司倒賣燃煤"},
    {"content": "我要举报ＨＴ１２热力倒卖燃煤"},
    {"content": "供热有限责任公司的人收钱"},
    {"content": "热力公司的人收钱"},
    {"content": "找过供热公司，他们的班长还打人"},
    {"content": "给供热公司的班长送过钱"},
)


@pytest.fixture
def city(city: CityProfile) -> CityProfile:
    heating = Unit("heating", "供热公司", kind="enterprise", aliases=("热力公司", "HT12热力"))
    return replace(city, units={**city.units, "heating": heating})


@pytest.fixture
def told(document: dict[str, Any]) -> dict[str, Any]:
    """A report that names nobody yet."""
    nobody = {"title": "举报", "content": "有人倒卖燃煤", "expectation": None, "subject": None, "place": None}
    return document | nobody | {"appeal_type": "JB"}


async def heard_by_the_centre(desk: Desk) -> list[str]:
    async with desk.database.read() as tx:
        return [one.kind for one in await notices.latest(tx, CENTRE)]


@pytest.mark.parametrize("words", BLIND_SPOTS)
async def test_it_is_not_dispatched_to_whom_it_names_anywhere(
    caller: Any, walk: Any, told: dict[str, Any], words: dict[str, Any]
) -> None:
    life = walk(await caller.file(told | words))
    await life("accept")
    for fields in ({"lead_unit": "heating"}, {"lead_unit": "housing", "co_units": ("heating",)}):
        with pytest.raises(Refused, match="about this unit"):
            await life("dispatch", **fields)
    assert (await life("dispatch", lead_unit="housing")).life.lead_unit == "housing"
    with pytest.raises(Refused, match="about this unit"):
        await life("reassign", lead_unit="heating", text="theirs")
    with pytest.raises(Refused, match="about this unit"):
        await life("assist", co_units=("heating",), text="help")


async def test_words_that_come_before_the_dispatch_count(
    caller: Any, walk: Any, told: dict[str, Any]
) -> None:
    report = await caller.file(told)
    await walk(report)("accept")
    await caller.tell(report, "supplement", text="就是供 熱 公 司的人")
    with pytest.raises(Refused, match="about this unit"):
        await walk(report)("dispatch", lead_unit="heating")


@pytest.mark.parametrize("helper", [False, True])
@pytest.mark.parametrize("by_the_centre", [False, True])
async def test_words_that_come_after_the_dispatch_take_it_out_of_their_sight(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any], *, helper: bool, by_the_centre: bool
) -> None:
    report = await caller.file(told)
    await walk(report)("accept")
    given = {"lead_unit": "housing", "co_units": ("heating",)} if helper else {"lead_unit": "heating"}
    await walk(report)("dispatch", **given)
    assert (await desk.ticket(report, HEATING)).life.readers >= {"heating"}
    assert [one.hotline_ref for one in await desk.queue(HEATING)] == [report]
    if by_the_centre:
        await walk(report)("supplement", CENTRE, text="来电补充：是供热公司的班长")
    else:
        await caller.tell(report, "supplement", text="是供热公司的班长")
    with pytest.raises(UnknownTicket):
        await desk.ticket(report, HEATING)
    assert await desk.queue(HEATING) == ()
    assert await desk.counts(HEATING) == {}
    async with desk.database.read() as tx:
        assert await search.find(tx, HEATING, "倒卖燃煤") == ()
        assert await notices.latest(tx, HEATING) == ()
        assert await notices.count(tx, HEATING) == 0
    assert "conflict" in await heard_by_the_centre(desk)
    with pytest.raises(UnknownTicket):
        await desk.act(report, "sign", HEATING, 4)


async def test_the_centre_gives_it_to_somebody_else_then(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any]
) -> None:
    report = await caller.file(told)
    await walk(report)("accept")
    await walk(report)("dispatch", lead_unit="heating")
    await caller.tell(report, "supplement", text="是供热公司的班长")
    await walk(report)("reassign", lead_unit="housing", text="conflict")
    assert (await desk.ticket(report, HOUSING)).life.lead_unit == "housing"
    with pytest.raises(UnknownTicket):
        await desk.ticket(report, HEATING)
    with pytest.raises(Refused, match="about this unit"):
        await walk(report)("reassign", lead_unit="heating", text="back")


async def test_the_same_words_twice_ring_once(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any]
) -> None:
    report = await caller.file(told)
    await walk(report)("accept")
    await walk(report)("dispatch", lead_unit="heating")
    for _ in range(2):
        await caller.tell(report, "supplement", "one", text="是供热公司的班长")
    await caller.tell(report, "supplement", "two", text="供热公司")
    assert (await heard_by_the_centre(desk)).count("conflict") == 1


async def test_what_an_erasure_hides_is_not_forgotten_by_the_guard(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any]
) -> None:
    report = await caller.file(told)
    await walk(report)("accept")
    await walk(report)("dispatch", lead_unit="heating")
    await caller.tell(report, "supplement", text="是供热公司的班长")
    await caller.tell(report, "erase")
    with pytest.raises(UnknownTicket):
        await desk.ticket(report, HEATING)


async def test_words_that_come_too_late_for_a_step_count_too(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any]
) -> None:
    report = await caller.file(told)
    await walk(report)("accept")
    await walk(report)("dispatch", lead_unit="heating")
    await walk(report)("sign", HEATING)
    await walk(report)("contact", HEATING)
    await walk(report)("answer", HEATING, public_text="Looked into.", internal_text="-")
    await walk(report)("complete")
    await caller.tell(report, "withdraw", text="供热公司自己查自己")
    with pytest.raises(UnknownTicket):
        await desk.ticket(report, HEATING)


async def test_it_is_not_merged_into_a_ticket_of_whom_it_names(
    caller: Any, walk: Any, document: dict[str, Any], told: dict[str, Any]
) -> None:
    master = await caller.file(document | {"idempotency_key": "master", "reference": "WX2"})
    await walk(master)("accept")
    await walk(master)("dispatch", lead_unit="heating")
    report = await caller.file(told | {"content": "供 热 公 司的班长倒卖燃煤"})
    with pytest.raises(Refused, match="about this unit"):
        await walk(report)("merge", master_ref=master)


async def test_what_was_merged_into_a_ticket_goes_for_it_too(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any]
) -> None:
    master = await caller.file(told | {"idempotency_key": "master", "reference": "WX2"})
    report = await caller.file(told | {"content": "供热公司的班长倒卖燃煤"})
    await walk(report)("merge", master_ref=master)
    await walk(master)("accept")
    with pytest.raises(Refused, match="about this unit"):
        await walk(master)("dispatch", lead_unit="heating")
    quiet = await caller.file(told | {"idempotency_key": "quiet", "reference": "WX3"})
    second = await caller.file(told | {"idempotency_key": "second", "reference": "WX4"})
    await walk(second)("merge", master_ref=quiet)
    await walk(quiet)("accept")
    await walk(quiet)("dispatch", lead_unit="heating")
    await caller.tell(second, "supplement", text="是供热公司的班长")
    with pytest.raises(UnknownTicket):
        await desk.ticket(quiet, HEATING)


async def test_a_complaint_about_a_unit_stays_that_units(
    desk: Desk, caller: Any, walk: Any, told: dict[str, Any]
) -> None:
    complaint = await caller.file(told | {"appeal_type": "TS", "content": "供热公司不供暖"})
    await walk(complaint)("accept")
    await walk(complaint)("dispatch", lead_unit="heating")
    await caller.tell(complaint, "supplement", text="供热公司还是不供暖")
    assert (await desk.ticket(complaint, HEATING)).life.barred == ()


# --- whom words name


@pytest.mark.parametrize(
    ("said", "units"),
    [
        ("小贩占道，我找过城管局没人管，举报他", set()),
        ("工地夜里施工，希望城管局来查处", set()),
        ("饭店无证，请市场监管局依法查处", set()),
        ("五一路的饭店无证经营", set()),
        ("举报城管局不作为，找过城管局没人管", {"urban_management"}),
        ("向城管局交了黑钱才让摆摊", {"urban_management"}),
        ("希望城管局处理他们的中队长", {"urban_management"}),
        ("市监局的人收钱", {"market"}),
        ("综合执法局的车乱停", {"urban_management"}),
        ("环保部门的科长收钱", {"ecology"}),
        ("国网的抄表员收钱", {"state_grid"}),
        ("住 建　局科长收钱", {"housing_construction"}),
        ("中國電信營業廳亂收費", {"telecom"}),
    ],
)
def test_every_name_accuses_but_an_authority_that_is_turned_to(said: str, units: set[str]) -> None:
    assert accused("JB", ReportWords(sentences=(said,)), load("jiayuguan")) == units


@pytest.mark.parametrize(
    ("place", "units"),
    [("供热公司院内", {"heating"}), ("供热公司对面的饭店", set()), ("热力公司", {"heating"})],
)
def test_what_it_lies_beside_is_not_accused(place: str, units: set[str]) -> None:
    assert accused("JB", ReportWords(places=(place,)), load("jiayuguan")) == units


def test_a_latin_name_is_a_word_of_its_own(city: CityProfile) -> None:
    here = replace(city, units={"street": Unit("street", "Street"), "port": Unit("port", "Port")})
    assert accused("JB", ReportWords(sentences=("I report the import of coal, s t r e e t",)), here) == {
        "street"
    }


def test_a_long_text_is_read_to_its_end(city: CityProfile) -> None:
    said = "找城管局没人管" * 5_000 + "供 " * 30_000 + "供热公司"
    assert accused("JB", ReportWords(sentences=(said,)), city) == {"heating"}
