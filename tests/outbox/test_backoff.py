"""Ever longer pauses, the other side's wish within an hour, the end after three days and a few tries."""

from datetime import timedelta

import pytest

from app.delivery.outcomes import LONGEST_HELD_UP
from storage.outbox import backoff

HOUR = timedelta(hours=1)


def pause(attempts: int, asked: float | None = None, chance: float = 0.5) -> timedelta:
    return backoff.pause(attempts, asked, lambda: chance)


def test_each_pause_is_twice_the_last_up_to_an_hour() -> None:
    pauses = [pause(attempts).total_seconds() for attempts in range(1, 15)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]


@pytest.mark.parametrize("attempts", [20, 10_000])
def test_what_an_operator_may_mend_any_moment_is_tried_every_five_minutes(attempts: int) -> None:
    longest = [
        backoff.pause(attempts, None, lambda drawn=drawn: drawn, LONGEST_HELD_UP) for drawn in (0.0, 1.0)
    ]
    assert longest == [timedelta(minutes=3), timedelta(minutes=5)]


@pytest.mark.parametrize("attempts", [0, 1, 100, 10_000])
def test_no_number_of_attempts_is_too_many(attempts: int) -> None:
    assert timedelta() < pause(attempts) <= HOUR


def test_two_that_failed_together_do_not_come_back_together() -> None:
    assert pause(9, chance=0.0) < pause(9, chance=0.99) < 2 * pause(9, chance=0.0)


def test_who_asks_for_time_gets_it_but_no_more_than_there_is() -> None:
    """A quota may last until midnight; what a server may ask for is cut where it is read."""
    assert [pause(1, asked=asked) for asked in (120, 25_200)] == [timedelta(minutes=2), 7 * HOUR]
    assert [pause(1, asked=long) for long in (252_000_000_000, float("inf"))] == [backoff.GIVE_UP] * 2


@pytest.mark.parametrize("asked", [None, 0.0, -5.0])
def test_who_asks_for_less_gets_the_pause_all_the_same(asked: float | None) -> None:
    assert pause(5, asked=asked) == timedelta(seconds=16)


def test_three_days_are_the_end_but_not_of_what_was_hardly_tried() -> None:
    days = timedelta(days=3)
    assert backoff.over_term(days, 5)
    assert not backoff.over_term(days - timedelta(seconds=1), 500)
    assert not backoff.over_term(10 * days, 4)
