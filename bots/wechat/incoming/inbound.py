"""WeChat's pushes in our own words. Pure: the same push and the same `now` give the same `Inbound`.

Every act says what it lets us send back (`grants`). WeChat has no albums: each photo is a push
of its own, and only the seconds between them tell that they belong together.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from math import isfinite
from pathlib import Path

from bots.wechat import reply_windows
from bots.wechat.codec import Push
from bots.wechat.incoming.identity import address, created, push_id
from bots.wechat.menu import read_menu_id
from intake.model.messages import (
    Address,
    Burst,
    ChannelName,
    Event,
    Grant,
    Inbound,
    Location,
    Media,
    MediaKind,
)

_IN_BURSTS = frozenset({MediaKind.PHOTO, MediaKind.VIDEO})


def to_inbound(push: Push, now: datetime) -> Inbound | None:
    """What a citizen did, or None for what concerns no dialog (`happenings` has it).

    `now` stands in where the push carries no usable time.
    """
    if push.get("MsgType").lower() == "event":
        return _event(push, created(push, now))
    return _message(push, created(push, now))


def _message(push: Push, at: datetime) -> Inbound:
    make = _MESSAGES.get(push.get("MsgType").lower(), _unsupported)
    return make(push, at)


def _event(push: Push, at: datetime) -> Inbound | None:
    make = _EVENTS.get(push.get("Event").lower())
    return make(push, at) if make else None


def _text(push: Push, at: datetime) -> Inbound:
    menu = push.get("bizmsgmenuid")
    tap = read_menu_id(menu)
    if tap:
        return Inbound(push_id(push), address(push), at, tap=tap, grant=reply_windows.CLICK)
    content = push.get("Content")
    if not content or content in _placeholders():
        return _unsupported(push, at)
    return _said(push, at, content, reply_windows.CLICK if menu else reply_windows.MESSAGE)


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
    return Inbound(
        push_id(push),
        address(push),
        at,
        text=text,
        media=(Media(kind, media_id),),
        grant=reply_windows.MESSAGE,
        burst=Burst.PART if kind in _IN_BURSTS else None,
    )


def _location(push: Push, at: datetime) -> Inbound:
    """`Location_X` is the latitude; China's apps pin in GCJ-02."""
    lat, lng = _degrees(push.get("Location_X"), 90), _degrees(push.get("Location_Y"), 180)
    if lat is None or lng is None:
        return _unsupported(push, at)
    pin = Location(lat, lng, "GCJ02", push.get("Label"))
    return Inbound(push_id(push), address(push), at, location=pin, grant=reply_windows.MESSAGE)


def _link(push: Push, at: datetime) -> Inbound:
    parts = [push.get(name) for name in ("Title", "Description", "Url")]
    text = "\n".join(part for part in parts if part)
    if not text:
        return _unsupported(push, at)
    return _said(push, at, text)


def _said(push: Push, at: datetime, text: str, grant: Grant = reply_windows.MESSAGE) -> Inbound:
    return Inbound(push_id(push), address(push), at, text=text, grant=grant)


def _unsupported(push: Push, at: datetime) -> Inbound:
    return Inbound(push_id(push), address(push), at, event=Event.UNSUPPORTED, grant=reply_windows.MESSAGE)


def _subscribe(push: Push, at: datetime) -> Inbound:
    """Following by a QR code brings its scene; the undocumented `last_trade_no_…` is none."""
    key = push.get("EventKey")
    by_code = push.get("Event").lower() == "subscribe_scan" or key.startswith("qrscene_")
    scene = key.removeprefix("qrscene_") if by_code else ""
    return _started(push, at, scene, reply_windows.FOLLOW)


def _scan(push: Push, at: datetime) -> Inbound:
    return _started(push, at, push.get("EventKey"), reply_windows.SCAN)


def _started(push: Push, at: datetime, scene: str, grant: Grant) -> Inbound:
    return Inbound(push_id(push), address(push), at, event=Event.START, payload=scene, grant=grant)


def _unsubscribe(push: Push, at: datetime) -> Inbound:
    return Inbound(push_id(push), address(push), at, event=Event.LEFT)


def _revoke(push: Push, at: datetime) -> Inbound | None:
    """Here the sender is WeChat's own service, and the citizen stands in `OpenID`."""
    citizen = push.get("OpenID")
    if not citizen:
        return None
    return Inbound(push_id(push), Address(ChannelName.WECHAT, citizen), at, event=Event.LEFT)


def _click(push: Push, at: datetime) -> Inbound | None:
    """Our menu's keys are what the citizen could have written, or an option's id."""
    key = push.get("EventKey")
    if not key:
        return None
    tap = read_menu_id(key)
    return Inbound(
        push_id(push), address(push), at, text="" if tap else key, tap=tap, grant=reply_windows.CLICK
    )


_MESSAGES: Mapping[str, Callable[[Push, datetime], Inbound]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
}

# Photos and pins chosen by a menu's pic_* and location_select come as messages of their own, too.
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


def _degrees(text: str, limit: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) <= limit else None
