"""A trained model in the chat: what it is sure of, what the citizen chooses, what is left to people."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from intake.city import CityProfile, ClassifierRules
from intake.model.ports import Opinion

LABELS = {"works": ("01", "02"), "schools": ("11",), "trade": ("14",)}
STORY = "我叫王芳，电话13912345678，五一路幸福小区这边有一件事一直没有人处理，三天了"


@dataclass(frozen=True, slots=True)
class Hears:
    """A model that is sure of a story with a school in it, and of no other."""

    labels: tuple[str, ...] = tuple(LABELS)

    def of_text(self, text: str) -> Opinion:
        if "学校" in text:
            return Opinion((("schools", 0.96), ("works", 0.03), ("trade", 0.01)), sure=True)
        return Opinion((("works", 0.5), ("trade", 0.3), ("schools", 0.2)), sure=False)


@pytest.fixture
def town(jiayuguan: CityProfile) -> CityProfile:
    return replace(jiayuguan, classifier=ClassifierRules("var/model", LABELS), judge=Hears())


@pytest.fixture
def agreed(known: Any, town: CityProfile) -> Any:
    known.city = town
    return known


def test_the_citizen_chooses_from_the_likeliest_three(agreed: Any) -> None:
    agreed.says(STORY)
    assert agreed.asked == "likely"
    assert agreed.labels == ["城乡建设", "经济财贸与营商", "教育文体", "都不是，或不清楚"]
    agreed.says("2").hears("请核对").taps("提交")
    assert agreed.filed[0].category.code == "14"


@pytest.mark.parametrize("answer", ["4", "不清楚", "都不是"])
def test_who_does_not_know_leaves_it_to_people(agreed: Any, answer: str) -> None:
    agreed.says(STORY, answer).hears("请核对").taps("提交")
    ticket = agreed.filed[0]
    assert ticket.category.code == agreed.city.fallback_category
    assert ticket.lead_unit == agreed.city.triage_unit


def test_two_answers_that_choose_nothing_leave_it_to_people_too(agreed: Any) -> None:
    agreed.says(STORY, "嗯嗯嗯", "啊啊啊").hears("请核对")
    assert agreed.draft.category is None


def test_words_instead_of_a_number_are_understood(agreed: Any) -> None:
    agreed.says(STORY, "是暖气不热")
    assert agreed.draft.category.confidence == 1.0
    assert agreed.asked != "likely"


def test_a_story_told_in_two_messages_is_judged_as_one(agreed: Any) -> None:
    agreed.says("有一件事一直没有人处理，三天了，五一路幸福小区").says(
        "是学校门口的事，" + "每天都有人来说，可是一直没有人来管，" * 6
    )
    assert agreed.draft.category.code == "11"
    assert agreed.draft.likely == ()


def test_what_the_citizen_chose_stays_whatever_is_added(agreed: Any) -> None:
    agreed.says(STORY, "2").hears("请核对").says("对了，学校也有人看到")
    assert agreed.draft.category.code == "14"


def test_a_city_may_leave_it_all_to_people(agreed: Any, town: CityProfile) -> None:
    agreed.city = replace(town, classifier=ClassifierRules("var/model", LABELS, ask=False))
    agreed.says(STORY).hears("请核对")
    assert agreed.draft.category is None
