"""Events nobody answers: each is something written down, and some say what became of our messages."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bots.wechat.codec import parse
from bots.wechat.incoming.events import to_channel_event
from bots.wechat.incoming.inbound import to_inbound
from intake.model.channel_event import ChannelEvent, DeliveryOutcome, Permission

NOW = datetime(2024, 11, 21, 8, 30, tzinfo=UTC)
CITIZEN = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
HEAD = {
    "ToUserName": "gh_1",
    "FromUserName": CITIZEN,
    "CreateTime": "1732177800",
    "MsgType": "event",
}


def nodes(fields: dict[str, Any]) -> str:
    return "".join(
        f"<{name}>{nodes(part) if isinstance(part, dict) else f'<![CDATA[{part}]]>'}</{name}>"
        for name, value in fields.items()
        for part in (value if isinstance(value, list) else [value])
    )


def happened(**fields: Any) -> ChannelEvent:
    push = parse(f"<xml>{nodes(HEAD | fields)}</xml>".encode())
    assert to_inbound(push, NOW) is None
    return to_channel_event(push, NOW)


@pytest.mark.parametrize(
    ("status", "delivered"),
    [("success", True), ("failed:user block", False), ("failed: system failed", False), ("", False)],
)
def test_a_template_message_is_delivered_when_wechat_says_success(status: str, delivered: bool) -> None:
    told = happened(Event="TEMPLATESENDJOBFINISH", MsgID="7250021412600020992", Status=status)
    assert told.outcomes == (DeliveryOutcome("7250021412600020992", delivered, "" if delivered else status),)
    assert (told.name, told.address and told.address.user) == ("TEMPLATESENDJOBFINISH", CITIZEN)


def test_two_outcomes_of_one_second_are_two() -> None:
    one = happened(Event="TEMPLATESENDJOBFINISH", MsgID="1", Status="success")
    assert one.id != happened(Event="TEMPLATESENDJOBFINISH", MsgID="2", Status="success").id
    assert one.id == happened(Event="TEMPLATESENDJOBFINISH", MsgID="1", Status="success").id


def test_a_notification_is_delivered_when_its_error_code_is_0() -> None:
    items = [
        {"TemplateId": "T1", "MsgID": "11", "ErrorCode": "0", "ErrorStatus": "success"},
        {"TemplateId": "T2", "MsgID": "12", "ErrorCode": "43101", "ErrorStatus": "user refuse"},
    ]
    told = happened(Event="subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": items})
    assert told.outcomes == (DeliveryOutcome("11", True), DeliveryOutcome("12", False, "43101 user refuse"))


@pytest.mark.parametrize("name", ["subscribe_msg_popup_event", "subscribe_msg_change_event"])
@pytest.mark.parametrize("count", [1, 2])
def test_what_the_citizen_allows_comes_as_one_item_or_a_list(name: str, count: int) -> None:
    items = [
        {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "2"},
        {"TemplateId": "T2", "SubscribeStatusString": "reject", "PopupScene": "2"},
    ]
    told = happened(Event=name, SubscribeMsgPopupEvent={"List": items[:count]})
    assert told.permissions == (Permission("T1", True), Permission("T2", False))[:count]


@pytest.mark.parametrize("bare", [True, False])
def test_json_says_the_same(bare: bool) -> None:
    item = {"TemplateId": "T1", "SubscribeStatusString": "accept"}
    fields = HEAD | {"Event": "subscribe_msg_popup_event", "List": item if bare else [item]}
    assert to_channel_event(parse(orjson.dumps(fields)), NOW).permissions == (Permission("T1", True),)


@pytest.mark.parametrize(
    "odd", [{"List": "x"}, {"List": {"TemplateId": ""}}, {"List": [{"a": {"b": "c"}}]}, {"Other": "1"}, "x"]
)
def test_odd_lists_say_nothing_and_raise_nothing(odd: Any) -> None:
    told = happened(Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent=odd)
    assert told.permissions == ()
    assert happened(Event="subscribe_msg_sent_event", SubscribeMsgSentEvent=odd).outcomes == ()


def test_a_mass_message_concerns_no_citizen() -> None:
    told = happened(Event="MASSSENDJOBFINISH", MsgID="1", Status="sendsuccess")
    assert (told.name, told.address, told.outcomes) == ("MASSSENDJOBFINISH", None, ())


@pytest.mark.parametrize(
    ("name", "granted"), [("scancode_push", True), ("scancode_waitmsg", True), ("VIEW", False)]
)
def test_of_the_menus_other_buttons_only_scans_let_us_write(name: str, granted: bool) -> None:
    told = happened(Event=name, EventKey="k", ScanCodeInfo={"ScanType": "qrcode", "ScanResult": "1"})
    assert (told.grant is not None) is granted


@pytest.mark.parametrize(
    "name",
    [
        "LOCATION",
        "view_miniprogram",
        "user_info_modified",
        "kf_create_session",
        "pic_weixin",
        "location_select",
        "PUBLISHJOBFINISH",
        "announced_tomorrow",
    ],
)
def test_whatever_else_comes_keeps_its_name(name: str) -> None:
    assert happened(Event=name, EventKey="x", MenuId="429").name == name


@pytest.mark.parametrize("name", ["a b", "x" * 65, "事件", "<b>"])
def test_a_name_that_is_none_is_not_written_down(name: str) -> None:
    assert happened(Event=name, EventKey="").name == "unknown"
