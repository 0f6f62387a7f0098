"""What the city's app posts, in our own words. Pure: the same body and `now` give the same `Inbound`."""

from datetime import datetime
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intake.model.messages import Address, ChannelName, Event, Inbound, Tap

_EVENTS = {"start": Event.START, "left": Event.LEFT}


class UnreadablePost(Exception):
    """No message of the app's: `reason` names the fields at fault and none of their content."""

    def __init__(self, message_id: str, reason: str) -> None:
        super().__init__(reason)
        self.message_id = message_id
        self.reason = reason


class _Pressed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    flow: str = Field(max_length=16)
    step: str = Field(max_length=64)
    option: str = Field(max_length=200)


class _Post(BaseModel):
    id: str = Field(min_length=1, max_length=64)
    user: str = Field(min_length=1, max_length=64)
    text: str = Field(default="", max_length=20_000)
    pressed: _Pressed | None = None
    event: Literal["start", "left"] | None = None


def to_inbound(body: bytes, now: datetime) -> Inbound:
    """One post's message. Raises UnreadablePost."""
    try:
        post = _Post.model_validate_json(body)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        raise UnreadablePost(sha256(body).hexdigest(), f"not a post: {fields or 'no JSON'}") from None
    pressed = post.pressed
    return Inbound(
        post.id,
        Address(ChannelName.CITYAPP, post.user),
        now,
        text=post.text,
        tap=Tap(pressed.flow, pressed.step, pressed.option) if pressed else None,
        event=_EVENTS.get(post.event or ""),
    )
