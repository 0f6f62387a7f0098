"""Long polling: the same turns as behind the webhook, for a bot without a public address.

The rule: an update is confirmed (the offset moves past it) only after it is answered, its replies sent or in
the outbox, or kept; what is lost is taken again before anything behind it. Stopping is
cancelling, at any moment: what was not confirmed comes again, and the inbox knows it. One chat's messages
go in order, chats side by side. An update that cannot be read is put aside and holds up nobody.
"""

import asyncio
from asyncio import get_running_loop, sleep
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

import structlog

from bots.telegram.channel import TelegramChannel
from bots.telegram.client import waiting_updates
from bots.telegram.incoming.inbound import TAKEN
from bots.telegram.incoming.parse import as_bytes
from bots.telegram.incoming.update import FromGroup, ParsedUpdate, UnreadableUpdate
from bots.telegram.outgoing.best_effort import if_possible
from bots.telegram.turn import acknowledge, lone_prompt, take_turn
from intake.model.messages import Inbound, Outgoing, Reply
from intake.model.ports import Rejected, Unavailable, Unsure
from intake.model.received import Answered, Kept, Lost, Received, Receiver

Step = Callable[[], Awaitable[Received]]

log = structlog.get_logger(__name__)

_SIDE_BY_SIDE = 8
"""Chats handled at a time."""

_LONGEST_PAUSE = 30.0
"""Seconds between two tries while Telegram or the database is away."""

_BREATH = 1.0
"""Seconds between two questions to a server that says "nothing" without waiting, as not all servers wait."""


class Poll:
    """A bot's updates, fetched and taken in one batch after the other. Needs the webhook to be off."""

    def __init__(
        self,
        telegram: TelegramChannel,
        receiver: Receiver,
        clock: Callable[[], datetime],
        *,
        wait: int = 30,
        first_pause: float = 1.0,
    ) -> None:
        """Seconds: `wait`, how long the server may hold a question; `first_pause`, doubled on each fault."""
        self._telegram = telegram
        self._receiver = receiver
        self._clock = clock
        self._wait = wait
        self._first_pause = first_pause
        self._places = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def run(self) -> None:
        """Until cancelled. Raises Rejected for a wrong token."""
        offset, faults = 0, 0
        while True:
            asked = get_running_loop().time()
            try:
                batch = await waiting_updates(self._telegram.bot, offset, self._wait, TAKEN)
            except Unavailable as error:
                log.warning("telegram polling waits", reason=error.reason)
                await sleep(error.retry_after or self._pause(faults))
                faults += 1
                continue
            faults = 0
            await self.take(batch)
            offset = next_offset(batch)
            if not batch:
                await sleep(max(0.0, asked + min(_BREATH, self._wait) - get_running_loop().time()))

    async def take(self, batch: Sequence[Any]) -> None:
        """One batch of raw updates; returns when each is committed and answered, or put aside."""
        async with asyncio.TaskGroup() as chats:
            for steps in self._by_chat(batch).values():
                chats.create_task(self._one_chat(steps))

    def _by_chat(self, batch: Sequence[Any]) -> dict[str, list[Step]]:
        chats: dict[str, list[Step]] = defaultdict(list)
        for raw in batch:
            try:
                heard = self._telegram.hear_raw(raw, self._clock())
            except UnreadableUpdate as error:
                chats[error.message_id].append(partial(self._put_aside, error, as_bytes(raw)))
            else:
                chats[_chat(heard)].append(partial(self._handle, heard))
        return chats

    async def _one_chat(self, steps: Sequence[Step]) -> None:
        async with self._places:
            for step in steps:
                await self._until_done(step)

    async def _until_done(self, step: Step) -> None:
        """Again and again while neither database nor disk takes it: skipping would lose the message."""
        for faults in count():
            received = await step()
            if not isinstance(received, Lost):
                return
            log.warning("telegram message waits")
            await sleep(received.retry_after or self._pause(faults))

    async def _put_aside(self, error: UnreadableUpdate, body: bytes) -> Received:
        return await self._receiver.put_aside(self._telegram.name, error.message_id, body, error.reason)

    async def _handle(self, heard: ParsedUpdate) -> Received:
        if isinstance(heard.message, Inbound):
            return await self._take(heard.message, heard)
        if heard.tapped is not None:
            await acknowledge(self._telegram, heard.tapped)
        if isinstance(heard.message, FromGroup):
            await if_possible(self._telegram.answer_group(heard.message), "answer_group")
        return Answered()

    async def _take(self, inbound: Inbound, heard: ParsedUpdate) -> Received:
        """The turn and its answer; or the disk, so that nobody waits for somebody else's."""
        received = await take_turn(self._telegram, self._receiver, inbound, heard)
        if isinstance(received, Answered):
            received = await self._answer(inbound, received.replies)
        if isinstance(received, Kept):
            log.warning("telegram message kept for later")
            for told in received.replies:
                outgoing = Outgoing(inbound.address, told, key=f"{inbound.id}:kept")
                await if_possible(self._telegram.send(outgoing), "kept")
        return received

    async def _answer(self, inbound: Inbound, replies: tuple[Reply, ...]) -> Received:
        """A lone prompt by a call of our own; all else, and a prompt that failed, through the outbox."""
        prompt = lone_prompt(replies)
        settled = prompt is not None and await self._prompted(inbound, prompt)
        if not replies or settled:
            return Answered()
        return await self._receiver.send_on(inbound, replies, inbound.id)

    async def _prompted(self, inbound: Inbound, prompt: Reply) -> bool:
        """Whether there is nothing left to do for the prompt. One that may have arrived is sent again."""
        try:
            await self._telegram.send(Outgoing(inbound.address, prompt, key=inbound.id))
        except Rejected as error:
            log.info("telegram refused a prompt", reason=error.reason)
        except (Unavailable, Unsure):
            return False
        return True

    def _pause(self, faults: int) -> float:
        return min(_LONGEST_PAUSE, self._first_pause * 2.0 ** min(faults, 10))


def next_offset(batch: Sequence[Any]) -> int:
    """What to ask for after this batch.

    0 (all that is unconfirmed) after an empty one: update ids begin anew, anywhere, after a week of
    silence, so no old one may be kept as a threshold.
    """
    ids = [raw["update_id"] for raw in batch if isinstance(raw, dict) and type(raw.get("update_id")) is int]
    return max(ids) + 1 if ids else 0


def _chat(heard: ParsedUpdate) -> str:
    match heard.message:
        case Inbound() as inbound:
            return inbound.address.user
        case FromGroup() as group:
            return str(group.chat_id)
        case _:
            return ""
