"""What happens by itself when a clock runs out: reminders, the daily chase, giving up on the citizen.

A ticket's due timers are taken and acted on in one transaction that locks the ticket
first, so two of these at once never do a thing twice, and a crash leaves it to be done.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from desk.actions import tickets
from desk.history import anchors
from desk.metrics import count_breaches
from desk.tickets import notices, store, timers
from desk.tickets.store import DeskTicket
from desk.workflow.context import DeskContext
from desk.workflow.states import SYSTEM, Refused, Step
from storage.db.database import Database
from storage.db.sealed import Tx
from storage.periodic import every

IDLE = timedelta(seconds=5)
_AT_ONCE = 50
_STEPS = frozenset({"chase", "give_up"})
_RINGS = {
    "late_accept": ("centre",),
    "late_dispatch": ("centre",),
    "late_sign": ("lead", "centre"),
    "late_contact": ("lead", "centre"),
    "late_progress": ("lead", "centre"),
    "soon": ("lead", "co"),
    "bulletin": ("leader", "centre", "lead"),
}
"""Who gets a notice when a timer of this kind runs out; the others are steps on the ticket."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scheduler:
    """`no_info` is the sentence with which a ticket nobody completed is closed."""

    database: Database
    office: DeskContext
    clock: Callable[[], datetime]
    no_info: str

    async def run(self, stop: asyncio.Event, wake: Callable[[], None]) -> None:
        """Do what is due until `stop`; `wake` says that callbacks may wait to be sent."""

        async def look() -> None:
            if await self.run_due():
                wake()
            await self.anchor()

        await every(IDLE, look, stop, "the desk's clocks")

    async def run_due(self) -> int:
        """Do all that is due now; returns for how many tickets something was done. Raises DatabaseDown."""
        done = 0
        while True:
            async with self.database.read() as tx:
                refs = await timers.due(tx, self.clock(), _AT_ONCE)
            for hotline_ref in refs:
                done += await self._one(hotline_ref)
            if len(refs) < _AT_ONCE:
                return done

    async def anchor(self) -> None:
        """Seal the events so far, once a day. Raises DatabaseDown."""
        async with self.database.write() as tx:
            made = await anchors.drop(tx, self.clock())
        if made is not None:
            log.info(
                "the desk's history is anchored", last_event=made.last_event, lines=made.lines, mac=made.mac
            )

    async def _one(self, hotline_ref: str) -> bool:
        now = self.clock()
        async with self.database.write() as tx:
            ticket = await store.load(tx, hotline_ref, lock=True)
            if ticket is None:
                return False
            kinds = await timers.fire(tx, ticket.id, now)
            for kind in kinds:
                await self._act(tx, ticket, kind, now)
        count_breaches(kinds)
        return bool(kinds)

    async def _act(self, tx: Tx, ticket: DeskTicket, kind: str, now: datetime) -> None:
        if kind not in _STEPS:
            to = notices.audiences(_RINGS[kind], ticket.life)
            await notices.ring(tx, ticket.id, kind, to, now)
            return
        reason = self.no_info if kind == "give_up" else None
        try:
            await tickets.act(
                tx, self.office, ticket.hotline_ref, Step(kind, SYSTEM, now, reason=reason), version=None
            )
        except Refused as refusal:  # an earlier timer of the same moment has moved it on
            log.info("a timer found nothing to do", kind=kind, code=refusal.code)
