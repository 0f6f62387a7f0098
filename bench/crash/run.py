"""One run: a storage, a kind of backend, so many conversations, so many deaths; then the books."""

import asyncio
import random
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from app.bootstrap.playground_credentials import TELEGRAM_API, WECHAT_API
from bench.crash.account import Line, account
from bench.crash.awake import awake
from bench.crash.backend import Backend, Kind
from bench.crash.child import LEASE, settings_of
from bench.crash.people import Case, People
from bench.crash.servers import eventually
from bench.crash.town import Town
from intake.city import load
from intake.model.messages import ChannelName
from intake.phrases import worded
from playground.playground import telegram_stand_in, wechat_stand_in
from playground.telegram import bot_api
from playground.wechat import api
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.outbox import outbox

AT_ONCE = 12
PER_KILL = 3
"""Conversations for each death in a run of full size."""
DRAIN = 120.0
LAST_WORDS = 6
"""What WeChat does not let us send waits for the citizen's next word."""
Trouble = Callable[[], Coroutine[Any, Any, None]]
HURRY = 0.05
"""Telegram's pauses between two tries, scaled; WeChat's five seconds are five seconds."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to run. `patience`: seconds until a citizen says it again, as people do."""

    storage: str
    backend: Kind
    conversations: int
    kills: int
    database_url: str
    redis_url: str | None
    var: Path
    seed: int
    quiet: bool = True
    lease: float = LEASE
    patience: float = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    order: Order
    lines: list[Line]
    kills: dict[str, int]
    conversations: int
    said_again: int
    gave_up: list[str]
    repeated_posts: int
    tickets_in_surplus: int
    events_in_surplus: int
    left: list[tuple[str, str, int]]
    faults: int
    seconds: float


async def run(
    order: Order, zygote: socket.socket, front_door: str, trouble: Trouble | None = None
) -> Outcome:
    """From the first start to the last account; `trouble` is made beside the conversations."""
    started = time.monotonic()
    async with httpx.AsyncClient(timeout=30.0, limits=httpx.Limits(max_keepalive_connections=0)) as http:
        platforms = socket.socket()
        platforms.bind(("127.0.0.1", 0))
        given = {
            "database_url": order.database_url,
            "redis_url": order.redis_url,
            "city": awake(Path(tempfile.mkdtemp(prefix="jiesu-awake-"))),
            "base_url": front_door,
            "platforms_url": f"http://127.0.0.1:{platforms.getsockname()[1]}",
            "lease": order.lease,
        }
        return await _run(order, zygote, given, platforms, http, started, trouble)


async def _run(
    order: Order,
    zygote: socket.socket,
    given: dict[str, Any],
    platforms: socket.socket,
    http: httpx.AsyncClient,
    started: float,
    trouble: Trouble | None,
) -> Outcome:
    settings, city = settings_of(given), worded(load("jiayuguan"))
    wechat = wechat_stand_in(settings, given["base_url"], http, _now)
    telegram = telegram_stand_in(settings, given["base_url"], http, _now, HURRY)
    hotline = settings.hotline
    assert hotline.secret
    assert hotline.callback_secret
    backend = Backend(
        order.backend,
        given["base_url"],
        hotline.secret.get_secret_value(),
        hotline.callback_secret.get_secret_value(),
        http,
    )
    app = FastAPI()
    app.include_router(api.api_router(wechat), prefix=WECHAT_API)
    app.include_router(bot_api.api_router(telegram), prefix=TELEGRAM_API)
    app.include_router(backend.router())
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[platforms]))
    chance = random.Random(order.seed)
    town = Town(
        zygote,
        order.storage,
        given,
        str(order.var),
        order.kills,
        chance,
        order.quiet,
        first=order.seed * 5,
        pace=min(1.0, order.conversations / (PER_KILL * max(order.kills, 1))),
    )
    reader, writer = await asyncio.open_connection(sock=zygote.dup())
    living = asyncio.create_task(town.run(reader))
    shooting = asyncio.create_task(town.shoot(8.0))
    shops = {ChannelName.WECHAT: wechat, ChannelName.TELEGRAM: telegram}
    people = People(city, shops.__getitem__, order.patience)
    books = Database.open(order.database_url, KeyRing(["the key of a run that is over in minutes"]))
    try:
        await _awake(given["base_url"], http)
        making = asyncio.create_task(trouble()) if trouble else None
        await _everybody(people, order, town, backend.handle)
        if making:
            await making
        shooting.cancel()
        left = await _drained(books, order)
        for number in range(LAST_WORDS):
            if number and not any(state == "kept" for _, state, _ in left):
                break
            await _last_words(people)
            left = await _drained(books, order)
        unsure = await _unsure(books)
        _show_who_gave_up(people.cases)
    finally:
        shooting.cancel()
        town.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                await living
        writer.close()
        await telegram.aclose()
        server.should_exit = True
        await serving
        await books.close()
    return Outcome(
        order=order,
        lines=account(people.cases, backend, city, unsure),
        kills=dict(town.kills),
        conversations=len(people.cases),
        said_again=sum(case.again > 0 for case in people.cases),
        gave_up=[f"{case.channel.value}: {case.stuck_at}" for case in people.cases if not case.reference],
        repeated_posts=sum(count - 1 for count in backend.posts.values()),
        tickets_in_surplus=len(backend.filed) - len(backend.keys),
        events_in_surplus=len(backend.told) - len({told.event_id for told in backend.told}),
        left=left,
        faults=town.faults,
        seconds=time.monotonic() - started,
    )


async def _awake(front_door: str, http: httpx.AsyncClient) -> None:
    async def answers() -> bool:
        with suppress(httpx.HTTPError):
            return (await http.get(f"{front_door}/healthz", timeout=2.0)).is_success
        return False

    if not await eventually(300, answers):
        raise RuntimeError("the product did not start")


async def _everybody(
    people: People, order: Order, town: Town, handle: Callable[[str], Awaitable[None]]
) -> None:
    """At least so many conversations, and as many more as the deaths take; at most three times as many."""
    numbers = iter(range(1, 3 * order.conversations + 1))

    async def one_after_another() -> None:
        for number in numbers:
            if number > order.conversations and town.done:
                return
            channel = ChannelName.WECHAT if number % 2 else ChannelName.TELEGRAM
            await people.one(number, channel, handle)

    async with asyncio.TaskGroup() as hands:
        for _ in range(min(AT_ONCE, order.conversations)):
            hands.create_task(one_after_another())


async def _last_words(people: People) -> None:
    """A few at a time: everybody at once would be a load of its own."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> None:
        async with places:
            await people.last_word(case)

    await asyncio.gather(*(one(case) for case in people.cases))


async def _drained(books: Database, order: Order) -> list[tuple[str, str, int]]:
    """Wait until nothing is due any more; what is left all the same, by destination and state."""

    async def empty() -> bool:
        with suppress(Exception):
            async with books.read() as tx:
                found = await outbox.entries(tx, "due", 1)
            return not found and not any((order.var / "spool").glob("*.log"))
        return False

    await eventually(DRAIN, empty)
    async with books.read() as tx:
        every = [entry for entry in await outbox.entries(tx, limit=1_000_000) if entry.state != "done"]
    kinds = sorted({(entry.destination, entry.state) for entry in every})
    return [
        (where, state, sum((entry.destination, entry.state) == (where, state) for entry in every))
        for where, state in kinds
    ]


def _show_who_gave_up(cases: list[Case]) -> None:
    """The chats of those who left before all they said was acknowledged: how to tell whose fault it was."""
    for case in cases:
        unheard = [mark for mark in case.said if mark not in case.acknowledged]
        if unheard:
            chat = [f"{bubble.at:%H:%M:%S} {bubble.side}: {bubble.text}" for bubble in case.phone.bubbles(0)]
            print(f"--- {case.channel.value} {unheard} {case.stuck_at}", *chat, sep="\n", file=sys.stderr)


async def _unsure(books: Database) -> dict[str, int]:
    async with books.read() as tx:
        found = await outbox.entries(tx, "unsure", 1_000_000)
    return {
        channel.value: sum(entry.destination == channel.value for entry in found) for channel in ChannelName
    }


def _now() -> datetime:
    return datetime.now(UTC)
