"""What Telegram sends, in our words: first what is strange, then what is usual."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.telegram.incoming.parse import hear, hear_raw
from bots.telegram.incoming.update import (
    ButtonPress,
    FromGroup,
    Ignored,
    Improper,
    ParsedUpdate,
    UnreadableUpdate,
)
from bots.telegram.phrases import built_in
from intake.model.messages import (
    Address,
    Ask,
    ChannelName,
    Contact,
    Event,
    Inbound,
    Location,
    Media,
    MediaKind,
    Tap,
)

BOT = 4200
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SENT = datetime(2026, 3, 2, 9, 59, tzinfo=UTC)
CITIZEN = {"id": 77, "is_bot": False, "first_name": "王", "language_code": "zh-hans"}
FILE = {"file_id": "F1", "file_unique_id": "U1", "file_size": 10}


def message(**body: Any) -> dict[str, Any]:
    chat = {"id": 77, "type": "private", "first_name": "王"}
    return {"message_id": 5, "from": CITIZEN, "chat": chat, "date": int(SENT.timestamp()), **body}


def heard(kind: str, payload: dict[str, Any]) -> ParsedUpdate:
    return hear_raw({"update_id": 9, kind: payload}, BOT, NOW)


def said(**body: Any) -> Inbound:
    inbound = heard("message", message(**body)).message
    assert isinstance(inbound, Inbound)
    return inbound


def tapped(data: str, **changes: Any) -> ParsedUpdate:
    query = {"id": "q1", "from": CITIZEN, "chat_instance": "1", "data": data, "message": message(text="?")}
    return heard("callback_query", query | changes)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"update_id": 1, "message": {"text": "\\ud83d"}}']
)
def test_what_is_not_json_gets_an_id_of_its_own(body: bytes) -> None:
    with pytest.raises(UnreadableUpdate) as first:
        hear(body, BOT, NOW)
    with pytest.raises(UnreadableUpdate) as again:
        hear(body, BOT, NOW)
    assert first.value.message_id == again.value.message_id
    assert first.value.message_id.startswith("4200:sha256-")


@pytest.mark.parametrize("raw", [[], "x", 3, None, {}, {"update_id": "nine"}])
def test_json_that_is_no_update_is_unreadable(raw: Any) -> None:
    with pytest.raises(UnreadableUpdate):
        hear(json.dumps(raw).encode(), BOT, NOW)


def test_a_poison_update_keeps_its_id_and_its_reason_tells_nothing_personal() -> None:
    poison = {"update_id": 9, "message": {"message_id": "13900000000", "text": "我叫王小明"}}
    with pytest.raises(UnreadableUpdate) as error:
        hear_raw(poison, BOT, NOW)
    assert error.value.message_id == "4200:9"
    assert "message.chat: missing" in error.value.reason
    assert "王小明" not in error.value.reason


def test_numbers_and_half_characters_no_json_writer_takes_are_survived() -> None:
    with pytest.raises(UnreadableUpdate):
        hear_raw({"update_id": "x", "n": 10**40, "text": "\ud83d"}, BOT, NOW)


def test_replies_to_replies_to_replies_are_survived() -> None:
    nested: dict[str, Any] = message(text="最里面")
    for _ in range(400):
        nested = message(text="x", reply_to_message=nested)
    with pytest.raises(UnreadableUpdate):
        heard("message", nested)


@pytest.mark.parametrize("date", [10**30, "0001-01-01T00:00:00+23:00", "yesterday", None])
def test_a_date_past_all_calendars_is_unreadable(date: Any) -> None:
    with pytest.raises(UnreadableUpdate):
        heard("message", message(text="x") | {"date": date})


@pytest.mark.parametrize("kind", ["inline_query_of_tomorrow", "poll_of_tomorrow"])
def test_a_kind_of_update_nobody_knows_yet_is_ignored(kind: str) -> None:
    assert isinstance(heard(kind, {"id": "1"}).message, Ignored)


@pytest.mark.parametrize(
    "kind", ["channel_post", "edited_channel_post", "business_message", "edited_business_message"]
)
def test_what_is_said_in_channels_and_to_businesses_is_not_for_us(kind: str) -> None:
    assert isinstance(heard(kind, message(text="/start")).message, Ignored)


def test_garbage_behind_a_button_is_a_button_of_no_version() -> None:
    inbound = tapped("garbage").message
    assert isinstance(inbound, Inbound)
    assert inbound.tap == Tap(flow="", step="", option="")


def test_a_tap_names_step_and_option_and_waits_for_its_answer() -> None:
    found = tapped("1|summary|submit")
    assert isinstance(found.message, Inbound)
    assert found.message.tap == Tap("1", "summary", "submit")
    assert found.message.at == NOW
    assert found.tapped == ButtonPress("q1", 77, 5)


def test_a_tap_under_a_message_too_old_to_be_shown_still_counts() -> None:
    old = {"message_id": 5, "date": 0, "chat": {"id": 77, "type": "private"}}
    inbound = tapped("1|summary|submit", message=old).message
    assert isinstance(inbound, Inbound)


def test_a_tap_outside_the_private_chat_is_only_acknowledged() -> None:
    group = message(text="?") | {"chat": {"id": -5, "type": "group", "title": "楼群"}}
    found = tapped("1|summary|submit", message=group)
    assert isinstance(found.message, Ignored)
    assert found.tapped is not None
    inline = heard(
        "callback_query", {"id": "q", "from": CITIZEN, "chat_instance": "1", "inline_message_id": "i"}
    )
    assert isinstance(inline.message, Ignored)
    assert inline.tapped == ButtonPress("q", 77, None)


@pytest.mark.parametrize(
    "card",
    [{"user_id": 78}, {}],
    ids=["another account's", "no account's"],
)
def test_somebody_elses_card_is_not_the_senders_own(card: dict[str, Any]) -> None:
    inbound = said(contact={"phone_number": "13900000000", "first_name": "李", **card})
    assert inbound.contact == Contact("13900000000", "李", own=False)


def test_the_own_card_is_vouched_for_and_its_number_is_international() -> None:
    inbound = said(
        contact={"phone_number": "8613900000000", "first_name": "王", "last_name": "芳", "user_id": 77}
    )
    assert inbound.contact == Contact("+8613900000000", "王 芳", own=True)


@pytest.mark.parametrize(
    "body",
    [
        {
            "sticker": FILE
            | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
        },
        {"dice": {"emoji": "🎲", "value": 3}},
        {},
    ],
    ids=["sticker", "dice", "unsupported"],
)
def test_what_we_cannot_use_is_owed_a_word(body: dict[str, Any]) -> None:
    assert said(**body).event is Event.UNSUPPORTED


def test_a_service_note_is_nobodys_message() -> None:
    note = message(message_auto_delete_timer_changed={"message_auto_delete_time": 60})
    assert isinstance(heard("message", note).message, Ignored)


@pytest.mark.parametrize("text", ["/frobnicate", "/FROB@other_bot"])
def test_an_unknown_command_is_owed_a_word(text: str) -> None:
    assert said(text=text).event is Event.UNSUPPORTED


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/status", "/status"),
        ("/STATUS@hotline12345_bot", "/STATUS@hotline12345_bot"),
        ("/status 0031", "/status 0031"),
        ("/complain 楼上漏水\n三天了", "楼上漏水\n三天了"),
        ("/我家没暖气", "/我家没暖气"),
        ("路灯/井盖坏了", "路灯/井盖坏了"),
    ],
)
def test_the_dialogs_own_commands_are_handed_on_others_leave_what_stands_behind_them(
    text: str, meant: str
) -> None:
    inbound = said(text=text)
    assert (inbound.text, inbound.event) == (meant, None)


@pytest.mark.parametrize(("text", "payload"), [("/start", ""), ("/START", ""), ("/start s-42", "s-42")])
def test_start_greets_and_keeps_what_the_link_carried(text: str, payload: str) -> None:
    inbound = said(text=text)
    assert (inbound.event, inbound.payload, inbound.text) == (Event.START, payload, "")


def test_in_a_group_only_a_command_is_answered() -> None:
    group = {"chat": {"id": -5, "type": "supergroup", "title": "楼群"}}
    called = heard("message", message(text="/start@hotline12345_bot") | group).message
    assert called == FromGroup(-5, "hotline12345_bot")
    assert isinstance(heard("message", message(text="楼上太吵") | group).message, Ignored)
    assert isinstance(heard("edited_message", message(text="/start") | group).message, Ignored)


def test_text_comes_with_who_when_and_language() -> None:
    assert said(text="小区没暖气 <b & 😀") == Inbound(
        id="4200:9",
        address=Address(ChannelName.TELEGRAM, "77"),
        at=SENT,
        text="小区没暖气 <b & 😀",
        language="zh-hans",
        source="5",
    )


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
@pytest.mark.parametrize("asked", list(Ask))
def test_the_words_of_our_own_control_are_no_place_and_no_name(language: str, asked: Ask) -> None:
    """An app on a desk has no position to give, and sends what stands on the button."""
    assert said(text=built_in().asks[language][asked]).event is Event.UNSUPPORTED


def test_an_empty_text_hides_nothing_that_came_with_it() -> None:
    small = {**FILE, "width": 90, "height": 90}
    assert said(text="", photo=[small]).media == (Media(MediaKind.PHOTO, "F1"),)
    assert said(text="").event is Event.UNSUPPORTED


def test_of_a_photos_sizes_the_last_is_taken_and_the_caption_is_text() -> None:
    small, large = ({**FILE, "file_id": name, "width": 1, "height": 1} for name in ("small", "large"))
    inbound = said(photo=[small, large], caption="看这里", media_group_id="a1")
    assert inbound.media == (Media(MediaKind.PHOTO, "large"),)
    assert (inbound.text, inbound.group) == ("看这里", "a1")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"voice": FILE | {"duration": 1}}, MediaKind.VOICE),
        ({"video": FILE | {"duration": 1, "width": 1, "height": 1}}, MediaKind.VIDEO),
        ({"video_note": FILE | {"duration": 1, "length": 1}}, MediaKind.VIDEO),
        ({"document": FILE | {"mime_type": "image/jpeg"}}, MediaKind.PHOTO),
        ({"document": FILE | {"mime_type": "video/mp4"}}, MediaKind.VIDEO),
        ({"audio": FILE | {"duration": 1}}, MediaKind.VOICE),
        (
            {"animation": FILE | {"duration": 1, "width": 1, "height": 1}, "document": FILE},
            MediaKind.VIDEO,
        ),
    ],
)
def test_every_kind_of_file_is_one_of_ours(body: dict[str, Any], kind: MediaKind) -> None:
    assert said(**body).media == (Media(kind, "F1"),)


@pytest.mark.parametrize("told", [{}, {"mime_type": "application/octet-stream"}, {"mime_type": ""}])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("IMG_01.JPG", MediaKind.PHOTO), ("a.b.heic", MediaKind.PHOTO), ("漏水.png", MediaKind.PHOTO)),
        *(("rec.amr", MediaKind.VOICE), ("语音.Opus", MediaKind.VOICE), ("VID.3gp", MediaKind.VIDEO)),
    ],
)
def test_a_file_whose_type_says_nothing_is_what_its_name_says(
    told: dict[str, str], name: str, kind: MediaKind
) -> None:
    assert said(document=FILE | told | {"file_name": name}).media == (Media(kind, "F1"),)


@pytest.mark.parametrize("name", ["合同.pdf", "a.jpg.docx", "身份证.zip", "IMG_01"])
def test_a_paper_is_none_of_ours_whatever_its_type_leaves_out(name: str) -> None:
    assert said(document=FILE | {"file_name": name}).event is Event.REFUSED


@pytest.mark.parametrize(
    "body",
    [
        {"document": FILE | {"mime_type": "application/pdf"}},
        {"document": FILE, "caption": "合同"},
        {"text": "我的身份证是11010519491231002X，请处理"},
        {"text": "身份证：１１０１０５ １９４９１２３１ ００２x"},
        {"photo": [{**FILE, "width": 1, "height": 1}], "caption": "130503670401001"},
    ],
)
@pytest.mark.parametrize("kind", ["message", "edited_message"])
def test_documents_and_identity_numbers_are_dropped_at_the_door(body: dict[str, Any], kind: str) -> None:
    found = heard(kind, message(**body))
    refused = found.message
    assert isinstance(refused, Inbound)
    assert (refused.event, refused.text, refused.media) == (Event.REFUSED, "", ())
    assert found.improper == Improper(77, 5)


def test_an_edit_names_the_message_it_changes() -> None:
    changed = heard("edited_message", message(text="五号楼")).message
    assert isinstance(changed, Inbound)
    assert (changed.edits, changed.source) == (True, "5")


def test_a_pin_is_wgs84_and_a_venue_has_a_name() -> None:
    pin = {"latitude": 39.8, "longitude": 98.3}
    assert said(location=pin).location == Location(39.8, 98.3, "WGS84")
    venue = {"location": pin, "title": "雄关广场", "address": "新华中路"}
    assert said(location=pin, venue=venue).location == Location(39.8, 98.3, "WGS84", "雄关广场 新华中路")


def test_an_edit_is_marked_and_a_moving_pin_is_not_one() -> None:
    changed = heard("edited_message", message(text="三号楼", edit_date=int(NOW.timestamp()))).message
    assert isinstance(changed, Inbound)
    assert (changed.edits, changed.text) == (True, "三号楼")
    pin = {"latitude": 39.8, "longitude": 98.3, "live_period": 900}
    assert isinstance(heard("edited_message", message(location=pin)).message, Ignored)


@pytest.mark.parametrize(("status", "event"), [("kicked", Event.LEFT), ("member", Event.RETURNED)])
def test_who_blocks_the_bot_has_left_and_may_return(status: str, event: Event) -> None:
    until = {"until_date": 0} if status == "kicked" else {}
    bot = {"id": BOT, "is_bot": True, "first_name": "12345"}
    standing = {"user": bot, "status": status, **until}
    change = {
        "chat": {"id": 77, "type": "private"},
        "from": CITIZEN,
        "date": int(SENT.timestamp()),
        "old_chat_member": {"user": bot, "status": "member"},
        "new_chat_member": standing,
    }
    inbound = heard("my_chat_member", change).message
    assert isinstance(inbound, Inbound)
    assert inbound.event is event
    in_group = heard("my_chat_member", change | {"chat": {"id": -5, "type": "group", "title": "x"}}).message
    assert isinstance(in_group, Ignored)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["text", "photo", "voice", "location", "venue", "contact", "caption", "date", "chat", "from", "edit_date"]
)
updates = st.fixed_dictionaries(
    {"update_id": st.integers() | json_values},
    optional={
        kind: st.dictionaries(fields, json_values, max_size=4).map(lambda odd: {**message(text="x"), **odd})
        for kind in ("message", "edited_message", "channel_post")
    }
    | dict.fromkeys(("callback_query", "my_chat_member", "poll"), json_values),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(updates)
def test_an_odd_update_is_heard_or_unreadable_and_nothing_else(raw: dict[str, Any]) -> None:
    try:
        found = hear_raw(raw, BOT, NOW)
    except UnreadableUpdate as error:
        message_id = error.message_id
    else:
        assert isinstance(found.message, Inbound | FromGroup | Ignored)
        message_id = f"{BOT}:"
    assert message_id.startswith(f"{BOT}:")
