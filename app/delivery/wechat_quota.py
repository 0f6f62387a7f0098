"""WeChat's quota in the database: what may be sent to a citizen, and what trying has taught.

The rule: every entry is a short transaction of its own, beside the network call and never around it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bots.wechat.outgoing.send_ways import MessageType, SendRights
from intake.model.messages import Address
from storage.db.database import Database, Tx
from storage.messages import account_issues, conversations, send_quotas, template_opt_ins
from storage.messages.account_issues import AccountIssue

LACK_LASTS = timedelta(days=1)
"""After which a right that was denied is asked for once more: an account may have been verified."""


class WeChatQuota:
    """`bots.wechat.outgoing.send_ways.QuotaStore`."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def standing(self, address: Address) -> SendRights:
        now = self._clock()
        async with self._database.read() as tx:
            found = await conversations.find(tx, address)
            if found is None:
                return SendRights()
            return SendRights(
                left=await send_quotas.left(tx, found.id, now),
                allowed=await template_opt_ins.allowed(tx, found.id),
                lacks=_lacks(await account_issues.read(tx, address.channel), now),
            )

    async def spend(self, address: Address) -> str | None:
        async with self._database.write() as tx:
            citizen = await _id(tx, address)
            return None if citizen is None else await send_quotas.spend(tx, citizen, self._clock())

    async def give_back(self, address: Address, trigger: str) -> None:
        async with self._database.write() as tx:
            if (citizen := await _id(tx, address)) is not None:
                await send_quotas.give_back(tx, citizen, trigger)

    async def close(self, address: Address) -> None:
        async with self._database.write() as tx:
            if (citizen := await _id(tx, address)) is not None:
                await send_quotas.close(tx, citizen)

    async def use(self, address: Address, template: str) -> None:
        async with self._database.write() as tx:
            if (citizen := await _id(tx, address)) is not None:
                await template_opt_ins.use(tx, citizen, template)

    async def withdraw(self, address: Address, template: str) -> None:
        async with self._database.write() as tx:
            if (citizen := await _id(tx, address)) is not None:
                await template_opt_ins.withdraw(tx, citizen, template)

    async def lacks(self, address: Address, message_type: MessageType, errcode: int) -> None:
        async with self._database.write() as tx:
            await account_issues.write(tx, address.channel, message_type.value, str(errcode), self._clock())


async def _id(tx: Tx, address: Address) -> int | None:
    found = await conversations.find(tx, address)
    return None if found is None else found.id


def _lacks(notes: Mapping[str, AccountIssue], now: datetime) -> frozenset[MessageType]:
    fresh = {about for about, note in notes.items() if now - note.at < LACK_LASTS}
    return frozenset(message_type for message_type in MessageType if message_type.value in fresh)
