"""What a channel tells us beside the dialog: it is written down and acted upon, and nobody is answered."""

from dataclasses import dataclass
from datetime import datetime

from intake.model.messages import Address, ChannelName, Grant


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What became of a message of ours, told later: `receipt` is what the channel gave us for it."""

    receipt: str
    delivered: bool
    reason: str = ""  # the platform's own words or code


@dataclass(frozen=True, slots=True)
class Permission:
    """A citizen allowed, or no longer allows, messages made from one of our templates."""

    template: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class ChannelEvent:
    """One such thing. `id` as in `Inbound`; `address` None where it concerns no citizen; `at` is aware."""

    id: str
    channel: ChannelName
    name: str
    at: datetime
    address: Address | None = None
    outcomes: tuple[DeliveryOutcome, ...] = ()
    permissions: tuple[Permission, ...] = ()
    grant: Grant | None = None
