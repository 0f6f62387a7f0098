"""Which clock the tests run under, and that all they start runs under the same."""

import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench import moved_clock
from intake.city import load

CITY = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 30, 22, 53, tzinfo=CITY)
ROOT = Path(__file__).parents[2]
NESTED = """
import subprocess, sys, time
begun = time.monotonic()
time.sleep(0.01)
assert 0 < time.monotonic() - begun < 60
print(int(time.time()), flush=True)
if len(sys.argv) == 1:
    subprocess.run([sys.executable, "-c", sys.stdin.read(), "again"], check=True)
"""


def test_in_five_days_each_clock_has_had_its_turn() -> None:
    for first in (date(2026, 12, 29), date(2027, 2, 26), date(2028, 2, 27)):  # over a year's end, too
        shown = [moved_clock.of_the_day(first + timedelta(days=n)) for n in range(6)]
        moments = [moment for moment in shown if moment]
        assert any(moment is None for moment in shown)
        assert any((moment.hour, moment.minute) == (2, 0) for moment in moments)
        assert any((moment.month, moment.day) == (2, 29) for moment in moments)
        assert moved_clock.UNKNOWN_YEAR in {moment.year for moment in moments}


def test_every_moment_lies_ahead_of_the_day_it_is_chosen_on() -> None:
    for number in range(1500):
        day = date(2026, 1, 1) + timedelta(days=number)
        moment = moved_clock.of_the_day(day)
        assert moment is None or moment.date() >= day


def test_the_year_that_no_table_knows_is_in_none() -> None:
    assert moved_clock.UNKNOWN_YEAR not in load("jiayuguan").years


def test_a_moment_is_the_citys_and_a_wrong_one_is_refused() -> None:
    assert moved_clock.read("2028-02-29 12:00", NOW) == datetime(2028, 2, 29, 12, tzinfo=CITY)
    assert moved_clock.read("today", NOW) == moved_clock.of_the_day(NOW.date())
    with pytest.raises(ValueError, match="day is out of range"):
        moved_clock.read("2027-02-29 12:00", NOW)


def test_what_a_process_starts_sees_the_same_time_and_still_sleeps() -> None:
    if moved_clock.library() is None:
        pytest.skip(moved_clock.MISSING)
    command = [sys.executable, "-m", "bench.moved_clock", "2032-02-29 12:00", sys.executable, "-c", NESTED]
    done = subprocess.run(command, cwd=ROOT, input=NESTED, capture_output=True, text=True, check=True)  # noqa: S603
    shown = [datetime.fromtimestamp(int(line), CITY) for line in done.stdout.split()]
    assert len(shown) == 2
    assert all(one - datetime(2032, 2, 29, 12, tzinfo=CITY) < timedelta(hours=1) for one in shown)
    assert shown[0] <= shown[1]
