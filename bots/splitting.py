"""How each channel cuts a reply into messages; one that is not named takes any reply as one message."""

from collections.abc import Callable, Mapping

from bots.telegram.outgoing.split import parts
from intake.model.messages import ChannelName, Reply

SPLITS: Mapping[ChannelName, Callable[[Reply], tuple[Reply, ...]]] = {ChannelName.TELEGRAM: parts}


def messages_of(channel: ChannelName, reply: Reply) -> tuple[Reply, ...]:
    """One entry is one message, so that a part that failed does not bring back those before it."""
    split = SPLITS.get(channel)
    return split(reply) if split else (reply,)
