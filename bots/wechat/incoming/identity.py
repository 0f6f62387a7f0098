"""Whose push it is, which one, and when: the same for its repeats, different for any other."""

from datetime import UTC, datetime
from hashlib import sha256

from bots.wechat.codec import Push
from intake.model.messages import Address, ChannelName


def push_id(push: Push) -> str:
    """A digest, since ids are stored in the clear and an openid may stand in one place only.

    Messages have a number, which two citizens may share; events have none, so that everything
    that tells two of the same second apart is taken together.
    """
    number = push.get("MsgId")
    if number:
        return _digest(push.sender, number)
    names = ("CreateTime", "Event", "MsgType", "EventKey", "MsgID", "OpenID")
    items = [str(sorted(item.items())) for item in push.items]
    return _digest(push.sender, *(push.get(name) for name in names), *items)


def address(push: Push) -> Address:
    """The citizen who sent it."""
    return Address(ChannelName.WECHAT, push.sender)


def created(push: Push, now: datetime) -> datetime:
    """When it happened; `now` where the push carries no usable time."""
    try:
        return datetime.fromtimestamp(int(push.get("CreateTime")), UTC)
    except (ValueError, OverflowError, OSError):
        return now


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]
