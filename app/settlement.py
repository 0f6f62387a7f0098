"""What becomes of an outbox entry, by what its delivery raised: the error's class says what to do next."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app.delivery import TakenOver, Waiting
from app.faults import described
from app.replies import SURVEYS, outgoing_of, queue_replies
from app.retry import LONGEST_HELD_UP, given_up, next_try, too_old
from intake.city import CityProfile
from intake.news import rejected
from intake.phrases import pick_language
from intake.ports import Hindered, NotNow, Paused, Rejected, Taken, Unavailable, Unreachable, Unsure
from intake.status import Standing, Status
from storage import account_notes, attachments, conversations, loose_files, outbox, receipts, tickets
from storage.database import Database, Tx
from storage.outbox import Claimed

log = structlog.get_logger(__name__)

HELD_UP = "held_up"
"""The note of when a destination last refused whatever was sent there, and what for."""


class Settlement:
    """One short transaction for each delivery's end."""

    def __init__(
        self,
        database: Database,
        city: CityProfile,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._database = database
        self._city = city
        self._clock = clock
        self._chance = chance

    async def settle(self, entry: Claimed, fault: Exception | None) -> str:
        """Write down what became of it; returns the outcome's name. Raises DatabaseDown.

        `fault` is what `Delivery.deliver` raised.
        """
        match fault:
            case None:
                outcome = await self._done(entry)
            case TakenOver():
                outcome = "taken_over"
                _log(entry, outcome)
            case Unavailable():
                outcome = await self._put_off(entry, fault)
            case Unsure():
                outcome = await self._unsure(entry, fault.reason)
            case Taken():
                outcome = await self._await(entry, fault)
            case Rejected():
                outcome = await self._refused(entry, fault)
            case _:
                outcome = await self._broke(entry, fault)
        return outcome

    async def _put_off(self, entry: Claimed, fault: Unavailable) -> str:
        match fault:
            case Waiting():
                return await self._wait(entry, fault)
            case Paused():
                return await self._hold(entry, fault)
            case Hindered():
                return await self._held_up(entry, fault)
            case _:
                return await self._later(entry, fault.reason, fault.retry_after)

    async def _refused(self, entry: Claimed, fault: Rejected) -> str:
        match fault:
            case NotNow():
                return await self._keep(entry, fault)
            case Unreachable():
                return await self._cut_off(entry, fault)
            case _:
                return await self._bury(entry, fault.reason)

    async def _broke(self, entry: Claimed, fault: Exception) -> str:
        """A fault of ours: an operator sees it as the entry's reason; the next release may mend it."""
        log.error("delivery failed", entry=entry.id, kind=entry.kind, fault=described(fault))
        return await self._later(entry, f"a fault of ours: {described(fault)}", None)

    async def _done(self, entry: Claimed) -> str:
        async with self._database.write() as tx:
            await outbox.done(tx, entry.id, self._clock())
        _log(entry, "delivered")
        return "delivered"

    async def _wait(self, entry: Claimed, fault: Waiting) -> str:
        due = self._clock() + timedelta(seconds=fault.retry_after or 0)
        if too_old(entry, self._clock()):
            return await self._bury(entry, f"given up: {fault.reason}")
        async with self._database.write() as tx:
            await outbox.later(tx, entry.id, due, fault.reason)
        return "waiting"

    async def _hold(self, entry: Claimed, fault: Paused) -> str:
        """The whole channel keeps still; the order stays, so it goes back to its place."""
        if too_old(entry, self._clock()):
            return await self._bury(entry, f"given up: {fault.reason}")
        async with self._database.write() as tx:
            await outbox.later(tx, entry.id, entry.queued_at, fault.reason)
        _log(entry, "paused", reason=fault.reason)
        return "paused"

    async def _later(self, entry: Claimed, reason: str, retry_after: float | None) -> str:
        now = self._clock()
        if too_old(entry, now) and not await self._was_held_up(entry, now):
            return await self._bury(entry, f"given up after three days: {reason}")
        due = next_try(entry.attempts, now, retry_after, self._chance)
        async with self._database.write() as tx:
            await outbox.later(tx, entry.id, due, reason)
        _log(entry, "later", reason=reason)
        return "later"

    async def _held_up(self, entry: Claimed, fault: Hindered) -> str:
        """For as long as that lasts, were it weeks: an operator mends it, and then everything goes."""
        now = self._clock()
        due = next_try(entry.attempts, now, fault.retry_after, self._chance, LONGEST_HELD_UP)
        async with self._database.write() as tx:
            await outbox.later(tx, entry.id, due, fault.reason)
            await account_notes.write(tx, entry.destination, HELD_UP, fault.trouble.value, now)
        _log(entry, "held_up", reason=fault.reason)
        return "held_up"

    async def _was_held_up(self, entry: Claimed, now: datetime) -> bool:
        """The three days begin when the way is free again: what waited meanwhile was never really tried."""
        async with self._database.read() as tx:
            held_up = (await account_notes.read(tx, entry.destination)).get(HELD_UP)
        return held_up is not None and not given_up(held_up.at, now)

    async def _unsure(self, entry: Claimed, reason: str) -> str:
        """A survey must not come twice; everything else is asked for, or sent, once more."""
        if entry.kind != "reply" or outgoing_of(entry.body).purpose not in SURVEYS:
            return await self._later(entry, reason, None)
        async with self._database.write() as tx:
            await outbox.unsure(tx, entry.id, reason, self._clock())
        _log(entry, "unsure", reason=reason)
        return "unsure"

    async def _await(self, entry: Claimed, fault: Taken) -> str:
        """It is with the platform; what became of it is told later, or it waits for the next contact."""
        async with self._database.write() as tx:
            await receipts.taken(tx, entry.id, fault.receipt, whole=fault.whole, now=self._clock())
        _log(entry, "taken")
        return "taken"

    async def _keep(self, entry: Claimed, refusal: Rejected) -> str:
        """The citizen gets it when they write again; what is no message to a citizen cannot wait so."""
        if entry.kind != "reply":
            return await self._bury(entry, refusal.reason)
        async with self._database.write() as tx:
            await outbox.keep(tx, entry.id, self._clock())
        _log(entry, "kept", reason=refusal.reason)
        return "kept"

    async def _cut_off(self, entry: Claimed, refusal: Unreachable) -> str:
        """They blocked us or left: no more pushes until they write; what they missed waits for that."""
        async with self._database.write() as tx:
            stored = await conversations.by_id(tx, entry.conversation_id or 0)
            if stored is not None:
                await conversations.set_reachable(tx, stored.id, False)
        return await (self._bury(entry, refusal.reason) if stored is None else self._keep(entry, refusal))

    async def _bury(self, entry: Claimed, reason: str) -> str:
        now = self._clock()
        async with self._database.write() as tx:
            await outbox.bury(tx, entry.id, reason, now)
            if entry.kind == "fetch":
                await attachments.fail(tx, entry.body["attachment"], reason)
                await loose_files.settle(tx, [entry.body["attachment"]])
            if entry.kind == "submit":
                await self._tell_rejected(tx, entry, now)
        log.warning("buried", destination=entry.destination, kind=entry.kind, entry=entry.id, reason=reason)
        return "buried"

    async def _tell_rejected(self, tx: Tx, entry: Claimed, now: datetime) -> None:
        """The backend refused the document: staff see it, the citizen is told."""
        found = await tickets.find(tx, reference=entry.body["reference"], lock=True)
        if found is None:
            return
        await tickets.save_standing(tx, found.id, Standing(status=Status.REJECTED), now)
        stored = await conversations.by_id(tx, found.conversation_id)
        if stored is not None:
            language = stored.conversation.language or pick_language(found.ticket.language)
            word = rejected(found.ticket.reference, self._city, language)
            await queue_replies(
                tx, stored.id, stored.address, (word,), f"rejected:{found.id}", "progress", now
            )


def _log(entry: Claimed, outcome: str, **more: str) -> None:
    log.info(
        outcome,
        destination=entry.destination,
        kind=entry.kind,
        entry=entry.id,
        attempts=entry.attempts,
        **more,
    )
