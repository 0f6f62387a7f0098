"""A model's word and the keywords' word about one story: which prevails, and when nobody is sure."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from intake.city import CityProfile, ClassifierRules, problems
from intake.model.ports import Opinion
from intake.understand.categories.judge import MOST, judged

LABELS = {"works": ("01", "02", "03", "05"), "schools": ("11",), "trade": ("14",)}
"""Of the profile of 嘉峪关: what each of the model's labels may mean."""


@dataclass(frozen=True, slots=True)
class Says:
    """A model that always says the same."""

    ranked: tuple[tuple[str, float], ...]
    sure: bool = True
    labels: tuple[str, ...] = tuple(LABELS)

    def of_text(self, text: str) -> Opinion:
        return Opinion(self.ranked, self.sure)


def with_model(city: CityProfile, *ranked: tuple[str, float], sure: bool = True) -> CityProfile:
    rules = ClassifierRules("var/model", LABELS)
    return replace(city, classifier=rules, judge=Says(ranked, sure))


def test_without_a_model_the_keywords_decide(city: CityProfile) -> None:
    found = judged("家里暖气不热", city)
    assert found.category is not None
    assert found.likely == ()


def test_keywords_make_the_label_exact(city: CityProfile) -> None:
    alone = judged("家里暖气不热", city).category
    assert alone is not None
    label = next((label for label, codes in LABELS.items() if alone.code.startswith(codes)), "works")
    found = judged("家里暖气不热", with_model(city, (label, 0.97)))
    assert found.category is not None
    assert found.category.code.startswith(LABELS[label])
    assert found.category.confidence == 0.97


def test_a_sure_model_prevails_over_keywords_of_another_class(city: CityProfile) -> None:
    found = judged("家里暖气不热", with_model(city, ("schools", 0.999)))
    assert found.category is not None
    assert found.category.code.startswith("11")
    assert found.category.confidence == MOST  # what a citizen chose is surer than any model


def test_where_it_abstains_the_likeliest_are_named_and_nothing_is_suggested(city: CityProfile) -> None:
    found = judged("有一件事", with_model(city, ("schools", 0.4), ("trade", 0.3), ("works", 0.3), sure=False))
    assert found.category is None
    assert found.likely == ("11", "14", "01")


def test_keywords_prevail_only_in_matters_no_label_covers(city: CityProfile) -> None:
    narrow = replace(
        city,
        classifier=ClassifierRules("var/model", {"schools": ("11",)}),
        judge=Says((("schools", 0.9),), labels=("schools",)),
    )
    found = judged("家里停水了", narrow)
    assert found.category is not None
    assert not found.category.code.startswith("11")


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ('[classifier]\nmodel = "var/model"\n', "classifier.labels: is missing"),
        ('[classifier.labels]\nworks = ["7777"]\n', "'7777' is not defined"),
        ("[classifier.labels]\nworks = []\n", "names no category"),
        ("[classifier]\nmodel = 3\n", "classifier.model"),
        ("[judge]\n", "judge"),
    ],
)
def test_a_mistake_in_the_profile_is_named(tmp_path: Path, rules: str, says: str) -> None:
    file = tmp_path / "city.toml"
    whole = (Path(__file__).parents[2] / "cities" / "xinghe.toml").read_text("utf-8")
    file.write_text(f"{whole}\n{rules}", "utf-8")
    assert says in "\n".join(problems(file))
