"""The channel-free vocabulary: what a citizen sends and what we answer.

Nothing here knows WeChat or Telegram. A channel's pure `to_inbound()` makes an
`Inbound`; its renderer turns a `Reply` into that platform's own words.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class ChannelName(StrEnum):
    """An app we talk through. The value is stored and stands in URLs."""

    WECHAT = "wechat"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Address:
    """One citizen on one channel: `user` is the openid or the chat id, as text."""

    channel: ChannelName
    user: str


@dataclass(frozen=True, slots=True)
class Location:
    """A pin, in degrees; `coord_sys` is `GCJ02` (WeChat) or `WGS84` (Telegram)."""

    lat: float
    lng: float
    coord_sys: str
    label: str = ""


class MediaKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Media:
    """A file the platform holds for us; `media_id` is what its API wants back."""

    kind: MediaKind
    media_id: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A shared phone card; `own` only if the platform vouches it is the sender's."""

    phone: str
    name: str
    own: bool


@dataclass(frozen=True, slots=True)
class Tap:
    """A button pressed: `step` names the question it was shown for, `option` the choice.

    `flow` is the version of the dialog that made the button (`FLOW`).
    """

    flow: str
    step: str
    option: str


class Event(StrEnum):
    """What happened without words."""

    START = "start"  # follow, /start, first contact: greet
    LEFT = "left"  # unsubscribed or blocked us: no reply, stop pushes
    RETURNED = "returned"  # unblocked us, without a word
    UNSUPPORTED = "unsupported"  # sticker, dice, "unsupported message": a polite word
    REFUSED = "refused"  # what may not be taken on this channel; its content was dropped at the door


@dataclass(frozen=True, slots=True)
class FileNews:
    """What looking at a file showed, told by us and by no platform.

    `place` is where a photo says it was taken; `refused` the reason's name why the file was not taken.
    """

    attachment: str
    place: Location | None = None
    refused: str = ""


class Burst(StrEnum):
    """Files that come one by one, though the citizen sent them together: with the next words, one matter."""

    PART = "part"  # a file alone: others, or a text, may follow within seconds
    END = "end"  # nothing followed: what came so far is the matter


@dataclass(frozen=True, slots=True)
class Grant:
    """How many messages, and until how long after it, the channel lets us send because of one act."""

    trigger: str  # message | click | follow | scan
    messages: int
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Second:
    """What a second reader found in `text`: slots and the words that fill them. Not believed unchecked."""

    text: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from one citizen. `id` is unique per channel, made from the platform's own ids."""

    id: str
    address: Address
    at: datetime  # aware, UTC
    text: str = ""
    tap: Tap | None = None
    location: Location | None = None
    media: tuple[Media, ...] = ()
    contact: Contact | None = None
    event: Event | None = None
    edits: bool = False  # the citizen changed an earlier message
    source: str = ""  # the platform's id of the message itself, the same again when it is changed
    group: str = ""  # album id: messages with the same one belong together
    language: str = ""  # the platform's hint, e.g. "zh-hans", "zh_CN", "en"
    payload: str = ""  # QR scene or /start payload; attacker-controlled
    grant: Grant | None = None  # None = the channel counts no messages
    burst: Burst | None = None  # None = a message by itself
    second: Second | None = None  # None = nobody else has read it
    file: FileNews | None = None  # None = no news of a file sent before
    masked: bool = False  # the number of an identity card was taken out of the text


@dataclass(frozen=True, slots=True)
class Choice:
    """An option: taken by its number in the list, its label, or its button."""

    option: str
    label: str


class Ask(StrEnum):
    """A native control the channel may offer beside the text, where it has one."""

    CONTACT = "contact"
    LOCATION = "location"


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the citizen.

    `step` names the question whose `choices` these are (it comes back in a `Tap`).
    `durable` marks what must be a real, retried call (receipts, summaries, progress,
    surveys); the rest may ride the platform's own answer. `language` is the text's, for
    what a channel adds to it; `retires` names the steps whose buttons this reply settles.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    step: str = ""
    ask: Ask | None = None
    durable: bool = False
    language: str = ""
    retires: tuple[str, ...] = ()


FLOW = "1"
"""The version carried by buttons; raise it when options change their meaning."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply on its way by the channel's own API; `key` is the same on every try.

    `facts` are what it says in short, by name (tail, status, unit, due, text), for a channel that
    may send only forms.
    """

    address: Address
    reply: Reply
    key: str
    purpose: str = field(default="reply")  # reply | receipt | progress | survey | reminder
    facts: tuple[tuple[str, str], ...] = ()
