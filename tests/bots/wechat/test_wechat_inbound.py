"""What a push says, in our words."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from bots.wechat import reply_windows
from bots.wechat.codec import Push, UnreadablePush, parse
from bots.wechat.incoming.inbound import to_inbound
from bots.wechat.menu import menu_id
from intake.model.messages import Address, Burst, ChannelName, Event, Inbound, Media, MediaKind, Tap

NOW = datetime(2024, 11, 21, 8, 30, tzinfo=UTC)
CITIZEN = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"


def push(**fields: object) -> Push:
    whole = {
        "ToUserName": "gh_1",
        "FromUserName": CITIZEN,
        "CreateTime": 1732177800,
        "MsgType": "text",
    } | fields
    nodes = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in whole.items())
    return parse(f"<xml>{nodes}</xml>".encode())


def read(**fields: object) -> Inbound:
    inbound = to_inbound(push(**fields), NOW)
    assert inbound is not None
    return inbound


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"{",
        b"[1,2]",
        b"\xff\xfe\x00",
        b"<xml/>",
        b"<xml>text</xml>",
        b"<html><MsgType>text</MsgType></html>",
        b"<xml><MsgType><a>1</a></MsgType></xml>",
        b"<xml><MsgType>text</MsgType><MsgType>text</MsgType><FromUserName>o</FromUserName></xml>",
        b"<xml><MsgType>text</MsgType></xml>",
        b"<xml><MsgType>text</MsgType><FromUserName>" + b"o" * 200 + b"</FromUserName></xml>",
        b"<xml><MsgType>event</MsgType><Event><a>1</a></Event></xml>",
        b"<xml><MsgType>event</MsgType><FromUserName>o</FromUserName><Event/></xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><MsgType>text</MsgType></xml>',
        b'{"MsgType": {"a": 1}}',
        b'{"a":' * 5000,
    ],
)
def test_whatever_is_wrong_with_a_body_it_is_one_error_that_repeats_nothing_of_it(body: bytes) -> None:
    with pytest.raises(UnreadablePush) as caught:
        parse(body)
    assert len(str(caught.value)) < 60


def test_a_text() -> None:
    inbound = read(Content="路灯坏了", MsgId="7250021412600020992")
    assert inbound == Inbound(
        id=inbound.id,
        grant=reply_windows.MESSAGE,
        address=Address(ChannelName.WECHAT, CITIZEN),
        at=datetime(2024, 11, 21, 8, 30, tzinfo=UTC),
        text="路灯坏了",
    )


def test_control_characters_are_taken_out_and_the_message_is_read() -> None:
    assert read(Content="路灯\x08坏\x00了\ufffe𠮷😀", MsgId=1).text == "路灯坏了𠮷😀"


def test_broken_utf8_costs_a_character_not_the_message() -> None:
    body = b"<xml><MsgType>text</MsgType><FromUserName>o1</FromUserName><Content>a\xff</Content></xml>"
    inbound = to_inbound(parse(body), NOW)
    assert inbound is not None
    assert inbound.text.startswith("a")


@pytest.mark.parametrize("content", ["", "   ", "【收到不支持的消息类型，暂无法显示】"])
def test_nothing_or_the_platforms_placeholder_is_no_text(content: str) -> None:
    inbound = read(Content=content, MsgId=1)
    assert (inbound.text, inbound.event) == ("", Event.UNSUPPORTED)


@pytest.mark.parametrize("kind", ["sticker", "miniprogrampage", "file", "image", "voice", "location", "link"])
def test_an_unknown_or_empty_kind_gets_a_polite_word(kind: str) -> None:
    assert read(MsgType=kind, MsgId=1).event is Event.UNSUPPORTED


def test_a_photo_a_video_and_a_short_one() -> None:
    assert read(MsgType="image", MediaId="m1", PicUrl="http://x", MsgId=1).media == (
        Media(MediaKind.PHOTO, "m1"),
    )
    assert read(MsgType="video", MediaId="m2", MsgId=1).media == (Media(MediaKind.VIDEO, "m2"),)
    assert read(MsgType="shortvideo", MediaId="m3", MsgId=1).media == (Media(MediaKind.VIDEO, "m3"),)


def test_a_voice_is_wanted_in_its_better_version_and_its_words_if_there_are_any() -> None:
    silent = read(MsgType="voice", MediaId="m8", MediaId16K="m16", Recognition="", MsgId=1)
    assert (silent.media, silent.text) == ((Media(MediaKind.VOICE, "m16"),), "")
    spoken = read(MsgType="voice", MediaId="m8", Recognition="路灯坏了。", MsgId=2)
    assert (spoken.media, spoken.text) == ((Media(MediaKind.VOICE, "m8"),), "路灯坏了。")


def test_a_pin_is_in_chinas_coordinates() -> None:
    location = read(
        MsgType="location", Location_X="39.77", Location_Y="98.29", Label="五一路", MsgId=1
    ).location
    assert location is not None
    assert (location.lat, location.lng, location.coord_sys, location.label) == (
        39.77,
        98.29,
        "GCJ02",
        "五一路",
    )


@pytest.mark.parametrize(
    ("x", "y"), [("nan", "98"), ("39", "inf"), ("91", "98"), ("39", "181"), ("", ""), ("北", "1")]
)
def test_a_pin_off_the_globe_is_none(x: str, y: str) -> None:
    inbound = read(MsgType="location", Location_X=x, Location_Y=y, MsgId=1)
    assert (inbound.location, inbound.event) == (None, Event.UNSUPPORTED)


def test_a_link_is_its_words() -> None:
    assert (
        read(MsgType="link", Title="标题", Description="", Url="https://a.cn", MsgId=1).text
        == "标题\nhttps://a.cn"
    )


def test_a_tap_on_our_link_is_a_tap_and_without_its_id_still_the_label() -> None:
    tapped = read(Content="投诉", bizmsgmenuid=menu_id("type", "TS"), MsgId=1)
    assert (tapped.tap, tapped.text) == (Tap("1", "type", "TS"), "")
    assert read(Content="投诉", MsgId=1).text == "投诉"
    assert read(Content="投诉", bizmsgmenuid="101", MsgId=1).text == "投诉"


@pytest.mark.parametrize("option", ["TS", "a:b", "峪泉镇", "50%~x", "a b"])
def test_options_travel_through_the_menu_whole(option: str) -> None:
    assert read(Content="x", bizmsgmenuid=menu_id("q", option), MsgId=1).tap == Tap("1", "q", option)


def test_the_menu_says_its_key_or_taps() -> None:
    assert read(MsgType="event", Event="CLICK", EventKey="查进度").text == "查进度"
    assert read(MsgType="event", Event="CLICK", EventKey=menu_id("a", "b")).tap == Tap("1", "a", "b")


@pytest.mark.parametrize(
    ("key", "payload"), [("", ""), ("qrscene_bus-stop-12", "bus-stop-12"), ("last_trade_no_4200001", "")]
)
def test_following_greets_and_brings_the_codes_scene(key: str, payload: str) -> None:
    inbound = read(MsgType="event", Event="subscribe", EventKey=key)
    assert (inbound.event, inbound.payload) == (Event.START, payload)


def test_a_followers_scan_brings_the_scene_bare() -> None:
    inbound = read(MsgType="event", Event="SCAN", EventKey="bus-stop-12", Ticket="t")
    assert (inbound.event, inbound.payload) == (Event.START, "bus-stop-12")


def test_leaving() -> None:
    assert read(MsgType="event", Event="unsubscribe", EventKey="").event is Event.LEFT


@pytest.mark.parametrize("name", ["user_authorization_revoke", "user_authorization_cancellation"])
def test_a_withdrawn_authorisation_concerns_the_citizen_not_the_service_that_tells_it(name: str) -> None:
    inbound = read(MsgType="event", Event=name, OpenID="oCITIZEN", RevokeInfo="201")
    assert (inbound.event, inbound.address.user) == (Event.LEFT, "oCITIZEN")
    assert to_inbound(push(MsgType="event", Event=name), NOW) is None


@pytest.mark.parametrize(
    "name",
    [
        "LOCATION",
        "VIEW",
        "view_miniprogram",
        "TEMPLATESENDJOBFINISH",
        "kf_create_session",
        "pic_weixin",
        "new_one",
    ],
)
def test_events_that_need_no_answer_are_none(name: str) -> None:
    assert to_inbound(push(MsgType="event", Event=name, EventKey="x"), NOW) is None


def test_json_pushes_say_the_same() -> None:
    fields = {
        "ToUserName": "gh_1",
        " FromUserName": "o1",
        "CreateTime": 1732177800,
        "MsgType": "text",
        "Content": "路灯\u0000坏了",
        "MsgId": 7250021412600020992,
        "List": [{"a": 1}],
    }
    parsed = parse(orjson.dumps(fields))
    inbound = to_inbound(parsed, NOW)
    assert parsed.in_json
    assert inbound is not None
    assert inbound.text == "路灯坏了"
    assert inbound.id != to_inbound(parse(orjson.dumps(fields | {"MsgId": 7250021412600020993})), NOW).id


def test_ids_tell_citizens_apart_who_share_a_message_id() -> None:
    assert read(Content="a", MsgId=1).id != read(Content="a", MsgId=1, FromUserName="oOTHER").id


def test_ids_tell_events_of_one_second_apart_and_know_a_repeat() -> None:
    click = {"MsgType": "event", "Event": "CLICK", "MsgId": ""}
    assert read(**click, EventKey="查进度").id == read(**click, EventKey="查进度").id
    assert read(**click, EventKey="查进度").id != read(**click, EventKey="投诉").id
    assert read(**click, EventKey="查进度").id != read(MsgType="event", Event="SCAN", EventKey="查进度").id
    assert read(**click, EventKey="a").id != read(**click, EventKey="a", CreateTime=1732177801).id


def test_an_endless_key_makes_no_endless_id_and_no_id_names_the_citizen() -> None:
    found = read(MsgType="event", Event="SCAN", EventKey="k" * 5000).id
    assert len(found) <= 120
    assert CITIZEN not in found


@pytest.mark.parametrize("created", ["", "soon", "99999999999999999999", "-1e9"])
def test_an_unusable_time_is_now(created: str) -> None:
    assert read(Content="x", MsgId=1, CreateTime=created).at == NOW


def test_what_each_act_lets_us_send() -> None:
    granted = {
        "text": read(Content="路灯坏了", MsgId=1),
        "tap": read(Content="投诉", bizmsgmenuid=menu_id("type", "TS"), MsgId=1),
        "others' tap": read(Content="投诉", bizmsgmenuid="101", MsgId=1),
        "photo": read(MsgType="image", MediaId="M", MsgId=1),
        "menu": read(MsgType="event", Event="CLICK", EventKey="查进度"),
        "follow": read(MsgType="event", Event="subscribe", EventKey="qrscene_x"),
        "scan": read(MsgType="event", Event="SCAN", EventKey="x"),
        "leave": read(MsgType="event", Event="unsubscribe"),
    }
    assert {name: inbound.grant and inbound.grant.trigger for name, inbound in granted.items()} == {
        "text": "message",
        "tap": "click",
        "others' tap": "click",
        "photo": "message",
        "menu": "click",
        "follow": "follow",
        "scan": "scan",
        "leave": None,
    }
    assert (reply_windows.MESSAGE.messages, reply_windows.MESSAGE.lasts) == (5, timedelta(hours=48))
    assert {
        (g.messages, g.lasts) for g in (reply_windows.CLICK, reply_windows.FOLLOW, reply_windows.SCAN)
    } == {(3, timedelta(minutes=1))}


def test_only_photos_and_videos_come_in_bursts() -> None:
    bursts = {kind: read(MsgType=kind, MediaId="M", MsgId=1).burst for kind in ("image", "video", "voice")}
    assert bursts == {"image": Burst.PART, "video": Burst.PART, "voice": None}
    assert read(Content="x", MsgId=1).burst is None
