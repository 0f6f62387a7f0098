"""Citizens for the crash run: they complain, add to it twice, and count what they hear.

What a citizen says carries a mark of its own, so that each step can be found at the backend: once, neither
less nor more.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from intake.city import CityProfile
from intake.model.messages import ChannelName
from intake.phrases import FALLBACK
from playground.phones import Bubble, NoSuchButton, Phone, PhoneShop
from playground.replay.citizen import Ending, ReplayCitizen, Silence
from playground.replay.ear import Ear, RecognisedPhrase
from playground.replay.rows import RecordedComplaint
from playground.replay.script import Person, Script

BREATH = 4.0  # seconds: Telegram lets one message a second into a chat, and the machine is busy
MOST_TIMES = 3
NOTHING_TO_SAY = frozenset({"greeting", "progress", "person", "no ticket", "cancelled", "declined"})


@dataclass(slots=True)
class Case:
    """One conversation as its citizen saw it; `again` counts what had to be said more than once."""

    channel: ChannelName
    mark: str
    phone: Phone
    reference: str = ""
    acknowledged: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    again: int = 0
    handled: bool = False
    stuck_at: str = ""

    def bubbles(self, pattern: re.Pattern[str]) -> int:
        """How many messages of the hotline's hold this."""
        texts = [bubble.text for bubble in self.phone.bubbles(0) if bubble.side == "bot"]
        return sum(pattern.search(text) is not None for text in texts)


class Patient(ReplayCitizen):
    """Knows that messages may come twice: acts on the last word in the chat, and repeats what got no answer.

    Whoever answers each copy of a question in turn stays one question behind for ever.
    """

    again = 0
    most_times = 10  # WeChat's second way brings a copy 20 seconds later: that too is answered, in vain

    def __init__(self, phone: Phone, person: Person, ear: Ear, script: Script, patience: float) -> None:
        super().__init__(phone, person, ear, script, patience)
        self._before: set[str] = set()

    async def _turn(self, act: Callable[[], Awaitable[None]]) -> RecognisedPhrase:
        for _ in range(MOST_TIMES - 1):
            with suppress(Silence):
                return await self._once(act)
            self.again += 1
        return await self._once(act)

    async def _once(self, act: Callable[[], Awaitable[None]]) -> RecognisedPhrase:
        try:
            heard = await super()._turn(act)
        except NoSuchButton:  # the question was asked a second time, and this copy has lost its buttons
            heard = await super()._turn(_wait)
        heard = await self._last_word(heard)
        while heard.step in NOTHING_TO_SAY:  # an old word come a second time: the answer is still to come
            heard = await self._last_word(await super()._turn(_wait))
        self._before.add(heard.step)
        return heard

    async def _last_word(self, heard: RecognisedPhrase) -> RecognisedPhrase:
        """What was heard before may be a copy: read on until the chat is quiet."""
        while heard.step in self._before or heard.step in NOTHING_TO_SAY:
            later = await self._more()
            if later is None:
                return heard
            heard = later
        return heard

    def _heard(self, news: Sequence[Bubble]) -> RecognisedPhrase | None:
        """What is new goes before a copy that came after it."""
        found = [(bubble, heard) for bubble in news if (heard := self._ear.hear(bubble.text))]
        fresh = [one for one in found if one[1].step not in self._before]
        if not found:
            return None
        self._last, heard = (fresh or found)[-1]
        return heard

    async def _more(self) -> RecognisedPhrase | None:
        """What asks or ends within a breath, if anything does."""
        patience, self._patience = self._patience, BREATH
        try:
            return await super()._turn(_wait)
        except Silence:
            return None
        finally:
            self._patience = patience

    async def open(self) -> None:
        """Nobody follows twice."""
        await super()._turn(self._phone.open)

    async def begins(self, command: str) -> bool:
        """Ask to supplement the newest ticket; whether that was answered. If not, nothing more is said."""
        self._before -= {"content", "supplemented"}
        return await self._hears("content", command)

    async def adds(self, words: str) -> bool:
        """Say what there is to add; whether that was acknowledged."""
        return await self._hears("supplemented", words)

    async def _hears(self, step: str, said: str) -> bool:
        try:
            heard = await self._say(said)
            while heard.step != step:
                heard = await super()._turn(_wait)
        except Silence:
            return False
        return True


async def _wait() -> None:
    """Do nothing but read on."""


class People:
    """Everybody who takes part."""

    def __init__(self, city: CityProfile, shop: Callable[[ChannelName], PhoneShop], patience: float) -> None:
        self.cases: list[Case] = []
        self._patience = patience
        self._city = city
        self._shop = shop
        self._ear = Ear(city)
        self._script = Script(city)
        self._supplement = city.wording[FALLBACK]["menu.supplement"]

    async def one(self, number: int, channel: ChannelName, handle: Callable[[str], Awaitable[None]]) -> None:
        """A whole conversation; at its end `handle` has the ticket worked off."""
        phone = await self._shop(channel).phone(None)
        mark = f"K{number:05d}"
        case = Case(channel, mark, phone)
        self.cases.append(case)
        citizen = Patient(phone, self._script.person(number), self._ear, self._script, self._patience)
        with suppress(Silence):
            await citizen.open()
        case.said.append(f"{mark}A")
        words = f"我家楼下烧烤店油烟太大，天天晚上都这样（{mark}A），在新华路15号院。"
        story = await citizen.tell(RecordedComplaint(number, "", words), (words,))
        if story.ending is Ending.TICKET:
            case.reference = story.reference
            case.acknowledged.append(f"{mark}A")
            for letter in "BC":
                if not await citizen.begins(self._supplement):
                    continue
                case.said.append(f"{mark}{letter}")
                if await citizen.adds(f"今晚又开了，油烟更大了（{mark}{letter}）。"):
                    case.acknowledged.append(f"{mark}{letter}")
            await handle(case.reference)
            case.handled = True
        case.again, case.stuck_at = citizen.again, story.stuck_at

    async def last_word(self, case: Case) -> None:
        """Ask for the progress: what could not be sent so far comes with the answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await case.phone.say(self._city.wording[FALLBACK]["menu.progress"])
                heard = len(_of_the_hotline(case))
                while len(_of_the_hotline(case)) == heard:
                    await case.phone.changed(max(bubble.version for bubble in case.phone.bubbles(0)))


def _of_the_hotline(case: Case) -> list[Bubble]:
    return [bubble for bubble in case.phone.bubbles(0) if bubble.side == "bot"]
