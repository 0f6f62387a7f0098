"""What becomes of an outbox entry, by what its delivery raised: the error's class says what to do next."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

from intake.model.ports import Paused, Rejected, Unavailable, Unsure
from storage.db.database import Database
from storage.db.sealed import Tx
from storage.faults import described
from storage.outbox import backoff
from storage.outbox.engine import Claimed, LookAgain, Outbox, TakenOver

log = structlog.get_logger(__name__)
B = TypeVar("B")


class Outcomes(Generic[B]):
    """One short transaction for each delivery's end. Nothing is written once the entry is another worker's.

    A box that knows more ends than these overrides `ended`, for what goes with a dead letter `buried`, and
    `over_term` where waiting may be nobody's fault.
    """

    def __init__(
        self,
        outbox: Outbox[B],
        database: Database,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._database = database
        self._clock = clock
        self._chance = chance

    async def settle(self, entry: Claimed[B], fault: Exception | None) -> str:
        """Write down what became of it; returns the outcome's name. Raises DatabaseDown."""
        try:
            outcome = await self.ended(entry, fault)
        except TakenOver:
            outcome = "taken_over"
        if outcome != "waiting":  # nothing is wrong, and it is looked at every few seconds
            said = log.warning if outcome == "buried" else log.info
            said(outcome, reason=getattr(fault, "reason", None), attempts=entry.attempts, **_about(entry))
        return outcome

    async def ended(self, entry: Claimed[B], fault: Exception | None) -> str:
        """As `settle`. Raises TakenOver, too; then all of the transaction is undone."""
        match fault:
            case None:
                outcome = await self.done(entry)
            case TakenOver():
                raise fault
            case LookAgain():
                outcome = await self.wait(entry, fault)
            case Paused():
                outcome = await self.hold(entry, fault.reason)
            case Unavailable():
                outcome = await self.later(entry, fault.reason, fault.retry_after)
            case Unsure():
                outcome = await self.later(entry, fault.reason)
            case Rejected():
                outcome = await self.bury(entry, fault)
            case _:
                outcome = await self.broke(entry, fault)
        return outcome

    async def done(self, entry: Claimed[B]) -> str:
        async with self._database.write() as tx:
            await self._outbox.done(tx, entry, self._clock())
        return "delivered"

    async def wait(self, entry: Claimed[B], fault: LookAgain) -> str:
        """No failure, and so no growing pause."""
        if await self.over_term(entry):
            return await self.bury(entry, Rejected(f"given up: {fault.reason}"))
        async with self._database.write() as tx:
            rest = timedelta(seconds=fault.retry_after or 0)
            await self._outbox.later(tx, entry, rest, fault.reason, self._clock())
        return "waiting"

    async def hold(self, entry: Claimed[B], reason: str) -> str:
        """The whole destination keeps still; the order stays, so it goes back to its place."""
        if await self.over_term(entry):
            return await self.bury(entry, Rejected(f"given up: {reason}"))
        async with self._database.write() as tx:
            await self._outbox.put_back(tx, entry, reason)
        return "paused"

    async def later(self, entry: Claimed[B], reason: str, asked: float | None = None) -> str:
        """Ever more slowly; `asked`: the seconds the other side wants us to wait.

        Claims that only looked count as attempts, so nothing rests for much longer than it has waited: what
        only failed has waited for about as long as it is to rest.
        """
        if await self.over_term(entry):
            return await self.bury(entry, Rejected(f"given up after three days: {reason}"))
        waited = max(self._clock() - entry.queued_at, timedelta())
        longest = min(self._outbox.longest, 2 * waited + backoff.FIRST)
        async with self._database.write() as tx:
            rest = backoff.pause(entry.attempts, asked, self._chance, longest)
            await self._outbox.later(tx, entry, rest, reason, self._clock())
        return "later"

    async def bury(self, entry: Claimed[B], refusal: Rejected) -> str:
        """A dead letter: an operator sees it, and the lane goes on."""
        now = self._clock()
        async with self._database.write() as tx:
            await self._outbox.bury(tx, entry, refusal.reason, now)
            await self.buried(tx, entry, refusal, now)
        return "buried"

    async def buried(self, tx: Tx, entry: Claimed[B], refusal: Rejected, now: datetime) -> None:
        """What else a dead letter means, in the same transaction."""

    async def broke(self, entry: Claimed[B], fault: Exception) -> str:
        """A fault of ours: an operator sees it as the entry's reason; the next release may mend it."""
        log.error("delivery failed", fault=described(fault), **_about(entry))
        return await self.later(entry, f"a fault of ours: {described(fault)}")

    async def over_term(self, entry: Claimed[B]) -> bool:
        """Whether it has been tried for long enough. Raises DatabaseDown."""
        return backoff.over_term(self._clock() - entry.queued_at, entry.attempts)


def _about(entry: Claimed[B]) -> dict[str, object]:
    return {"destination": entry.destination, "kind": entry.kind, "entry": entry.id}
