"""One citizen who tells a recorded complaint and answers what is asked, reading like a person.

They act on the last thing said, never on the hotline's inner state, and give up when nobody
answers or when the same is asked again and again.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from playground.phones import Bubble, Phone
from playground.replay.ear import SAFETY, Ear, RecognisedPhrase
from playground.replay.rows import RecordedComplaint
from playground.replay.script import FIRST, Person, Script

MOST_TIMES = 3
"""How often one thing may be asked before a citizen gives up."""


class Ending(StrEnum):
    TICKET = "ticket"
    STOP = "stop"
    SUPPLEMENT = "supplement"
    STUCK = "stuck"


_ENDINGS = {"receipt": Ending.TICKET, SAFETY: Ending.STOP, "supplemented": Ending.SUPPLEMENT}


@dataclass(frozen=True, slots=True)
class ReplayStory:
    """How one conversation went, as its citizen saw it.

    `reference` is the receipt's whole number, or the tail a supplement names. `told` is what they
    wrote of the matter, message by message; `asked` the steps they were asked; `turns` the seconds
    from each message to the first word of its answer; `stuck_at` the step they gave up at.
    """

    row: int
    user: str
    phone: str
    ending: Ending
    reference: str
    told: tuple[str, ...]
    last_words: str
    asked: tuple[str, ...]
    turns: tuple[float, ...]
    stuck_at: str = ""


class Silence(Exception):
    """Nothing that asks or ends came within the citizen's patience."""


class ReplayCitizen:
    """One person with one phone, who may tell several complaints one after another."""

    most_times = MOST_TIMES

    def __init__(self, phone: Phone, person: Person, ear: Ear, script: Script, patience: float) -> None:
        self._phone = phone
        self._person = person
        self._ear = ear
        self._script = script
        self._patience = patience
        self._seen = 0
        self._read: set[str] = set()
        self._last: Bubble | None = None
        self._last_words = ""
        self._turns: list[float] = []

    async def open(self) -> None:
        """Follow the account, or press Start, and wait for the greeting. Raises Silence."""
        await self._turn(self._phone.open)

    async def tell(self, row: RecordedComplaint, parts: Sequence[str]) -> ReplayStory:
        """The whole conversation about one complaint, written in `parts`."""
        self._turns.clear()
        asked: list[str] = []
        answered = Counter[str]()
        try:
            heard = await self._complain(parts, asked)
            while heard.step not in _ENDINGS and answered[heard.step] < self.most_times:
                answered[heard.step] += 1
                heard = await self._answer(heard.step, answered[heard.step] - 1, asked)
        except Silence:
            return self._story(row, parts, asked, RecognisedPhrase("silence", {}))
        return self._story(row, parts, asked, heard)

    async def _complain(self, parts: Sequence[str], asked: list[str]) -> RecognisedPhrase:
        """Write it all before reading on; only a safety card stops them."""
        heard = RecognisedPhrase("", {})
        for part in parts:
            heard = await self._say(part)
            if heard.step in _ENDINGS:
                break
            asked.append(heard.step)
        return heard

    async def _answer(self, step: str, times: int, asked: list[str]) -> RecognisedPhrase:
        """Answer what was answered `times` before; what is heard then."""
        heard = await self._take_choice(step) or await self._own_words(step, times)
        if heard.step not in _ENDINGS:
            asked.append(heard.step)
        return heard

    async def _take_choice(self, step: str) -> RecognisedPhrase | None:
        """Tap the label that is right for this step; None where there is none to tap."""
        bubble, label = self._last, self._script.choice(step)
        if bubble is None or not bubble.buttons:
            return await self._say(label) if label else None
        fitting = [button for button in bubble.buttons if button.label == label]
        if step.partition(":")[0] in FIRST:
            fitting = [button for button in bubble.buttons if not button.asks]
        if not fitting:
            return None
        return await self._turn(lambda: self._phone.tap(bubble.id, fitting[0].id))

    async def _own_words(self, step: str, times: int) -> RecognisedPhrase:
        words = self._script.words(step, times, self._person)
        if words is None:
            raise Silence
        return await self._say(words)

    async def _say(self, text: str) -> RecognisedPhrase:
        self._last_words = text
        return await self._turn(lambda: self._phone.say(text))

    async def _turn(self, act: Callable[[], Awaitable[None]]) -> RecognisedPhrase:
        """Do it, and read until something asks or ends. Raises Silence."""
        clock = asyncio.get_running_loop()
        started, answered = clock.time(), False
        await act()
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    await self._phone.changed(self._seen)
                    news = self._news()
                    if news and not answered:
                        self._turns.append(clock.time() - started)
                        answered = True
                    heard = self._heard(news)
                    if heard is not None:
                        return heard
        except TimeoutError:
            raise Silence from None

    def _news(self) -> list[Bubble]:
        """What the hotline has said since; a bubble that only changed is no news."""
        changed = self._phone.bubbles(self._seen)
        self._seen = max((bubble.version for bubble in changed), default=self._seen)
        news = [bubble for bubble in changed if bubble.side == "bot" and bubble.id not in self._read]
        self._read.update(bubble.id for bubble in news)
        return news

    def _heard(self, news: Sequence[Bubble]) -> RecognisedPhrase | None:
        """The last of it that asks or ends."""
        for bubble in reversed(news):
            heard = self._ear.hear(bubble.text)
            if heard is not None:
                self._last = bubble
                return heard
        return None

    def _story(
        self, row: RecordedComplaint, parts: Sequence[str], asked: Sequence[str], heard: RecognisedPhrase
    ) -> ReplayStory:
        ending = _ENDINGS.get(heard.step, Ending.STUCK)
        return ReplayStory(
            row=row.number,
            user=row.user,
            phone=self._person.phone,
            ending=ending,
            reference=heard.values.get("reference") or heard.values.get("tail") or "",
            told=tuple(parts),
            last_words=self._last_words,
            asked=tuple(asked),
            turns=tuple(self._turns),
            stuck_at=_stuck_at(ending, heard, asked),
        )


def _stuck_at(ending: Ending, heard: RecognisedPhrase, asked: Sequence[str]) -> str:
    if ending is not Ending.STUCK:
        return ""
    last = asked[-1] if asked else "the first message"
    return f"{heard.step} after {last}" if heard.step == "silence" else f"{heard.step} again and again"
