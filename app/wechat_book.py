"""The ladder's book, in the database: what may be sent to a citizen, and what trying has taught.

The rule: every entry is a short transaction of its own, beside the network call and never around it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bots.wechat.ladder import Rung, Standing
from intake.messages import Address, ChannelName
from storage import account_notes, budgets, conversations, permissions
from storage.account_notes import Note
from storage.database import Database, Tx

LACK_LASTS = timedelta(days=1)
"""After which a right that was denied is asked for once more: an account may have been verified."""


class WeChatBook:
    """`bots.wechat.ladder.Book`."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def standing(self, address: Address) -> Standing:
        now = self._clock()
        async with self._database.read() as tx:
            found = await conversations.find(tx, address)
            if found is None:
                return Standing()
            return Standing(
                left=await budgets.left(tx, found.id, now),
                allowed=await permissions.allowed(tx, found.id),
                lacks=_lacks(await account_notes.read(tx, ChannelName.WECHAT), now),
            )

    async def spend(self, address: Address) -> str | None:
        async with self._database.write() as tx:
            citizen = await _id(tx, address)
            return None if citizen is None else await budgets.spend(tx, citizen, self._clock())

    async def give_back(self, address: Address, trigger: str) -> None:
        async with self._database.write() as tx:
            if (citizen := await _id(tx, address)) is not None:
                await budgets.give_back(tx, citizen, trigger)

    async def close(self, address: Address) -> None:
        async with self._database.write() as tx:
            if (citizen := await _id(tx, address)) is not None:
                await budgets.close(tx, citizen)

    async def use(self, address: Address, template: str) -> None:
        async with self._database.write() as tx:
            if (citizen := await _id(tx, address)) is not None:
                await permissions.use(tx, citizen, template)

    async def withdraw(self, address: Address, template: str) -> None:
        async with self._database.write() as tx:
            if (citizen := await _id(tx, address)) is not None:
                await permissions.withdraw(tx, citizen, template)

    async def lacks(self, rung: Rung, errcode: int) -> None:
        async with self._database.write() as tx:
            await account_notes.write(tx, ChannelName.WECHAT, rung.value, str(errcode), self._clock())


async def _id(tx: Tx, address: Address) -> int | None:
    found = await conversations.find(tx, address)
    return None if found is None else found.id


def _lacks(notes: Mapping[str, Note], now: datetime) -> frozenset[Rung]:
    fresh = {about for about, note in notes.items() if now - note.at < LACK_LASTS}
    return frozenset(rung for rung in Rung if rung.value in fresh)
