"""What the core needs from outside, and the errors that say what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from intake.model.channel_event import ChannelEvent
from intake.model.messages import ChannelName, Inbound, Media, Outgoing
from intake.model.status import StatusUpdate


class Unavailable(Exception):
    """Nothing was done, or doing it again is harmless: try later. `retry_after` in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Paused(Unavailable):
    """The whole channel must keep still for `retry_after`: nothing was done, and this one goes first then."""


class Trouble(StrEnum):
    """What a backend that refuses us has judged, where it is not what we sent: for an operator to mend."""

    KEY = "key"
    CLOCK = "clock"
    ADDRESS = "address"
    METHOD = "method"
    HOST = "host"
    PROXY = "proxy"
    UNKNOWN = "unknown"
    """Address and key are right; it does not know what a call is about."""
    OTHER = "other"


class NeedsOperator(Unavailable):
    """Whatever we send is refused until an operator mends it: tell one at once, give nothing up meanwhile."""

    def __init__(self, trouble: Trouble, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason, retry_after)
        self.trouble = trouble


class Postponed(Unavailable):
    """The other side is well and puts off this one alone; with a `trouble`, an operator is told."""

    def __init__(self, reason: str, retry_after: float | None = None, trouble: Trouble | None = None) -> None:
        super().__init__(reason, retry_after)
        self.trouble = trouble


class Rejected(Exception):
    """The other side refused for good: never try again, tell a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotTaken(Rejected):
    """A file we may not or cannot keep; `why` is the reason's name, for the words its citizen is told."""

    def __init__(self, why: str, reason: str) -> None:
        super().__init__(reason)
        self.why = why


class Unreachable(Rejected):
    """The citizen blocked us or left: stop pushes to them."""


class NotNow(Rejected):
    """The channel may not write to this citizen now: keep it for their next contact."""


class OutcomePending(Exception):
    """The channel took it and will tell later, under `receipt`, what became of it.

    `whole` if what it took says everything; otherwise it only announced the message.
    """

    def __init__(self, receipt: str, *, whole: bool) -> None:
        super().__init__(receipt)
        self.receipt = receipt
        self.whole = whole


class Unsure(Exception):
    """The request may have been carried out: repeat only where a double is harmless."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as downloaded: its bytes and the type the platform claims (may be empty)."""

    content: bytes
    media_type: str


class FileSource(Protocol):
    """Where files a citizen sent are had."""

    async def fetch(self, media: Media) -> Fetched:
        """Download a file a citizen sent. Raises Unavailable or Rejected."""
        ...


class Channel(Protocol):
    """An app we talk through."""

    name: ChannelName

    async def send(self, outgoing: Outgoing) -> None:
        """Deliver one reply. Raises Unavailable, Rejected, Unreachable, NotNow or Unsure."""
        ...

    async def fetch(self, media: Media) -> Fetched:
        """Download a file a citizen sent. Raises Unavailable or Rejected."""
        ...

    async def probe(self) -> None:
        """Ask something harmless that needs our credentials. Raises Unavailable or Rejected."""
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class Paced(Protocol):
    """A channel whose platform may ask us to keep still (`Paused`)."""

    async def rest(self) -> float:
        """Seconds in which nothing need be tried."""
        ...


@runtime_checkable
class ReadsAgain(Protocol):
    """A channel that reads a push long after it came, when it was put aside."""

    def read_again(self, body: bytes, now: datetime) -> Inbound | ChannelEvent | None:
        """What it says; None for what it cannot read, or what asks for nothing."""
        ...


class Hotline(Protocol):
    """The city's backend. Documents are JSON objects, as they go on the wire."""

    async def submit(self, document: dict[str, Any], key: str) -> str:
        """File a ticket; returns `hotline_ref`. Raises Unavailable, Rejected or Unsure."""
        ...

    async def find(self, key: str, document: dict[str, Any] | None = None) -> str | None:
        """The `hotline_ref` filed under this key, or None. Raises Unavailable.

        `document` is the ticket's, for a backend that knows no keys and must be searched.
        """
        ...

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None:
        """Tell the backend; None = what concerns no ticket. Raises as `submit`."""
        ...

    async def probe(self) -> None:
        """Ask something harmless that needs our credentials. Raises Unavailable or Rejected."""
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class Timed(Protocol):
    """A backend whose answers tell its time."""

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock is ahead of its own, by its latest answer; None if that did not say."""
        ...


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a classifier holds of a complaint: every label with its probability, the likeliest first.

    `sure`: above the threshold; below it the classifier abstains.
    """

    ranked: tuple[tuple[str, float], ...]
    sure: bool


@runtime_checkable
class Classifier(Protocol):
    """A category model, over labels of its own."""

    labels: tuple[str, ...]

    def of_text(self, text: str) -> Opinion:
        """What it holds of a message; quick, and never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Followed:
    """A ticket at a backend that must be asked: how it stands with us; `status` as in `status`."""

    reference: str
    hotline_ref: str
    status: str
    round: int
    lead_unit: str | None = None
    due_at: datetime | None = None


@runtime_checkable
class ShowsEverybody(Protocol):
    """A backend that shows whatever it is sent to whoever asks."""

    def as_everybody_reads_it(self, event: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
        """An event on this ticket without what its seal hides."""
        ...


@runtime_checkable
class Follows(Protocol):
    """A backend that does not call back."""

    async def news(self, tickets: Sequence[Followed]) -> Sequence[StatusUpdate]:
        """What it says of these tickets, whether told before or not. Raises Unavailable."""
        ...

    def is_provisional(self, hotline_ref: str) -> bool:
        """Whether a lasting number is still to come."""
        ...

    async def number(self, hotline_ref: str) -> str | None:
        """The lasting number behind a provisional one; None if it is lasting, or there is none yet."""
        ...
