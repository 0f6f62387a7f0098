"""What a file shows when it is looked at: a photo's place is offered, a file not taken is told of."""

from typing import Any

import pytest

from intake.model.messages import Location
from intake.phrases import say

HERE = Location(39.775, 98.282, "WGS84")
FAR = Location(31.23, 121.47, "WGS84")
REASONS = ("kind", "picture", "large", "empty", "malware", "gone")


def newest(chat: Any) -> str:
    return str(chat.draft.attachments[-1])


@pytest.fixture
def with_photo(known: Any) -> Any:
    """The place is asked for, and a photo came meanwhile."""
    return known.says("路灯坏了一个月了").sends_photo().hears("在哪里")


def test_the_place_of_a_photo_is_offered_and_not_used_unasked(with_photo: Any) -> None:
    with_photo.is_told_of(newest(with_photo), HERE).hears("拍摄位置", "用作这件事的地点吗")
    assert with_photo.draft.place is None


def test_yes_takes_it_and_the_place_is_not_asked_for_again(with_photo: Any) -> None:
    with_photo.is_told_of(newest(with_photo), HERE).taps("用这个位置").hears_not("在哪里")
    place = with_photo.draft.place
    assert (place.lat, place.lng, place.coord_sys) == (39.775, 98.282, "WGS84")
    assert with_photo.draft.photo_place is None


@pytest.mark.parametrize("said", ["是的", "1"])
def test_yes_may_be_typed(with_photo: Any, said: str) -> None:
    with_photo.is_told_of(newest(with_photo), HERE).says(said)
    assert with_photo.draft.place.lat == 39.775


@pytest.mark.parametrize("said", ["不用", "不", "2"])
def test_no_forgets_it_and_the_question_comes_back(with_photo: Any, said: str) -> None:
    with_photo.is_told_of(newest(with_photo), HERE).says(said).hears("在哪里")
    assert with_photo.draft.place is None
    assert with_photo.draft.photo_place is None


def test_another_place_said_instead_is_taken(with_photo: Any) -> None:
    with_photo.is_told_of(newest(with_photo), HERE).says("五一路幸福小区3号楼")
    assert "幸福小区" in with_photo.draft.place.text
    assert with_photo.draft.photo_place is None


def test_a_pin_sent_instead_is_taken(with_photo: Any) -> None:
    with_photo.is_told_of(newest(with_photo), HERE).sends_pin().hears_not("拍摄位置")
    assert with_photo.draft.place.coord_sys == "GCJ02"


def test_words_of_a_place_stay_beside_the_point(at_summary: Any) -> None:
    at_summary.sends_photo().is_told_of(newest(at_summary), HERE).hears("拍摄位置")
    at_summary.taps("用这个位置").hears("请核对").taps("提交")
    place = at_summary.filed[0].place
    assert "幸福小区" in place.text
    assert place.lat == 39.775


def test_a_photo_from_another_city_offers_nothing(with_photo: Any) -> None:
    with_photo.is_told_of(newest(with_photo), FAR).hears_nothing()
    assert with_photo.draft.photo_place is None


def test_where_a_point_is_known_nothing_is_offered(known: Any) -> None:
    known.says("路灯坏了一个月了").sends_pin().sends_photo()
    known.is_told_of(newest(known), HERE).hears_nothing()


def test_before_consent_it_waits_with_the_photo(chat: Any) -> None:
    chat.says("路灯坏了一个月了").sends_photo()
    chat.is_told_of(chat.conversation.held.attachments[0], HERE).hears_nothing()
    chat.taps("同意").hears("拍摄位置").taps("用这个位置")
    assert chat.draft.place.lat == 39.775


def test_in_the_middle_of_something_else_it_waits(at_summary: Any) -> None:
    at_summary.sends_photo()
    attachment = newest(at_summary)
    at_summary.says("取消").is_told_of(attachment, HERE).hears_nothing()
    at_summary.taps("继续填写").says("提交").hears("拍摄位置").taps("不用").hears("请核对").says("提交")
    assert at_summary.filed[0].place.lat is None


def test_of_a_matter_already_filed_the_place_is_not_kept(at_summary: Any) -> None:
    at_summary.sends_photo()
    attachment = newest(at_summary)
    at_summary.taps("提交").is_told_of(attachment, HERE).hears_nothing()
    assert "39.775" not in str(at_summary.conversation)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_has_words_in_both_languages(jiayuguan: Any, reason: str, language: str) -> None:
    assert say(jiayuguan, language, f"file.{reason}")


def test_a_file_not_taken_is_told_of_and_counts_no_more(at_summary: Any) -> None:
    at_summary.sends_photo().sends_photo().hears("照片：2个")
    at_summary.is_told_of(newest(at_summary), refused="kind").hears("没有收", "只收照片", "照片：1个")


def test_the_question_that_waits_comes_back(with_photo: Any) -> None:
    with_photo.is_told_of(newest(with_photo), refused="large").hears("太大", "在哪里")
    assert with_photo.draft.attachments == ()


def test_before_consent_too(chat: Any) -> None:
    chat.says("路灯坏了一个月了").sends_photo()
    chat.is_told_of(chat.conversation.held.attachments[0], refused="malware").hears("病毒", "同意后我就继续")
    assert chat.conversation.held.attachments == ()


def test_a_file_of_a_filed_matter_not_taken_is_told_of(at_summary: Any) -> None:
    at_summary.sends_photo()
    attachment = newest(at_summary)
    at_summary.taps("提交").is_told_of(attachment, refused="gone").hears("没能取到")
