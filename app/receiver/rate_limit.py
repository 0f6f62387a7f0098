"""How fast one citizen, and all together, may write to us.

The rule: nothing is dropped without a word. Who is too fast is told so, with the numbers for whoever
is in danger; a safety signal is heard at any pace. Who was told that a message is kept has passed: a message
pays once, at the door. Citizens are counted by account and never by address, so that nobody pays for a
neighbour behind the same one.
"""

from collections.abc import Callable

from app.turns.long_texts import thought_about
from intake.model.messages import Event, Inbound
from intake.model.reading import SafetySignal
from intake.understand import safety
from intake.understand.normalise import normalise
from storage.cache.rate_limits import Buckets

CITIZEN = (0.5, 30)
EVERYBODY = (300.0, 3000)
"""Messages a second, and how many at once."""


class RateLimit:
    """Of one process, or of all that share `buckets`; `digest(purpose, text)` is keyed."""

    def __init__(self, buckets: Buckets, digest: Callable[[str, str], str]) -> None:
        self._buckets = buckets
        self._digest = digest

    async def is_too_fast(self, inbound: Inbound) -> bool:
        """Whether this message comes too soon after too many others.

        Leaving is always heard, and the files of one matter count as none.
        """
        if inbound.event is Event.LEFT or inbound.burst is not None:
            return False
        address = inbound.address
        who = self._digest("pace", f"{address.channel.value}:{address.user}")
        mine = (f"citizen:{who}", *CITIZEN)
        wait = await self._buckets.take([mine, ("everybody", *EVERYBODY)], "citizens")
        return wait > 0 and await thought_about(len(inbound.text), _danger, inbound.text) is None


def _danger(text: str) -> SafetySignal | None:
    return safety.signal(normalise(text))
