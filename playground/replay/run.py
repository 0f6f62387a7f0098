"""Many citizens at once: one phone for each, their complaints one after another."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from intake.city import CityProfile
from playground.phones import PhoneShop
from playground.replay.citizen import Ending, ReplayCitizen, ReplayStory, Silence
from playground.replay.ear import Ear
from playground.replay.rows import RecordedComplaint
from playground.replay.script import Script

AT_ONCE = 8
PATIENCE = 30.0
"""Seconds without an answer after which a citizen gives up: longer than WeChat's three deliveries."""


async def replay(
    rows: Sequence[RecordedComplaint],
    shop: PhoneShop,
    city: CityProfile,
    told: Callable[[ReplayStory], None],
    *,
    at_once: int = AT_ONCE,
    patience: float = PATIENCE,
) -> list[ReplayStory]:
    """All their stories, in the order of the rows; `told` hears of each as it ends."""
    play = _Play(shop, city, told, patience)
    waiting = iter(enumerate(_by_user(rows)))
    async with asyncio.TaskGroup() as hands:
        for _ in range(at_once):
            hands.create_task(play.one_after_another(waiting))
    return sorted(play.stories, key=lambda story: story.row)


def _by_user(rows: Iterable[RecordedComplaint]) -> list[list[RecordedComplaint]]:
    """The rows of each user; whoever is not named is somebody else each time."""
    users: dict[object, list[RecordedComplaint]] = {}
    for row in rows:
        users.setdefault(row.user or row.number, []).append(row)
    return list(users.values())


class _Play:
    def __init__(
        self,
        shop: PhoneShop,
        city: CityProfile,
        told: Callable[[ReplayStory], None],
        patience: float,
    ) -> None:
        self.stories: list[ReplayStory] = []
        self._shop = shop
        self._ear = Ear(city)
        self._script = Script(city)
        self._told = told
        self._patience = patience

    async def one_after_another(self, waiting: Iterator[tuple[int, list[RecordedComplaint]]]) -> None:
        for number, rows in waiting:
            await self._user(number, rows)

    async def _user(self, number: int, rows: Sequence[RecordedComplaint]) -> None:
        """One user's complaints. Whoever got stuck takes a new phone: the draft left there is nobody's."""
        citizen = await self._citizen(number)
        for row in rows:
            story = await citizen.tell(row, self._shop.split(row.text))
            self.stories.append(story)
            self._told(story)
            if story.ending is Ending.STUCK:
                citizen = await self._citizen(number)

    async def _citizen(self, number: int) -> ReplayCitizen:
        phone = await self._shop.phone(None)
        citizen = ReplayCitizen(phone, self._script.person(number), self._ear, self._script, self._patience)
        with suppress(Silence):  # what counts is whether the complaint is answered
            await citizen.open()
        return citizen
