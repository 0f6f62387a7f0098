"""The worker that tells the front door: what a post came to, and what becomes of the callback.

A ticket's callbacks go out in order. What the front door takes, or took before, is done;
what it refuses for good is buried with the reason; anything else is tried again, ever
more slowly, for three days.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import httpx
import orjson
import structlog

from desk import outbox
from desk.actions import seen_calls, tickets
from desk.actions.tickets import UnknownTicket
from desk.outbox import FRONT_DOOR, OUTBOX, Claimed
from desk.workflow.context import DeskContext
from desk.workflow.states import SYSTEM, Refused, Step
from hotline.contract import Callback
from hotline.refusals import OF_THE_DOCUMENT
from hotline.rest import retry_after
from hotline.signatures import TOLERANCE, sign
from intake.model.ports import Rejected, Unavailable, Unreachable
from storage.batches import until_none
from storage.db.database import Database
from storage.db.sealed import Tx
from storage.outbox import backoff
from storage.outbox.circuit_breaker import CircuitBreaker
from storage.outbox.loop import Loop, Work
from storage.outbox.outcomes import Outcomes
from storage.periodic import pause

TIMEOUT = httpx.Timeout(15.0)  # well within the lease
IDLE_SECONDS = 1.0
_KEEP_SENT = timedelta(hours=48)
_LONGEST_PROBLEM = 4096  # bytes

log = structlog.get_logger()


class Messenger:
    """Posts to `{front_door}/webhooks/hotline`; `storage.outbox.loop` says how."""

    def __init__(
        self,
        database: Database,
        http: httpx.AsyncClient,
        front_door: str,
        secrets: str,
        clock: Callable[[], datetime],
        token: Callable[[], str],
        chance: Callable[[], float],
        office: DeskContext,
    ) -> None:
        """`token()` is a fresh message id, `chance()` is in [0, 1)."""
        self._database = database
        self._http = http
        self._url = front_door.rstrip("/") + "/webhooks/hotline"
        self._secrets = secrets
        self._clock = clock
        self._token = token
        self._work: Work[Callback] = Work(
            outbox=OUTBOX,
            database=database,
            circuits={FRONT_DOOR: CircuitBreaker(FRONT_DOOR, monotonic)},
            clock=clock,
            deliver=self._post,
            settle=_Ends(database, clock, chance, office).settle,
        )

    async def run(self, stop: asyncio.Event, woken: asyncio.Event) -> None:
        """Send what is due until `stop`; `woken` says that something new may be."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Loop(self._work, FRONT_DOOR).run(stop, woken))
            while not stop.is_set():
                await pause(stop, IDLE_SECONDS)
                woken.set()

    async def send_due(self) -> bool:
        """One round: send what is due now. True if there was anything. Raises DatabaseDown."""
        return await self._work.round()

    async def tidy(self) -> None:
        """Forget what has been delivered, and calls nobody could replay any more."""
        now = self._clock()
        await until_none(self._database, lambda tx: outbox.purge(tx, now - _KEEP_SENT))
        await until_none(self._database, lambda tx: seen_calls.purge_calls(tx, now - 2 * TOLERANCE))

    async def _post(self, entry: Claimed) -> None:
        """Raises Unavailable, Rejected or Unreachable."""
        if reason := backoff.kills(entry.unended):
            raise Rejected(reason)
        body = orjson.dumps(entry.body.wire())
        headers = sign(self._secrets, self._token(), self._clock(), body)
        try:
            answer = await self._http.post(
                self._url,
                content=body,
                headers=headers | {"content-type": "application/json"},
                timeout=TIMEOUT,
            )
        except httpx.HTTPError as failure:  # its text may hold the address; its kind says enough
            raise Unavailable(f"no answer ({type(failure).__name__})") from None
        judge(answer, self._clock())


class _Ends(Outcomes[Callback]):
    """Whom no chat reaches somebody at the centre rings."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
        office: DeskContext,
    ) -> None:
        super().__init__(OUTBOX, database, clock, chance)
        self._office = office

    async def buried(self, tx: Tx, entry: Claimed, refusal: Rejected, now: datetime) -> None:
        if isinstance(refusal, Unreachable):
            await self._to_phone(tx, entry.body, now)

    async def _to_phone(self, tx: Tx, callback: Callback, now: datetime) -> None:
        """If the ticket still waits for a rating."""
        if callback.type != "survey_requested" or callback.hotline_ref is None:
            return
        try:
            await tickets.act(
                tx, self._office, callback.hotline_ref, Step("no_channel", SYSTEM, now), version=None
            )
        except (Refused, UnknownTicket) as refusal:
            log.info("nobody need be phoned", event_id=callback.event_id, reason=str(refusal))


def judge(answer: httpx.Response, now: datetime) -> None:
    """What the front door's status means for the callback. Raises Unavailable, Rejected or Unreachable."""
    if answer.is_success:
        return
    reason = f"the front door answered {answer.status_code}"
    if answer.status_code == httpx.codes.NOT_FOUND and b"/no-channel" in answer.content[:_LONGEST_PROBLEM]:
        raise Unreachable(f"{reason}: no chat reaches this citizen")
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise Rejected(f"{reason}: it knows no such ticket, conversation or chat")
    if answer.status_code in OF_THE_DOCUMENT:
        raise Rejected(reason)
    raise Unavailable(reason, retry_after(answer.headers.get("retry-after"), now))
