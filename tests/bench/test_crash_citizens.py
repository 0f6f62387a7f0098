"""The citizens of the crash run: messages come twice to them, and they must not count that as silence."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest

from bench.crash import people
from bench.crash.people import Patient
from intake.city import CityProfile, load
from intake.phrases import FALLBACK, say, worded
from playground.chat import Chat
from playground.phones import Bubble, Button, Phone
from playground.replay.citizen import Ending, ReplayCitizen
from playground.replay.ear import Ear
from playground.replay.rows import RecordedComplaint
from playground.replay.script import Script

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
QUESTIONS = ("notice.text", "notice.abroad", "summary.foot")
LABELS = ("notice.agree", "notice.agree_abroad", "choice.submit")


class Stutter(Phone):
    """A hotline whose every message comes again a moment later, because the sender of the first has died.

    They come in order, one after the other: an answer stands behind the copies of what was said before.
    """

    user = "7"

    def __init__(self, city: CityProfile, copies: int) -> None:
        self._city = city
        self._chat = Chat()
        self._copies = copies
        self._numbers: Iterator[int] = count(1)
        self._step = 0
        self._lane = asyncio.Lock()
        self._coming: set[asyncio.Task[None]] = set()

    def bubbles(self, after: int) -> tuple[Bubble, ...]:
        return self._chat.since(after)

    async def changed(self, after: int) -> None:
        await self._chat.changed(after)

    async def open(self) -> None:
        self._tell("welcome.hello")

    async def say(self, text: str) -> None:
        self._chat.add(f"c{next(self._numbers)}", "citizen", text, AT)
        self._ask()

    async def tap(self, bubble_id: str, button_id: str) -> None:
        """Pressing on an old question is answered with the one that is open."""
        self._step += button_id == LABELS[self._step]
        self._ask()

    def _ask(self) -> None:
        if self._step == len(QUESTIONS):
            return self._tell("receipt.no_date")
        label = LABELS[self._step]
        return self._tell(QUESTIONS[self._step], Button(label, say(self._city, FALLBACK, label)))

    def _tell(self, key: str, *buttons: Button) -> None:
        text = say(
            self._city, FALLBACK, key, type="诉求", reference="TG1", code="ABC234", handler="大数据中心"
        )

        async def deliver() -> None:
            async with self._lane:
                for _ in range(self._copies):
                    self._chat.add(f"b{next(self._numbers)}", "bot", text, AT, buttons=buttons)
                    await asyncio.sleep(0.01)

        task = asyncio.create_task(deliver())
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)


@pytest.fixture(scope="module")
def city() -> CityProfile:
    return worded(load("jiayuguan"))


async def story_of(
    kind: type[ReplayCitizen], city: CityProfile, copies: int, patience: float
) -> tuple[Ending, int]:
    script = Script(city)
    citizen = kind(Stutter(city, copies), script.person(1), Ear(city), script, patience)
    await citizen.open()
    story = await citizen.tell(RecordedComplaint(1, "", "油烟太大"), ("油烟太大",))
    return story.ending, getattr(citizen, "again", 0)


async def test_who_answers_every_copy_in_turn_never_gets_to_the_end(city: CityProfile) -> None:
    assert (await story_of(ReplayCitizen, city, copies=4, patience=1))[0] is Ending.STUCK


@pytest.mark.parametrize("copies", [1, 2, 5])
async def test_who_reads_to_the_last_word_does_without_saying_anything_again(
    copies: int, city: CityProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "BREATH", 0.1)

    assert await story_of(Patient, city, copies, patience=20) == (Ending.TICKET, 0)
