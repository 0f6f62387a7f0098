"""A phone on the page: what a platform's stand-in shows its citizen, and what they can do.

Every stand-in implements `Phone` and hands them out through a
`PhoneShop`; the page knows only these.

The rule of versions: every phone counts its changes, 1, 2, 3 …; a bubble carries the count
at which it was added or last changed. `bubbles(after)` gives all whose version is above
`after`, in the order of the chat, so one question delivers new and edited bubbles alike,
and a bubble is known again by its `id`. `playground.chat.Chat` keeps that count for a stand-in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Side = Literal["citizen", "bot", "platform"]


class NoSuchPhone(LookupError):
    """The shop never handed out this user (or has restarted since): take a new phone."""


class NoSuchButton(LookupError):
    """This bubble has no such button, or no longer: look at the chat again."""


class NotOnThisApp(Exception):
    """The real app cannot do this (WeChat has no contact card for a hotline)."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap under a bubble; `id` is what `tap` wants back.

    `row` is its line in the keyboard. `asks` marks a native control: the page opens its
    contact or location form instead of tapping.
    """

    id: str
    label: str
    row: int = 0
    asks: Literal["", "contact", "location"] = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file in the chat; `media_id` is what the shop's `media` wants back."""

    kind: Literal["photo", "voice", "file"]
    media_id: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A place in the chat, in degrees of the app's own coordinate system."""

    lat: float
    lng: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One line of the chat. `side` is `citizen`, `bot` or `platform` (grey service notices).

    `text` is plain (markup already undone); a platform notice may be a key of the page's
    phrases instead (`notice`). `at` is aware. `version`: see the module.
    """

    id: str
    side: Side
    text: str
    at: datetime
    version: int
    buttons: tuple[Button, ...] = ()
    attached: Attached | None = None
    pin: Pin | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """A file the citizen picked on their phone; `name` and `media_type` are the browser's claims."""

    content: bytes
    media_type: str
    name: str


class Phone(Protocol):
    """One citizen's chat with the hotline on one app.

    What the citizen does returns when the app has taken it, not when the hotline has
    answered: answers come as bubbles.
    """

    @property
    def user(self) -> str:
        """The openid or the user's number, as text."""
        ...

    def bubbles(self, after: int) -> tuple[Bubble, ...]:
        """All with a version above `after`, in the order of the chat; 0 gives the whole chat."""
        ...

    async def changed(self, after: int) -> None:
        """Return as soon as there is a bubble with a version above `after`."""
        ...

    async def open(self) -> None:
        """Follow the account, or press Start."""
        ...

    async def say(self, text: str) -> None: ...

    async def tap(self, bubble_id: str, button_id: str) -> None:
        """Press a button. Raises NoSuchButton."""
        ...

    async def photos(self, files: Sequence[Picked], caption: str = "") -> None:
        """Send one photo, or several as the app sends several (Telegram: an album)."""
        ...

    async def voice(self, file: Picked) -> None: ...

    async def location(self, lat: float, lng: float, label: str = "") -> None: ...

    async def contact(self, phone: str, name: str) -> None:
        """Share the citizen's own card. Raises NotOnThisApp."""
        ...


class PhoneShop(Protocol):
    """Where one app's phones come from."""

    async def phone(self, user: str | None) -> Phone:
        """The phone of this user, or a new citizen's for None. Raises NoSuchPhone."""
        ...

    def split(self, text: str) -> list[str]:
        """What the citizen's app makes of words too long for one message."""
        ...

    def media(self, media_id: str) -> tuple[bytes, str] | None:
        """A file seen in a chat: content and media type; None if there is none such."""
        ...
