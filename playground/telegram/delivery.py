"""How the Bot API server brings updates: to a webhook, or to whoever asks by `getUpdates`.

The rules are the real server's: one queue per chat, another per person for taps; in a queue the next
update goes out only after a 2xx for the one before; a failure is tried again at once, then after 2, 4,
8 … seconds (60 to 120 at most) or what `Retry-After` says; an update past its life is dropped.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from playground.telegram.wire import BotApiError, Json

MESSAGE_LIFE = 24 * 3600.0
TAP_LIFE = 150.0
"""Seconds an update waits for us."""

LONGEST_RETRY_AFTER = 3600.0
GONE_FOR = 23 * 3600.0
MOST_WAIT = 50
MOST_AT_ONCE = 100
_ANSWER_WITHIN = 60.0  # seconds, after which the server gives up and sends again


@dataclass(frozen=True, slots=True)
class Hook:
    """Where updates go. `allowed` empty: all kinds."""

    url: str
    secret: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(slots=True)
class QueuedUpdate:
    """One update in its queue; `until` in seconds of the queue's own clock."""

    update: Json
    until: float
    failures: int = 0


class UpdateQueue:
    """Updates of one chat, in order, with a clock that runs ahead by the waits it was spared."""

    def __init__(self) -> None:
        self.waiting: deque[QueuedUpdate] = deque()
        self.spared = 0.0

    def now(self) -> float:
        return asyncio.get_running_loop().time() + self.spared


class UpdateDelivery:
    """All queues of one bot. `time_scale` shortens waits: 0.001 makes a second a millisecond."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        time_scale: float,
        answered: Callable[[httpx.Response], Awaitable[None]],
    ) -> None:
        self.hook: Hook | None = None
        self.last_error = ""
        self._changed_at = float("-inf")
        self._gone_since: float | None = None  # by the clock of the queue that heard the first 410
        self._http = http
        self._scale = time_scale
        self._answered = answered
        self._queues: dict[str, UpdateQueue] = {}
        self._carriers: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(40)
        self._news = asyncio.Event()
        self._asking: asyncio.Event | None = None

    def add(self, queue: str, update: Json, life: float) -> None:
        """Put an update at the end of its queue."""
        waiting = self._queues.setdefault(queue, UpdateQueue())
        waiting.waiting.append(QueuedUpdate(update, waiting.now() + life))
        self._news.set()
        self._news = asyncio.Event()
        self._carry(queue)

    async def point(self, hook: Hook | None, drop: bool) -> None:
        """Change where updates go; those that wait go the new way, unless dropped."""
        await self.aclose()
        self.hook = hook
        self._gone_since = None
        self._changed_at = asyncio.get_running_loop().time()
        if drop:
            self._queues.clear()
        for queue in self._queues:
            self._carry(queue)

    def changed_within(self, seconds: float) -> bool:
        """Whether the way was changed so short a time ago, scaled as all waits."""
        return asyncio.get_running_loop().time() - self._changed_at < seconds * self._scale

    def pending(self) -> list[Json]:
        """What nobody has taken yet, oldest first."""
        found = [one.update for queue in self._queues.values() for one in queue.waiting]
        return sorted(found, key=lambda update: int(update["update_id"]))

    async def get(self, offset: int, limit: int, wait: int) -> list[Json]:
        """`getUpdates`: confirms those before `offset`, then waits up to `wait` seconds for the first.

        Raises BotApiError while a webhook is set, or as soon as somebody else asks.
        """
        if self.hook is not None:
            raise BotApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._confirm(offset)
        overtaken = self._overtake()
        deadline = asyncio.get_running_loop().time() + min(wait, MOST_WAIT)
        while not self.pending() and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await _first(left, self._news.wait(), overtaken.wait())
            if overtaken.is_set():
                raise BotApiError(409, "Conflict: terminated by other getUpdates request or setWebhook")
        return self.pending()[: max(1, min(limit, MOST_AT_ONCE))]

    async def idle(self) -> None:
        """Return when nothing is on its way to the webhook."""
        while self._carriers:
            await asyncio.wait(self._carriers.values())

    async def aclose(self) -> None:
        """Stop bringing updates; whoever waits in `getUpdates` is told of a conflict."""
        self._overtake()
        carriers = list(self._carriers.values())
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)
        self._carriers.clear()

    def _confirm(self, offset: int) -> None:
        for queue in self._queues.values():
            kept = [one for one in queue.waiting if one.update["update_id"] >= offset]
            queue.waiting = deque(kept)

    def _overtake(self) -> asyncio.Event:
        if self._asking is not None:
            self._asking.set()
        self._asking = asyncio.Event()
        return self._asking

    def _carry(self, name: str) -> None:
        if self.hook is None or name in self._carriers or not self._queues[name].waiting:
            return
        self._carriers[name] = asyncio.create_task(self._carrying(name, self._queues[name], self.hook))

    async def _carrying(self, name: str, queue: UpdateQueue, hook: Hook) -> None:
        while queue.waiting:
            head = queue.waiting[0]
            pause = await self._brought(head, hook, queue.now())
            if self.hook is not hook:
                break
            if pause is None or queue.now() + pause > head.until:
                queue.waiting.popleft()
                continue
            queue.spared += pause * (1 - self._scale)
            await asyncio.sleep(pause * self._scale)
        del self._carriers[name]

    async def _brought(self, one: QueuedUpdate, hook: Hook, now: float) -> float | None:
        """None when the update was taken, else the seconds to wait before it is tried again."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with self._places:
                answer = await self._http.post(
                    hook.url, json=one.update, headers=headers, timeout=_ANSWER_WITHIN
                )
        except httpx.TransportError as error:
            return self._failed(one, type(error).__name__)
        self._hear_gone(answer.status_code, now)
        if not answer.is_success:
            asked = answer.headers.get("Retry-After", "")
            return self._failed(one, f"Wrong response from the webhook: {answer.status_code}", asked)
        await self._answered(answer)
        return None

    def _hear_gone(self, status: int, now: float) -> None:
        """Who answers 410 for 23 hours wants no updates: the webhook is closed, they wait for getUpdates."""
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since >= GONE_FOR:
            self.hook = None

    def _failed(self, one: QueuedUpdate, why: str, asked: str = "") -> float:
        self.last_error = why
        one.failures += 1
        if asked.isdecimal():
            return min(float(asked), LONGEST_RETRY_AFTER)
        if one.failures == 1:
            return 0.0
        return min(2.0 ** (one.failures - 1), random.uniform(60, 120))  # noqa: S311  not for secrets


async def _first(within: float, *awaited: Awaitable[object]) -> None:
    """Return when one of them is done, or time is up."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
