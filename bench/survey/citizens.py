"""What citizens do with a question: answer in a sentence or step by step, hours later, or not at all."""

import heapq
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.survey.town import channel_of
from intake.model.messages import Address, Outgoing

SENTENCES = (
    ("来过，修好了，满意",),
    ("联系过，解决了，很满意，感谢师傅",),
    ("来过了，没修好，不满意", "太慢了", "需要"),
    ("没人联系我，部分解决，基本满意",),
)
STEPS = (("1", "1", "1"), ("1", "1", "2"), ("2", "3", "3", "3", "需要"), ("1", "2", "2"))
ANSWERS = {"survey": 0.34, "reminder": 0.12}
NEVER = 0.01
TWICE = 0.02
"""So many send their last words twice at once."""


@dataclass(order=True)
class Act:
    """One message somebody will send."""

    at: datetime
    number: int
    user: str = field(compare=False)
    texts: tuple[str, ...] = field(compare=False)
    twice: bool = field(compare=False, default=False)


class Citizens:
    """All of them; their deeds in the order of time."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._acts: list[Act] = []
        self._answered: set[str] = set()
        self._number = 0

    def hears(self, outgoing: Outgoing, now: datetime) -> None:
        """Something came; maybe they act on it."""
        share = ANSWERS.get(outgoing.purpose, 0.0)
        user = outgoing.address.user
        roll = self._chance.random()
        if user in self._answered or roll >= share + NEVER or not share:
            return
        self._answered.add(user)
        texts = ("免打扰",) if roll >= share else self._words()
        self._plan(user, texts, now + timedelta(minutes=self._chance.expovariate(1 / 90)))

    def _words(self) -> tuple[str, ...]:
        return self._chance.choice(SENTENCES if self._chance.random() < 0.6 else STEPS)

    def _plan(self, user: str, texts: tuple[str, ...], at: datetime) -> None:
        self._number += 1
        twice = len(texts) == 1 and self._chance.random() < TWICE
        heapq.heappush(self._acts, Act(at, self._number, user, texts, twice))

    def due(self, now: datetime, most: int) -> list[Act]:
        """Who acts now, one deed each."""
        found = []
        while self._acts and self._acts[0].at <= now and len(found) < most:
            found.append(heapq.heappop(self._acts))
        return found

    def after(self, act: Act) -> None:
        """The next of their words comes seconds later."""
        if len(act.texts) > 1:
            self._number += 1
            next_ = Act(act.at + timedelta(seconds=8), self._number, act.user, act.texts[1:])
            heapq.heappush(self._acts, next_)

    @property
    def next_at(self) -> datetime | None:
        return self._acts[0].at if self._acts else None


def address(user: str) -> Address:
    return Address(channel_of(user), user)
