"""A QR code pre-fills where and what; a voice message is kept, and words are asked for."""

from typing import Any

import pytest

from intake.city import CityProfile
from intake.dialog.qr_codes import NoSuchPlace, read_scene, scene_of
from intake.model.messages import Event, Media, MediaKind
from intake.model.ticket import CategoryGuess

STREET = "雄关街道"


def scans(chat: Any, payload: str) -> Any:
    return chat._send(event=Event.START, payload=payload)


def test_a_code_names_a_place_and_a_category_of_the_profile(jiayuguan: CityProfile) -> None:
    entry = jiayuguan.gazetteer[0]
    scene = read_scene(scene_of(jiayuguan, entry.name, "0101"), jiayuguan)
    assert scene is not None
    assert scene.place is not None
    assert (scene.place.text, scene.place.area_code) == (entry.name, entry.area_code)
    assert scene.category == CategoryGuess("0101", 0.9)


def test_every_place_of_the_profile_has_a_scene_of_its_own_that_both_apps_can_carry(
    jiayuguan: CityProfile,
) -> None:
    names = [area.name for area in jiayuguan.areas.values()] + [entry.name for entry in jiayuguan.gazetteer]
    scenes = {name: scene_of(jiayuguan, name, "010101") for name in names}
    assert len(set(scenes.values())) == len(names)
    for name, text in scenes.items():
        assert len(text) <= 40
        assert text.replace("_", "").isalnum()
        assert read_scene(text, jiayuguan).place.text == name  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "bus-stop-12",
        "s1_",
        "s1_000000000000",
        "s1_zzzzzzzzzzzz_0101",
        "s1__9876",
        "s1_" + "0" * 64,
        "s2_000000000000",
        "s1_../../etc",
        "'; drop table conversations; --",
        "<script>alert(1)</script>",
    ],
)
def test_what_is_not_of_this_profile_is_nothing(chat: Any, jiayuguan: CityProfile, payload: str) -> None:
    assert read_scene(payload, jiayuguan) is None
    scans(chat, payload).hears("智能受理助手").hears_not("二维码")
    if payload:
        chat.hears_not(payload)


def test_a_code_cannot_be_made_for_what_the_profile_does_not_know(jiayuguan: CityProfile) -> None:
    for place, category in (("火星", ""), ("", "9876"), ("", "")):
        with pytest.raises(NoSuchPlace):
            scene_of(jiayuguan, place, category)


def test_after_a_scan_the_place_is_not_asked_again(chat: Any, jiayuguan: CityProfile) -> None:
    scans(chat, scene_of(jiayuguan, STREET, "0101")).hears(STREET, "二维码")
    chat.says("路灯不亮了，我姓王，电话13912345678").hears("登记前请看一眼")
    chat.taps("同意").hears("请核对", STREET)
    assert chat.draft.place.text == STREET
    assert chat.draft.category == CategoryGuess("0101", 0.9)


def test_a_code_for_a_category_alone_asks_where(chat: Any, jiayuguan: CityProfile) -> None:
    scans(chat, scene_of(jiayuguan, category="0101")).hears("在哪里")
    chat.says("已经三天了，我姓王，电话13912345678").taps("同意").hears("事情发生在哪里")


def test_an_unfinished_matter_is_not_touched_by_a_scan(at_summary: Any, jiayuguan: CityProfile) -> None:
    place = at_summary.draft.place
    scans(at_summary, scene_of(jiayuguan, STREET)).hears("请核对")
    assert at_summary.draft.place == place


def test_a_scan_while_the_notice_waits_loses_nothing(chat: Any, jiayuguan: CityProfile) -> None:
    chat.says("路灯不亮了，我姓王，电话13912345678").hears("登记前请看一眼")
    scans(chat, scene_of(jiayuguan, STREET)).hears(STREET, "同意后我就继续")
    chat.taps("同意").hears("请核对", "路灯不亮了", STREET)


def test_the_last_of_two_scans_counts(chat: Any, jiayuguan: CityProfile) -> None:
    scans(chat, scene_of(jiayuguan, STREET, "0101"))
    scans(chat, scene_of(jiayuguan, "新城镇")).hears("新城镇")
    assert (chat.draft.place.text, chat.draft.category) == ("新城镇", None)


def test_a_code_scanned_yesterday_says_nothing_about_today(chat: Any, jiayuguan: CityProfile) -> None:
    scans(chat, scene_of(jiayuguan, STREET))
    chat.passes(minutes=31).says("有人占道经营，我姓王，电话13912345678").taps("同意")
    chat.hears("事情发生在哪里")


def speaks(chat: Any, text: str = "") -> Any:
    return chat._send(text=text, media=(Media(MediaKind.VOICE, "v"),))


def test_a_voice_is_kept_and_a_sentence_asked_for(known: Any) -> None:
    speaks(known).hears("请再打一句话", "发生了什么事").hears_not("照片收到了")
    assert len(known.draft.attachments) == 1


def test_a_voice_that_was_written_down_is_a_message_like_any_other(known: Any) -> None:
    speaks(known, "新华路15号院门口井盖坏了，我姓王，电话13912345678").hears("请核对").hears_not("语音")


def test_a_voice_as_an_answer_is_kept_and_the_question_asked_again(known: Any) -> None:
    known.says("路灯坏了").hears("在哪里")
    speaks(known).hears("请再打一句话", "在哪里")
    assert len(known.draft.attachments) == 1
