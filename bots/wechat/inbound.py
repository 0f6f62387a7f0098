"""WeChat's pushes in our own words. Pure: the same push and the same `now` give the same `Inbound`.

The ids, which keep the platform's repeats from counting twice, are sender + MsgId for messages
(MsgIds alone do collide between citizens) and sender + second + event + key for events, which
have no MsgId (two different events of one second are two).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from math import isfinite
from pathlib import Path

from bots.wechat.codec import Push
from bots.wechat.menu import read_menu_id
from intake.messages import Address, ChannelName, Event, Inbound, Location, Media, MediaKind

_LONGEST_ID = 120


def to_inbound(push: Push, now: datetime) -> Inbound | None:
    """What a citizen did, or None for what concerns no dialog and is answered `success`.

    `now` stands in where the push carries no usable time.
    """
    if push.get("MsgType").lower() == "event":
        return _event(push, _created(push, now))
    return _message(push, _created(push, now))


def push_id(push: Push) -> str:
    """The same for every repeat of one push, different for any two pushes."""
    number = push.get("MsgId")
    if number:
        return _short(f"{push.sender}:{number}")
    parts = (
        push.sender,
        push.get("CreateTime"),
        push.get("Event") or push.get("MsgType"),
        push.get("EventKey"),
    )
    return _short(":".join(parts))


def _message(push: Push, at: datetime) -> Inbound:
    make = _MESSAGES.get(push.get("MsgType").lower(), _unsupported)
    return make(push, at)


def _event(push: Push, at: datetime) -> Inbound | None:
    make = _EVENTS.get(push.get("Event").lower())
    return make(push, at) if make else None


def _text(push: Push, at: datetime) -> Inbound:
    tap = read_menu_id(push.get("bizmsgmenuid"))
    if tap:
        return Inbound(push_id(push), _address(push), at, tap=tap)
    content = push.get("Content")
    if not content or content in _placeholders():
        return _unsupported(push, at)
    return Inbound(push_id(push), _address(push), at, text=content)


def _image(push: Push, at: datetime) -> Inbound:
    return _with_media(push, at, MediaKind.PHOTO, push.get("MediaId"))


def _voice(push: Push, at: datetime) -> Inbound:
    """`Recognition` has come empty since 2023, but accounts exist where it is filled."""
    media_id = push.get("MediaId16K") or push.get("MediaId")
    return _with_media(push, at, MediaKind.VOICE, media_id, push.get("Recognition"))


def _video(push: Push, at: datetime) -> Inbound:
    return _with_media(push, at, MediaKind.VIDEO, push.get("MediaId"))


def _with_media(push: Push, at: datetime, kind: MediaKind, media_id: str, text: str = "") -> Inbound:
    if not media_id:
        return _unsupported(push, at)
    return Inbound(push_id(push), _address(push), at, text=text, media=(Media(kind, media_id),))


def _location(push: Push, at: datetime) -> Inbound:
    """`Location_X` is the latitude; China's apps pin in GCJ-02."""
    lat, lng = _degrees(push.get("Location_X"), 90), _degrees(push.get("Location_Y"), 180)
    if lat is None or lng is None:
        return _unsupported(push, at)
    pin = Location(lat, lng, "GCJ02", push.get("Label"))
    return Inbound(push_id(push), _address(push), at, location=pin)


def _link(push: Push, at: datetime) -> Inbound:
    parts = [push.get(name) for name in ("Title", "Description", "Url")]
    text = "\n".join(part for part in parts if part)
    if not text:
        return _unsupported(push, at)
    return Inbound(push_id(push), _address(push), at, text=text)


def _unsupported(push: Push, at: datetime) -> Inbound:
    return Inbound(push_id(push), _address(push), at, event=Event.UNSUPPORTED)


def _subscribe(push: Push, at: datetime) -> Inbound:
    """Following by a QR code brings its scene; the undocumented `last_trade_no_…` is none."""
    key = push.get("EventKey")
    by_code = push.get("Event").lower() == "subscribe_scan" or key.startswith("qrscene_")
    scene = key.removeprefix("qrscene_") if by_code else ""
    return Inbound(push_id(push), _address(push), at, event=Event.START, payload=scene)


def _scan(push: Push, at: datetime) -> Inbound:
    return Inbound(push_id(push), _address(push), at, event=Event.START, payload=push.get("EventKey"))


def _unsubscribe(push: Push, at: datetime) -> Inbound:
    return Inbound(push_id(push), _address(push), at, event=Event.LEFT)


def _revoke(push: Push, at: datetime) -> Inbound | None:
    """Here the sender is WeChat's own service, and the citizen stands in `OpenID`."""
    citizen = push.get("OpenID")
    if not citizen:
        return None
    return Inbound(
        _short(f"{citizen}:{push_id(push)}"), Address(ChannelName.WECHAT, citizen), at, event=Event.LEFT
    )


def _click(push: Push, at: datetime) -> Inbound | None:
    """Our menu's keys are what the citizen could have written, or an option's id."""
    key = push.get("EventKey")
    if not key:
        return None
    tap = read_menu_id(key)
    return Inbound(push_id(push), _address(push), at, text="" if tap else key, tap=tap)


_MESSAGES: Mapping[str, Callable[[Push, datetime], Inbound]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
}

# The rest of what is documented (LOCATION, VIEW, pic_*, scancode_*, kf_*, *JOBFINISH, subscribe_msg_*)
# tells of no act that the dialog could answer; photos and pins chosen by a menu come as messages too.
_EVENTS: Mapping[str, Callable[[Push, datetime], Inbound | None]] = {
    "subscribe": _subscribe,
    "subscribe_scan": _subscribe,  # wechatpy's name for following by a code
    "scan": _scan,
    "unsubscribe": _unsubscribe,
    "user_authorization_revoke": _revoke,
    "user_authorization_cancellation": _revoke,
    "click": _click,
}


@cache
def _placeholders() -> frozenset[str]:
    """What WeChat itself writes in place of a sticker or another kind it does not pass on."""
    lines = Path(__file__).with_name("placeholders.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip())


def _address(push: Push) -> Address:
    return Address(ChannelName.WECHAT, push.sender)


def _created(push: Push, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(push.get("CreateTime")), UTC)
    except (ValueError, OverflowError, OSError):
        return now


def _degrees(text: str, limit: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) <= limit else None


def _short(text: str) -> str:
    """Keys hold whole addresses at times; an id must fit its column."""
    return text if len(text) <= _LONGEST_ID else sha256(text.encode()).hexdigest()
