"""Every formula against numbers reckoned by hand, the seed's own among them; zero denominators first."""

from decimal import Decimal
from fractions import Fraction

import pytest

from desk.statistics.rates import (
    Counts,
    Intake,
    Ratio,
    Tier,
    all_full,
    composite,
    growth,
    intake_rates,
    percent,
    points,
    rates,
    ratio,
    rounded,
    shares,
    tier,
    unit_mean,
)
from intake.city import FORMULAS, Formula, RateRules

JYG, BEIJING, ZHUNGER = FORMULAS["jyg"], FORMULAS["beijing_like"], FORMULAS["zhunger_like"]

MONTH = Counts(  # one unit's month, made up
    tickets=40,
    judged_signing=38,
    signed_in_time=36,
    completed=35,
    judged_handling=37,
    done_in_time=33,
    done_late=2,
    open_late=2,
    attempted=34,
    called_back=34,
    answered=25,
    contacted=24,
    satisfied=15,
    basically=6,
    dissatisfied=4,
    solved=16,
    partly=5,
    unsolved=4,
    returned=3,
    moved=4,
    extended=2,
    reworked=5,
    supervised=1,
    repeated=2,
    minutes=35 * 600,
)


def shown(found: Ratio) -> Decimal | None:
    return percent(found.value)


def test_nothing_at_all_gives_no_rate_neither_0_nor_100() -> None:
    for formula in FORMULAS.values():
        assert {one.value for one in rates(Counts(), formula).values()} == {None}
    assert {one.value for one in intake_rates(Intake()).values()} == {None}
    assert composite(rates(Counts(), BEIJING), BEIJING) is None
    assert unit_mean([]) is None
    assert growth(5, 0) is None
    assert points(None, Fraction(1)) is None
    assert percent(None) is None
    assert not all_full(rates(Counts(), JYG), JYG.three)


def test_a_score_lacks_what_one_of_its_rates_lacks() -> None:
    nobody_answered = Counts(tickets=5, judged_signing=5, signed_in_time=5, completed=5, attempted=5)
    assert composite(rates(nobody_answered, ZHUNGER), ZHUNGER) is None


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("response", "94.74"),  # 36 / 38
        ("completed", "87.50"),  # 35 / 40
        ("on_time", "89.19"),  # 33 / 37
        ("satisfied", "84.00"),  # (15 + 6) / 25
        ("solved", "64.00"),  # 16 / 25
        ("called_back", "97.14"),  # 34 / 35
        ("effective", "73.53"),  # 25 / 34
        ("returned", "7.50"),  # 3 / 40
        ("extended", "5.00"),  # 2 / 40
        ("reworked", "14.29"),  # 5 / 35
        ("overdue", "10.00"),  # (2 + 2) / 40
    ],
)
def test_each_rate_as_reckoned_by_hand(rate: str, expected: str) -> None:
    assert shown(rates(MONTH, JYG)[rate]) == Decimal(expected)


def test_beijings_way_asks_the_citizen_and_gives_half_hearted_answers_nine_tenths() -> None:
    found = rates(MONTH, BEIJING)
    assert shown(found["response"]) == Decimal("96.00")  # 24 / 25
    assert shown(found["satisfied"]) == Decimal("81.60")  # (15 + 5.4) / 25
    # .10 * .96 + .50 * .64 + .40 * .816 = .096 + .32 + .3264
    assert percent(composite(found, BEIJING)) == Decimal("74.24")


def test_zhungers_way_weighs_thirty_and_twice_thirty_five() -> None:
    # .30 * 36/38 + .35 * .64 + .35 * .84 = .284210… + .224 + .294
    assert percent(composite(rates(MONTH, ZHUNGER), ZHUNGER)) == Decimal("80.22")


def test_a_city_may_let_partly_solved_count_half() -> None:
    assert shown(rates(MONTH, Formula(partly=0.5))["solved"]) == Decimal("74.00")  # (16 + 2.5) / 25


def test_jiayuguan_has_no_score() -> None:
    assert composite(rates(MONTH, JYG), JYG) is None


def test_the_centres_own_rates() -> None:
    intake = Intake(
        submitted=110, void=4, recalled=6, accepted=98, direct=70, forwarded=24, ended=3, praise=2
    )
    assert intake.valid == 100
    found = intake_rates(intake)
    assert shown(found["direct"]) == Decimal("71.43")  # 70 / 98
    assert shown(found["forwarded"]) == Decimal("96.00")  # 24 / (98 - 70 - 3)


def test_weighted_and_unit_mean_are_two_numbers() -> None:
    units = [ratio(90, 100), ratio(2, 2), ratio(0, 0)]
    assert percent(unit_mean(units)) == Decimal("95.00")  # (90 + 100) / 2; the third has no rate
    assert shown(ratio(92, 102)) == Decimal("90.20")


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (9, 9, Tier.TOO_FEW),
        (0, 0, Tier.TOO_FEW),
        (10, 10, Tier.EXCELLENT),
        (98, 100, Tier.EXCELLENT),
        (979, 1000, Tier.GOOD),
        (95, 100, Tier.GOOD),
        (949, 1000, Tier.FAIR),
        (90, 100, Tier.FAIR),
        (89, 100, Tier.LAGGING),
    ],
)
def test_grades_and_the_guard_against_small_samples(part: int, whole: int, expected: Tier) -> None:
    assert tier(ratio(part, whole).value, whole, RateRules()) is expected


def test_what_is_not_all_never_reads_100_and_what_is_not_none_never_0() -> None:
    assert percent(Fraction(99_999, 100_000)) == Decimal("99.99")
    assert percent(Fraction(1, 100_000)) == Decimal("0.01")
    assert percent(Fraction(1)) == Decimal("100.00")
    assert percent(Fraction(0)) == Decimal("0.00")


def test_rounding_goes_half_up_on_the_exact_fraction() -> None:
    assert percent(Fraction(12345, 100_000)) == Decimal("12.35")  # 12.345
    assert rounded(Fraction(-125, 100), 1) == Decimal("-1.3")


def test_units_that_have_most_come_first_with_their_running_share() -> None:
    found = shares({"a": 10, "b": 50, "c": 40})
    assert [(one.unit, shown(one.share), shown(one.cumulative)) for one in found] == [
        ("b", Decimal("50.00"), Decimal("50.00")),
        ("c", Decimal("40.00"), Decimal("90.00")),
        ("a", Decimal("10.00"), Decimal("100.00")),
    ]


# --- the figures of the speech this product was asked for with -------------------------------------


def test_the_seeds_year() -> None:
    year = Counts(
        tickets=17_400,
        judged_signing=17_400,
        signed_in_time=17_400,
        completed=17_386,
        satisfied=12_000,
        basically=2_226,
        dissatisfied=774,
    )
    found = rates(year, JYG)
    assert shown(found["response"]) == Decimal("100.00")
    assert shown(found["completed"]) == Decimal("99.92")  # 17,386 / 17,400
    assert shown(found["satisfied"]) == Decimal("94.84")  # 14,226 / 15,000
    year_before = rates(Counts(satisfied=8_000, basically=400, dissatisfied=1_600), JYG)
    assert shown(year_before["satisfied"]) == Decimal("84.00")
    gained = points(found["satisfied"].value, year_before["satisfied"].value)
    assert gained is not None
    assert rounded(gained, 1) == Decimal("10.8")


def test_the_seeds_three_units() -> None:
    found = shares({"urban": 2_816, "property": 2_480, "health": 2_151, "all others": 9_953})
    assert percent(found[3].cumulative.value) == Decimal("100.00")
    three = sum(one.tickets for one in found[1:])
    assert shown(ratio(three, 17_400)) == Decimal("42.80")


def test_the_seeds_growth() -> None:
    assert percent(growth(90_960, 60_802), 1) == Decimal("49.6")
    assert percent(growth(97, 13), 1) == Decimal("646.2")


def test_the_seeds_first_quarter() -> None:
    quarter = Counts(
        tickets=4_902,
        judged_signing=4_902,
        signed_in_time=4_902,
        completed=4_902,
        satisfied=4_140,
        dissatisfied=60,
    )
    found = rates(quarter, JYG)
    assert [shown(found[name]) for name in JYG.three] == [
        Decimal("100.00"),
        Decimal("100.00"),
        Decimal("98.57"),
    ]
    assert not all_full(found, JYG.three)
