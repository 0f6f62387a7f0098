"""The worker that tells the front door: claim, commit, post, settle.

A ticket's callbacks go out in order. What the front door takes, or took before, is done;
what it refuses for good is buried with the reason; anything else is tried again, ever
more slowly, for three days.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import orjson
import structlog

from desk import outbox, received, tickets
from desk.office import Office
from desk.outbox import Claimed
from desk.states import SYSTEM, Refused, Step
from desk.tickets import UnknownTicket
from hotline.contract import Callback
from hotline.refusals import OF_THE_DOCUMENT
from hotline.signatures import TOLERANCE, sign
from storage.database import Database, DatabaseDown
from storage.documents import Tx

GIVE_UP_AFTER = timedelta(hours=72)
LEASE = timedelta(seconds=60)
TIMEOUT = httpx.Timeout(15.0)  # well within the lease
AT_ONCE = 8
IDLE_SECONDS = 1.0
_LONGEST_WAIT = 900.0
_KEEP_SENT = timedelta(hours=48)
_LONGEST_PROBLEM = 4096  # bytes

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Later:
    """Try again; `wait` is the front door's own wish in seconds."""

    reason: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Never try again."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoChannel(Refusal):
    """No chat reaches the citizen: the centre has to phone."""


Answer = Later | Refusal | None
"""What a post came to; None: the front door has it."""


@dataclass(frozen=True, slots=True)
class Messenger:
    """Posts to `{front_door}/webhooks/hotline`. `token()` is a fresh message id, `chance()` is in [0, 1)."""

    database: Database
    http: httpx.AsyncClient
    front_door: str
    secrets: str
    clock: Callable[[], datetime]
    token: Callable[[], str]
    chance: Callable[[], float]
    office: Office

    async def run(self, stop: asyncio.Event, woken: asyncio.Event) -> None:
        """Send what is due until `stop`; `woken` says that something new may be."""
        while not stop.is_set():
            woken.clear()
            try:
                busy = await self.send_due()
            except DatabaseDown as failure:
                log.warning("callbacks wait for the database", reason=failure.reason)
                busy = False
            if not busy:
                await _first_of(stop, woken, IDLE_SECONDS)

    async def send_due(self) -> bool:
        """One round: send what is due now. True if there was anything. Raises DatabaseDown."""
        async with self.database.write() as tx:
            claimed = await outbox.claim(tx, now=self.clock(), lease=LEASE, limit=AT_ONCE)
        await asyncio.gather(*(self._handle(entry) for entry in claimed))
        return bool(claimed)

    async def tidy(self) -> None:
        """Forget what has been delivered, and calls nobody could replay any more."""
        now = self.clock()
        async with self.database.write() as tx:
            await outbox.purge(tx, now - _KEEP_SENT)
            await received.purge_calls(tx, now - 2 * TOLERANCE)

    async def _handle(self, entry: Claimed) -> None:
        if entry.callback is None:
            await self._settle(entry, Refusal("it cannot be read with our keys"))
            return
        await self._settle(entry, await self._post(entry.callback))

    async def _settle(self, entry: Claimed, answer: Answer) -> None:
        now = self.clock()
        if isinstance(answer, Later) and now - entry.queued_at >= GIVE_UP_AFTER:
            answer = Refusal(f"given up after {GIVE_UP_AFTER}: {answer.reason}")
        async with self.database.write() as tx:
            if answer is None:
                await outbox.sent(tx, entry.id, now)
            elif isinstance(answer, Later):
                await outbox.later(tx, entry.id, now + self._wait(entry, answer), answer.reason)
            else:
                log.error("a callback was buried", event_id=entry.event_id, reason=answer.reason)
                await outbox.bury(tx, entry.id, answer.reason, now)
                if isinstance(answer, NoChannel) and entry.callback is not None:
                    await self._to_phone(tx, entry.callback, now)

    async def _to_phone(self, tx: Tx, callback: Callback, now: datetime) -> None:
        """Whom no chat reaches somebody at the centre rings, if the ticket still waits for a rating."""
        if callback.type != "survey_requested" or callback.hotline_ref is None:
            return
        try:
            await tickets.act(
                tx, self.office, callback.hotline_ref, Step("no_channel", SYSTEM, now), version=None
            )
        except (Refused, UnknownTicket) as refusal:
            log.info("nobody need be phoned", event_id=callback.event_id, reason=str(refusal))

    async def _post(self, callback: Callback) -> Answer:
        body = orjson.dumps(callback.wire())
        headers = sign(self.secrets, self.token(), self.clock(), body)
        url = self.front_door.rstrip("/") + "/webhooks/hotline"
        try:
            answer = await self.http.post(
                url, content=body, headers=headers | {"content-type": "application/json"}, timeout=TIMEOUT
            )
        except httpx.HTTPError as failure:  # its text may hold the address; its kind says enough
            return Later(f"no answer ({type(failure).__name__})")
        return judge(answer)

    def _wait(self, entry: Claimed, later: Later) -> timedelta:
        """One, two, four … seconds, up to a quarter of an hour, give or take; never less than asked for."""
        slower = min(2.0 ** min(entry.attempts - 1, 16), _LONGEST_WAIT) * (0.75 + self.chance() / 2)
        return timedelta(seconds=max(slower, later.wait or 0.0))


def judge(answer: httpx.Response) -> Answer:
    """What the front door's status means for the callback."""
    if answer.is_success:
        return None
    reason = f"the front door answered {answer.status_code}"
    if answer.status_code == httpx.codes.NOT_FOUND and b"/no-channel" in answer.content[:_LONGEST_PROBLEM]:
        return NoChannel(f"{reason}: no chat reaches this citizen")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return Refusal(f"{reason}: it knows no such ticket, conversation or chat")
    if answer.status_code in OF_THE_DOCUMENT:
        return Refusal(reason)
    wait = answer.headers.get("retry-after", "")
    return Later(reason, min(float(wait), 4 * _LONGEST_WAIT) if wait.isascii() and wait.isdigit() else None)


async def _first_of(stop: asyncio.Event, woken: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (stop, woken)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
