"""When it happened. Now is Monday, 23 November 2026, ten in the morning."""

from datetime import datetime

import pytest

from intake.city import CityProfile
from intake.understand import time
from intake.understand.normalise import normalise


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("昨天晚上10点", "2026-11-22T22:00"),
        ("昨晚十点半楼下很吵", "2026-11-22T22:30"),
        ("昨晚两点多", "2026-11-23T02:00"),
        ("今天早上8点20停电了", "2026-11-23T08:20"),
        ("今天凌晨三点一刻", "2026-11-23T03:15"),
        ("前天下午3点", "2026-11-21T15:00"),
        ("昨天中午12点", "2026-11-22T12:00"),
        ("昨天中午1点", "2026-11-22T13:00"),
        ("昨天22:30有人放炮", "2026-11-22T22:30"),
        ("上周三下午两点", "2026-11-18T14:00"),
        ("11月20日上午9点", "2026-11-20T09:00"),
        ("十一月二十号晚上八点", "2026-11-20T20:00"),
        ("12月3日9点", "2025-12-03T09:00"),
        ("2026-11-01 08:00开始停水", "2026-11-01T08:00"),
        ("20号早上7点", "2026-11-20T07:00"),
        ("两小时前", "2026-11-23T08:00"),
        ("半小时前有人打架", "2026-11-23T09:30"),
        ("20分钟前", "2026-11-23T09:40"),
        ("刚才", "2026-11-23T10:00"),
        ("夜来黑里10点", "2026-11-22T22:00"),
        ("今儿晌午12点", "2026-11-23T12:00"),
        ("昨儿后晌3点", "2026-11-22T15:00"),
    ],
)
def test_a_day_and_an_hour_fix_the_instant(text: str, at: str, city: CityProfile, now: datetime) -> None:
    found, bad = time.find(normalise(text), city, now)

    assert found is not None
    assert found.value.at is not None
    assert (found.value.at.strftime("%Y-%m-%dT%H:%M"), bad) == (at, False)


@pytest.mark.parametrize(
    ("text", "said", "ongoing"),
    [
        ("上周三", "上周三", None),
        ("停水三天了", "三天了", True),
        ("每天半夜", "每天半夜", True),
        ("已经半个月了还没修好", "已经半个月了", True),
        ("从去年冬天开始就不热", "从去年冬天开始", True),
        ("昨天停电，现在好了", "昨天", False),
        ("10月3号", "10月3号", None),
        ("去年8月", "去年8月", None),
        ("昨晚发生了一次", "昨晚", False),
        ("晚上六七点最吵", "晚上六七点", None),
    ],
)
def test_the_citizens_own_words_are_kept(
    text: str, said: str, ongoing: bool | None, city: CityProfile, now: datetime
) -> None:
    found, bad = time.find(text, city, now)

    assert found is not None
    assert (found.value.text, found.value.at, found.value.ongoing, bad) == (said, None, ongoing, False)


@pytest.mark.parametrize("text", ["2月30日", "4月31号晚上8点", "13月5日停水", "昨天25点"])
def test_a_date_that_does_not_exist_is_refused(text: str, city: CityProfile, now: datetime) -> None:
    assert time.find(text, city, now) == (None, True)


@pytest.mark.parametrize("text", ["暖气不热", "涨价18.5万", "5栋1单元", "请问怎么办理", "1.5米的围栏坏了"])
def test_no_time_is_no_time(text: str, city: CityProfile, now: datetime) -> None:
    assert time.find(text, city, now) == (None, False)


def test_the_29th_of_february_is_refused_outside_leap_years(city: CityProfile, now: datetime) -> None:
    assert time.find("今年2月29日", city, now) == (None, True)
