"""How fast one citizen, and all together, may write to us.

The rule: nothing is dropped without a word. Who is too fast is told so, with the numbers for whoever
is in danger; a safety signal is heard at any pace. Who was told that a message is kept has passed: a message
pays once, at the door. Citizens are counted by account and never by address, so that nobody pays for a
neighbour behind the same one.
"""

from collections.abc import Callable

from app.base.long_texts import thought_about
from intake.model.messages import Burst, Event, Inbound
from intake.model.reading import SafetySignal
from intake.understand.danger.ladder import read_danger
from intake.understand.normalise import normalise
from storage.cache.rate_limits import Buckets

CITIZEN = (0.5, 30)
FILES = (0.5, 120)
TOLD = (1 / 60, 1)
EVERYBODY = (300.0, 3000)
"""Messages a second, and how many at once."""


class RateLimit:
    """Of one process, or of all that share `buckets`; `digest(purpose, text)` is keyed."""

    def __init__(self, buckets: Buckets, digest: Callable[[str, str], str]) -> None:
        self._buckets = buckets
        self._digest = digest

    async def is_too_fast(self, inbound: Inbound) -> bool:
        """Whether this message comes too soon after too many others.

        Leaving is always heard. Files pushed one by one count as files alone: so many belong to one matter.
        """
        if inbound.event is Event.LEFT or inbound.burst is Burst.END:
            return False
        if inbound.burst is Burst.PART:
            return await self._buckets.take([(self._name("files", inbound), *FILES)], "citizens") > 0
        mine = (self._name("citizen", inbound), *CITIZEN)
        wait = await self._buckets.take([mine, ("everybody", *EVERYBODY)], "citizens")
        return wait > 0 and await thought_about(len(inbound.text), _danger, inbound.text) is None

    async def is_told(self, inbound: Inbound) -> bool:
        """Whether who is too fast hears so: always, but for two hundred files at once only once."""
        if inbound.burst is None:
            return True
        return await self._buckets.take([(self._name("told", inbound), *TOLD)], "citizens") == 0

    def _name(self, what: str, inbound: Inbound) -> str:
        who = f"{inbound.address.channel.value}:{inbound.address.user}"
        return f"{what}:{self._digest('pace', who)}"


def _danger(text: str) -> SafetySignal | None:
    """What would stop the form, or be asked about."""
    found = read_danger(normalise(text))
    asked = found.doubt if found.doubt is not None and found.doubt.asks else None
    return found.red or (asked.signal if asked else None)
