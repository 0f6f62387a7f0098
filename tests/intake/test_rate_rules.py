"""What a city may say about its rates, and what contradicts itself."""

from pathlib import Path

import pytest

from intake.city import FORMULAS, load, problems
from intake.city.file import CITIES


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ('[rates]\nuse = "moon"', "rates.use", "formula 'moon' is none of"),
        ("[rates]\nmonth_starts_on = 0", "rates.month_starts_on", "between 1 and 28"),
        ("[rates]\nmonth_starts_on = 29", "rates.month_starts_on", "between 1 and 28"),
        ("[rates]\nsmallest_sample = 0", "rates.smallest_sample", "at least 1"),
        ("[rates]\ntiers = [90, 95, 98]", "rates.tiers", "must fall"),
        ("[rates]\ntiers = [90, 80]", "rates.tiers", "missing"),
        ('[rates]\nevaluation = "best_round"', "rates.evaluation", "first_round or last_round"),
        ("[rates]\ncolour = 1", "rates.colour", "unknown key"),
        ('[rates.formulas.own]\nresponse = "fast"', "rates.formulas.own.response", "contacted or signed"),
        ("[rates.formulas.own]\nbasically = 1.1", "rates.formulas.own.basically", "between 0 and 1"),
        ("[rates.formulas.own]\npartly = -0.1", "rates.formulas.own.partly", "between 0 and 1"),
        ('[rates.formulas.own]\nthree = ["solved", "solved", "solved"]', "rates.formulas.own.three", "three"),
        (
            '[rates.formulas.own]\nthree = ["direct", "solved", "satisfied"]',
            "rates.formulas.own.three",
            "'direct'",
        ),
        ("[rates.formulas.own]\nweights = { luck = 1.0 }", "rates.formulas.own.weights", "unknown rate"),
        ("[rates.formulas.own]\nweights = { solved = 0.5 }", "rates.formulas.own.weights", "add up to 1"),
        ('[rates.formulas.own]\nlabels = { luck = "x" }', "rates.formulas.own.labels", "unknown rate 'luck'"),
    ],
)
def test_a_contradiction_is_named_with_its_key(tmp_path: Path, text: str, key: str, reason: str) -> None:
    path = tmp_path / "town.toml"
    path.write_text(f"{(CITIES / 'xinghe.toml').read_text('utf-8')}\n{text}\n", "utf-8")
    assert any(key in mistake and reason in mistake for mistake in problems(path)), problems(path)


def test_a_city_that_says_nothing_reckons_by_the_products_own_formulae() -> None:
    city = load("xinghe")
    assert city.rates.formula == FORMULAS["jyg"]
    assert city.rates.known == FORMULAS


def test_a_citys_own_formula_prevails_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    own = '[rates]\nuse = "jyg"\n[rates.formulas.jyg]\nbasically = 0.5\nlabels = { response = "转办率" }\n'
    path.write_text((CITIES / "xinghe.toml").read_text("utf-8") + own, "utf-8")
    city = load(path)
    assert (city.rates.formula.basically, city.rates.formula.labels["response"]) == (0.5, "转办率")
    assert city.rates.known["beijing_like"] == FORMULAS["beijing_like"]


def test_the_first_citys_file_writes_the_three_formulae_out() -> None:
    assert load("jiayuguan").rates.known == FORMULAS
