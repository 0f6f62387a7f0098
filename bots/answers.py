"""What a channel makes of a turn's replies: how it cuts them, and which its own answer may carry.

A channel that is not named takes any reply as one message, and its answer may carry all of them.
"""

from collections.abc import Callable, Mapping

from bots.telegram.outgoing.split import parts, rides
from intake.model.messages import ChannelName, Reply

Rides = Callable[[tuple[Reply, ...]], bool]

SPLITS: Mapping[ChannelName, Callable[[Reply], tuple[Reply, ...]]] = {ChannelName.TELEGRAM: parts}
RIDES: Mapping[ChannelName, Rides] = {ChannelName.TELEGRAM: rides}


def messages_of(channel: ChannelName, reply: Reply) -> tuple[Reply, ...]:
    """One entry is one message, so that a part that failed does not bring back those before it."""
    split = SPLITS.get(channel)
    return split(reply) if split else (reply,)
