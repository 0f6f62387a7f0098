"""The ends that only the front door's deliveries have: kept for a citizen, unsure, taken, held up."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.base.jobs import job_of
from app.delivery.queue_replies import SURVEYS, queue_replies
from intake.city import CityProfile
from intake.model.messages import Outgoing
from intake.model.ports import NeedsOperator, NotNow, OutcomePending, Rejected, Unreachable, Unsure
from intake.model.status import Standing, Status
from intake.notifications.progress_message import rejected
from intake.phrases import pick_language
from storage.db.database import Database, Tx
from storage.db.sealed import UnreadableRow
from storage.messages import account_issues, attachments, conversations, delivery_receipts, loose_files
from storage.outbox import backoff, outbox
from storage.outbox.engine import TakenOver
from storage.outbox.jobs import Body, FetchFile, Job, SubmitTicket
from storage.outbox.outbox import OUTBOX, Claimed
from storage.outbox.outcomes import Outcomes
from storage.privacy import left_channel
from storage.tickets import tickets

HELD_UP = "held_up"
"""The note of when a destination last refused whatever was sent there, and what for."""

LONGEST_HELD_UP = timedelta(minutes=4)
"""Between tries of what a person may set right any moment: with its jitter, five minutes."""


class FrontDoorOutcomes(Outcomes[Body]):
    """What was raised comes from `Delivery.deliver`."""

    def __init__(
        self,
        database: Database,
        city: CityProfile,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        super().__init__(OUTBOX, database, clock, chance)
        self._city = city

    async def ended(self, entry: Claimed, fault: Exception | None) -> str:
        match fault:
            case Unsure() if _asks(entry):
                return await self._unsure(entry, fault.reason)
            case OutcomePending():
                return await self._await(entry, fault)
            case NeedsOperator():
                return await self._held_up(entry, fault)
            case NotNow():
                return await self._keep(entry, fault)
            case Unreachable():
                return await self._cut_off(entry, fault)
            case _:
                return await super().ended(entry, fault)

    async def _held_up(self, entry: Claimed, fault: NeedsOperator) -> str:
        """For as long as that lasts, were it weeks: an operator mends it, and then everything goes."""
        now = self._clock()
        rest = backoff.pause(entry.attempts, fault.retry_after, self._chance, LONGEST_HELD_UP)
        async with self._database.write() as tx:
            await outbox.later(tx, entry, rest, fault.reason, now)
            await account_issues.write(tx, entry.destination, HELD_UP, fault.trouble.value, now)
        return "held_up"

    async def over_term(self, entry: Claimed) -> bool:
        """The three days begin when the way is free again: what waited meanwhile was never really tried."""
        return await super().over_term(entry) and not await self._was_held_up(entry.destination)

    async def _was_held_up(self, destination: str) -> bool:
        async with self._database.read() as tx:
            held_up = (await account_issues.read(tx, destination)).get(HELD_UP)
        return held_up is not None and self._clock() - held_up.at < backoff.GIVE_UP

    async def _unsure(self, entry: Claimed, reason: str) -> str:
        """A survey must not come twice; everything else is asked for, or sent, once more."""
        async with self._database.write() as tx:
            await outbox.unsure(tx, entry, reason, self._clock())
        return "unsure"

    async def _await(self, entry: Claimed, fault: OutcomePending) -> str:
        """It is with the platform; what became of it is told later, or it waits for the next contact."""
        async with self._database.write() as tx:
            await delivery_receipts.taken(tx, entry, fault.receipt, whole=fault.whole, now=self._clock())
        return "taken"

    async def _keep(self, entry: Claimed, refusal: Rejected) -> str:
        """The citizen gets it when they write again; what is no message to a citizen cannot wait so."""
        if not isinstance(_job(entry), Outgoing):
            return await self.bury(entry, refusal)
        async with self._database.write() as tx:
            await outbox.keep(tx, entry, self._clock())
        return "kept"

    async def _cut_off(self, entry: Claimed, refusal: Unreachable) -> str:
        """They blocked us or left: no more pushes until they write; what they missed waits for that."""
        async with self._database.write() as tx:
            stored = await conversations.by_id(tx, entry.conversation_id or 0)
            if stored is not None:
                await conversations.set_reachable(tx, stored.id, False)
        return await (self.bury(entry, refusal) if stored is None else self._keep(entry, refusal))

    async def done(self, entry: Claimed) -> str:
        async with self._database.write() as tx:
            await self._outbox.done(tx, entry, self._clock())
            await left_channel.forget_last_word(tx, entry)
        return "delivered"

    async def bury(self, entry: Claimed, refusal: Rejected) -> str:
        """The turn that tells of a refused file gives the file up, and this entry with it."""
        try:
            return await super().bury(entry, refusal)
        except TakenOver:
            async with self._database.write() as tx:
                if not await left_channel.explain(tx, entry, refusal.reason):
                    raise
        return "buried"

    async def buried(self, tx: Tx, entry: Claimed, refusal: Rejected, now: datetime) -> None:
        await left_channel.forget_last_word(tx, entry)
        match _job(entry):
            case FetchFile(attachment):
                await attachments.fail(tx, attachment, refusal.reason)
                await loose_files.settle(tx, [attachment])
            case SubmitTicket(reference):
                await self._tell_rejected(tx, reference, now)

    async def _tell_rejected(self, tx: Tx, reference: str, now: datetime) -> None:
        """The backend refused the document: staff see it, the citizen is told."""
        found = await tickets.find(tx, reference=reference, lock=True)
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


def _job(entry: Claimed) -> Job | None:
    """What it was to do; None for what nobody can read, of which nothing follows."""
    try:
        return job_of(entry)
    except (Rejected, UnreadableRow):
        return None


def _asks(entry: Claimed) -> bool:
    job = _job(entry)
    return isinstance(job, Outgoing) and job.purpose in SURVEYS
