"""What a second reader is believed, and what it may be shown."""

from dataclasses import replace
from datetime import datetime

import pytest

from intake.city import CityProfile
from intake.dialog.consent.privacy_notice import ABROAD, STEP
from intake.dialog.llm_reading import missing, to_read, with_second
from intake.model.conversation import Conversation, Held
from intake.model.messages import FLOW, Address, ChannelName, Inbound, Second, Tap
from intake.model.reading import SURE, Reading
from intake.model.ticket import Consent
from intake.understand.reader import read

STORY = "那个转角的老张家面馆夜里一直吵，上礼拜起就没消停过，盼着早点安静"


def second(**values: str) -> Second:
    return Second(STORY, tuple(values.items()))


@pytest.fixture
def own(city: CityProfile, now: datetime) -> Reading:
    """Our own reading, which found nothing sure of these."""
    return replace(read(STORY, city, now), place=None, occurred=None, subject=None, wish=None)


def test_words_of_the_citizen_fill_what_is_open(own: Reading, city: CityProfile, now: datetime) -> None:
    read_on = with_second(own, second(subject="老张家面馆", wish="早点安静"), city, now)
    assert read_on.subject is not None
    assert read_on.subject.value == "老张家面馆"
    assert STORY[read_on.subject.start : read_on.subject.end] == "老张家面馆"
    assert read_on.subject.confidence >= SURE
    assert read_on.wish is not None


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "李记面馆"},  # never said
        {"subject": "老张家面 馆"},  # not letter by letter
        {"subject": ""},
        {"subject": "张"},
        {"phone": "13912345678"},  # not its business
        {"category": "0101"},
        {"text": "x"},
        {"subject": STORY * 3},
    ],
)
def test_what_the_citizen_did_not_say_is_dropped(
    own: Reading, city: CityProfile, now: datetime, values: dict[str, str]
) -> None:
    assert with_second(own, second(**values), city, now) == own


def test_our_own_sure_reading_prevails(city: CityProfile, now: datetime) -> None:
    said = "五一路幸福小区3号楼暖气不热，三天了，老张家面馆也这样"
    own = read(said, city, now)
    assert own.place is not None
    found = with_second(own, Second(said, (("place", "老张家面馆"),)), city, now)
    assert found.place == own.place


def test_a_reading_of_other_words_is_not_touched(own: Reading, city: CityProfile, now: datetime) -> None:
    assert with_second(own, Second("老张家面馆", (("subject", "老张家面馆"),)), city, now) == own
    assert with_second(own, None, city, now) == own


def test_a_day_that_does_not_exist_is_no_time(city: CityProfile, now: datetime) -> None:
    said = "2月30日晚上那个转角一直吵闹没人管"
    own = replace(read(said, city, now), occurred=None)
    assert with_second(own, Second(said, (("occurred", "2月30日"),)), city, now).occurred is None


def _message(text: str = "", channel: ChannelName = ChannelName.WECHAT, tap: Tap | None = None) -> Inbound:
    return Inbound("1", Address(channel, "u"), datetime.fromisoformat("2026-11-23T02:00Z"), text, tap)


@pytest.fixture
def consent(city: CityProfile, now: datetime) -> Consent:
    return Consent(city.notice_version, "", now)


def test_nothing_is_shown_before_the_citizen_agreed(city: CityProfile, now: datetime) -> None:
    stranger = Conversation()
    assert to_read(stranger, _message(STORY), city, now) == ""
    waiting = Conversation(held=Held(STORY), asking=STEP)
    for words in (STORY, "不同意", "2", "好像不太好"):
        assert to_read(waiting, _message(words), city, now) == ""


@pytest.mark.parametrize("words", ["同意", "1"])
def test_with_the_agreement_the_words_set_aside_may_be_seen(
    city: CityProfile, now: datetime, words: str
) -> None:
    waiting = Conversation(held=Held(STORY), asking=STEP)
    assert to_read(waiting, _message(words), city, now) == STORY
    assert to_read(waiting, _message(tap=Tap(FLOW, STEP, "agree")), city, now) == STORY
    assert to_read(waiting, _message(tap=Tap(FLOW, STEP, "decline")), city, now) == ""


def test_where_two_consents_are_needed_one_is_not_enough(
    city: CityProfile, now: datetime, consent: Consent
) -> None:
    telegram = ChannelName.TELEGRAM
    first = Conversation(held=Held(STORY), asking=STEP)
    assert to_read(first, _message("同意", telegram), city, now) == ""
    last = replace(first, consent=consent, asking=ABROAD)
    assert to_read(last, _message(STORY, telegram), city, now) == ""
    assert to_read(last, _message("同意", telegram), city, now) == STORY


def test_an_old_notice_or_small_words_show_nothing(
    city: CityProfile, now: datetime, consent: Consent
) -> None:
    agreed = Conversation(consent=consent)
    assert to_read(agreed, _message(STORY), city, now) == STORY
    assert (
        to_read(replace(agreed, consent=replace(consent, notice_version="old")), _message(STORY), city, now)
        == ""
    )
    for words in ("", "查进度", "你好", "3", "王芳 13912345678"):
        assert to_read(agreed, _message(words), city, now) == ""


def test_slots_in_doubt_are_open(city: CityProfile, now: datetime) -> None:
    assert "subject" in missing(Reading())
    assert "place" not in missing(read("五一路幸福小区3号楼暖气不热", city, now))
