"""What a channel is and lets us do: data that the rooms ask, so that none asks a channel for its name.

A new channel is a line in `ChannelName` and a row here; how it speaks stands in its folder of `bots`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from intake.model.messages import ChannelName


@dataclass(frozen=True, slots=True)
class ChannelTraits:
    """One channel's. `code` opens a reference and stands in the ticket document, as the contract lists it."""

    code: str
    stored_abroad: bool = False
    """What is written there is stored outside the mainland: it takes a consent of its own, always."""
    leaving_erases: bool = False
    """Who leaves (取消关注) is forgotten; else they are only silent until they come back."""
    own_phone_card: bool = False
    """The app vouches for a phone that its owner shares by a button."""
    rides_response: bool = False
    """The answer to a push carries the replies, and the platform asks again for seconds only."""
    refuses_id_numbers: bool = False
    """A message with the number of an identity card is not taken in, instead of masked."""


TRAITS: Mapping[ChannelName, ChannelTraits] = {
    ChannelName.WECHAT: ChannelTraits("WX", leaving_erases=True, rides_response=True),
    ChannelName.TELEGRAM: ChannelTraits(
        "TG", stored_abroad=True, own_phone_card=True, refuses_id_numbers=True
    ),
}


def traits_of(channel: ChannelName) -> ChannelTraits:
    """The traits of a channel of ours; each has a row."""
    return TRAITS[channel]
