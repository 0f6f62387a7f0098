"""Events that tell of no act the dialog could answer: what became of our messages, what is allowed.

The rule: nothing WeChat pushes is dropped unseen. An event nobody has documented yet is
written down under its name like any other.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from bots.wechat import reply_windows
from bots.wechat.codec import Push
from bots.wechat.incoming.identity import address, created, push_id
from intake.model.channel_event import ChannelEvent, DeliveryOutcome, Permission
from intake.model.messages import ChannelName

_NAME = re.compile(r"\w{1,64}", re.ASCII)
_LONGEST_REASON = 80
_CLICKS = frozenset({"scancode_push", "scancode_waitmsg"})  # of a menu's buttons, only these and CLICK grant
_OF_NOBODY = frozenset({"masssendjobfinish", "publishjobfinish"})  # the sender is WeChat's own


def to_channel_event(push: Push, now: datetime) -> ChannelEvent:
    """What is written down of an event that `inbound.to_inbound` leaves. `now` as there."""
    name = push.get("Event") or push.get("MsgType")
    kind = name.lower()
    return ChannelEvent(
        id=push_id(push),
        channel=ChannelName.WECHAT,
        name=name if _NAME.fullmatch(name) else "unknown",
        at=created(push, now),
        address=None if kind in _OF_NOBODY else address(push),
        outcomes=_OUTCOMES.get(kind, _none)(push),
        permissions=_permissions(push) if kind in _PERMISSIONS else (),
        grant=reply_windows.CLICK if kind in _CLICKS else None,
    )


def _template_sent(push: Push) -> tuple[DeliveryOutcome, ...]:
    """`MsgID` has a capital D here; `Status` is `success`, `failed:user block` or `failed: system failed`."""
    receipt, status = push.get("MsgID"), push.get("Status")
    if not receipt:
        return ()
    delivered = status == "success"
    return (DeliveryOutcome(receipt, delivered, "" if delivered else status[:_LONGEST_REASON]),)


def _notifications_sent(push: Push) -> tuple[DeliveryOutcome, ...]:
    return tuple(_notification_sent(item) for item in push.items if item.get("MsgID"))


def _notification_sent(item: Mapping[str, str]) -> DeliveryOutcome:
    delivered = item.get("ErrorCode") == "0"
    reason = "" if delivered else f"{item.get('ErrorCode', '')} {item.get('ErrorStatus', '')}".strip()
    return DeliveryOutcome(item["MsgID"], delivered, reason[:_LONGEST_REASON])


def _permissions(push: Push) -> tuple[Permission, ...]:
    """One template for each item: `accept`, or `reject` (also by the app's settings)."""
    return tuple(
        Permission(item["TemplateId"], item.get("SubscribeStatusString") == "accept")
        for item in push.items
        if item.get("TemplateId")
    )


def _none(_: Push) -> tuple[DeliveryOutcome, ...]:
    return ()


_OUTCOMES: Mapping[str, Callable[[Push], tuple[DeliveryOutcome, ...]]] = {
    "templatesendjobfinish": _template_sent,
    "subscribe_msg_sent_event": _notifications_sent,
}
_PERMISSIONS = frozenset({"subscribe_msg_popup_event", "subscribe_msg_change_event"})
