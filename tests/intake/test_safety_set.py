"""The safety messages of the measurement, and long stories: what is seen, and what is left alone."""

import pytest

from bench.understanding.safety import RED, false_alarms, level_of, messages, missed, unhurried

FILLER = (
    "我们小区的业主一直在向有关部门反映物业不作为的问题，电话打了很多次，每次都说会处理，但是一直没有结果，"
)
"""Half a hundred characters in which nothing happens."""


def test_there_are_enough_messages_and_half_of_them_are_traps() -> None:
    all_of_them = messages()
    assert len(all_of_them) >= 300
    assert sum(one.level == "none" for one in all_of_them) * 2 >= len(all_of_them)


def test_every_danger_the_rules_were_made_by_is_seen_and_no_trap_is_stepped_into() -> None:
    known = [one for one in messages() if not one.aside]
    assert not missed(known)
    assert not false_alarms(known)
    assert not unhurried(known)


def test_most_dangers_the_rules_were_not_made_by_are_seen() -> None:
    aside = [one for one in messages() if one.aside]
    red = [one for one in aside if one.level in RED]
    assert len(missed(aside)) <= len(red) * 0.1
    assert len(false_alarms(aside)) <= (len(aside) - len(red)) * 0.15


@pytest.mark.parametrize(
    "story",
    [
        "当时厨房起火，大家都很害怕，后来消防队来了",
        "他们把我推倒在地上，我头上全是血，住了一个月的院",
        "有老人听说这件事当场晕倒",
    ],
)
def test_what_happened_in_a_long_story_is_no_call_for_help(story: str) -> None:
    assert level_of(FILLER * 3 + story + "，请领导主持公道") == "none"


@pytest.mark.parametrize(
    "cry",
    ["刚刚楼下电动车棚起火了，烟很大，快来人", "现在老人晕倒了叫不醒，救护车还没来", "我真的不想活了"],
)
def test_a_cry_for_help_is_heard_in_the_longest_complaint(cry: str) -> None:
    assert level_of(FILLER * 3 + cry) in RED


def test_a_blank_ends_a_clause_as_a_comma_does() -> None:
    assert level_of("去年装的热水器 今天屋里煤气味特别大 头晕") == "emergency"


def test_an_excuse_far_away_in_words_without_punctuation_does_not_count() -> None:
    spoken = "去年我们就反映过暖气管道漏水的事情一直没有人来修我们也等了很久很久了刚刚楼上着火了快来人"
    assert level_of(spoken) == "emergency"
