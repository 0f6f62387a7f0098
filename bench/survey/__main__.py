"""`make bench-survey`: a campaign over a city's completed matters, in virtual time, with crashes in between.

Real: planning, campaign, scheduler, outbox, worker, dialog, WeChat's send ways and quota, Telegram's pace.
Played: the two platforms, who keep accounts of their own, the backend, the citizens, and time.
"""

import argparse
import asyncio
import logging
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import func, select

from app.base.logs import set_up
from app.bootstrap.resources import open_city
from app.delivery.handlers import Delivery
from app.delivery.wechat_quota import WeChatQuota
from app.operations.worker import DESTINATIONS, Worker
from app.surveys import campaigns as campaigning
from app.turns.service import Service
from bench.survey.citizens import Act, Citizens, address
from bench.survey.clock import Clock
from bench.survey.platforms import Judge, Telegram, WeChatServer
from bench.survey.town import TEMPLATE, Town, build
from bots.telegram.outgoing.pace import SendPace
from bots.wechat.channel import MessageTemplates, WeChatChannel
from bots.wechat.client import Client
from bots.wechat.reply_windows import MESSAGE
from intake.city import CityProfile, Template
from intake.model.messages import ChannelName, Inbound, Outgoing
from storage.cache.cache import MemoryCache
from storage.cache.rate_limits import LocalBuckets
from storage.db.database import Database, upgrade
from storage.db.keyring import KeyRing
from storage.db.tables import outbox, surveys
from storage.surveys import survey_figures

START = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)  # nine in the morning in the city
FIRST, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)
GRANTS = {ChannelName.WECHAT: MESSAGE}
"""What a message lets us send back."""

DAYS = 9
TICK = 5.0
LEARN = 60.0
AT_ONCE = 8
CRASHES = 12


class Backend:
    """Takes every event, once by its key."""

    def __init__(self) -> None:
        self.events: dict[str, tuple[str | None, dict[str, Any]]] = {}
        self.repeats = 0

    async def submit(self, document: dict[str, Any], key: str) -> str:  # noqa: ARG002  # the port has it
        return key

    async def find(self, key: str) -> str | None:
        return key

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None:
        self.repeats += key in self.events
        self.events[key] = (hotline_ref, event)

    async def probe(self) -> None: ...

    async def aclose(self) -> None: ...


class Weixin(WeChatChannel):
    """The product's channel, telling the judge which message is on its way."""

    server: WeChatServer

    async def send(self, outgoing: Outgoing) -> None:
        self.server.going[outgoing.address.user] = outgoing
        await super().send(outgoing)


@dataclass
class World:
    database: Database
    city: CityProfile
    clock: Clock
    service: Service
    worker: Worker
    citizens: Citizens
    judge: Judge
    wechat: WeChatServer
    telegram: Telegram
    backend: Backend
    turns: list[float]
    crashes: int = 0
    messages: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", default="", help="a database's URL; without one SQLite in a file")
    asked = parser.parse_args()
    set_up(level=logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        url = asked.postgresql or f"sqlite:///{Path(folder) / 'survey.db'}"
        asyncio.run(_run(url, asked.tickets, random.Random(asked.seed)))


async def _run(url: str, number: int, chance: random.Random) -> None:
    await upgrade(url)
    database = Database.open(url, KeyRing(["a secret of the bench"]), played_time=True)
    city = _city()
    began = time.perf_counter()
    town = await build(database, city, number, START, chance)
    print(f"built {number:,} matters in {time.perf_counter() - began:.0f} s", flush=True)
    async with httpx.AsyncClient() as http:
        world = _open(database, city, town, http, chance)
        planned = await campaigning.plan(database, city, FIRST, END, START)
        async for _ in campaigning.begin(database, city, "2026-03", FIRST, END, START):
            pass
        print(f"plan: {planned.total:,} to ask, the last about {planned.until:%m-%d %H:%M} UTC", flush=True)
        await _live(world, chance)
    await _report(world, town, time.perf_counter() - began)
    await database.close()


def _city() -> CityProfile:
    city = open_city("jiayuguan")
    form = Template(TEMPLATE, "subscription", {"character_string1": "tail", "phrase2": "status"})
    rules = replace(city.wechat, templates={"survey": (form,), "reminder": (form,)})
    return replace(city, wechat=rules)


def _open(
    database: Database, city: CityProfile, town: Town, http: httpx.AsyncClient, chance: random.Random
) -> World:
    clock, cache, citizens = Clock(START), MemoryCache(), Citizens(chance)
    judge = Judge(clock, ZoneInfo(city.timezone), citizens.hears)
    server = WeChatServer(judge, clock, set(town.allowed))
    buckets = LocalBuckets(clock.seconds)
    telegram = Telegram(judge, SendPace(buckets, 1, lambda text: text), clock)
    behind = database.behind()
    quota = WeChatQuota(behind, clock)
    forms = MessageTemplates(city.wechat.templates, city.timezone)
    wechat = Weixin(cast("Client", server), cache, http, clock, quota, forms)
    wechat.server = server
    backend = Backend()
    service = Service(database, cache, city, clock)
    channels = {ChannelName.WECHAT: wechat, ChannelName.TELEGRAM: telegram}
    delivery = Delivery(behind, city, channels, backend, cast("Any", _NoFiles()), service, clock)
    worker = Worker(behind, cache, city, delivery, clock, lambda: 0.5)
    return World(database, city, clock, service, worker, citizens, judge, server, telegram, backend, [])


class _NoFiles:
    async def parts(self, _ids: Any) -> tuple[list[Any], list[str]]:
        return [], []


async def _live(world: World, chance: random.Random) -> None:
    """Days go by: whatever is due is done, then time moves to the next thing."""
    until, learned, said = START + timedelta(days=DAYS), START, START
    crash_at = sorted(START + timedelta(minutes=240 * chance.random()) for _ in range(CRASHES))
    while world.clock.now < until:
        now = world.clock.now
        learn = now - learned >= timedelta(seconds=LEARN)
        learned = now if learn else learned
        acts = world.citizens.due(now, AT_ONCE)
        crash = bool(crash_at) and now >= crash_at[0]
        done = await asyncio.gather(
            world.worker.survey_scheduler.once(learn=learn),
            _crash(world, chance) if crash else _deliver(world),
            *(_act(world, act) for act in acts),
        )
        crash_at = crash_at[1:] if crash else crash_at
        if now - said >= timedelta(hours=6):
            said = now
            print(f"{now:%m-%d %H:%M} {dict(world.judge.sent)} turns {len(world.turns)}", flush=True)
        world.clock.now = await _next(world, busy=bool(done[1] or acts), until=until)


async def _deliver(world: World) -> int:
    """What can go now: Telegram once a tick, the others until nothing is due."""
    done = int(await world.worker.round("telegram"))
    for _ in range(20):
        if not await world.worker.round(*(one for one in DESTINATIONS if one != "telegram")):
            break
        done += 1
    return done


async def _crash(world: World, chance: random.Random) -> int:
    """The worker dies in the middle of a round: what it had claimed falls due again after its lease."""
    rounds = asyncio.create_task(_deliver(world))
    await asyncio.sleep(chance.random() * 0.05)
    rounds.cancel()
    await asyncio.gather(rounds, return_exceptions=True)
    world.crashes += 1
    return 1


async def _act(world: World, act: Act) -> None:
    """One message of a citizen's; some send it twice at once."""
    where = address(act.user)
    if where.channel is ChannelName.WECHAT:
        world.wechat.wrote(act.user)
    await asyncio.gather(*(_say(world, act) for _ in range(2 if act.twice else 1)))
    world.citizens.after(act)


async def _say(world: World, act: Act) -> None:
    world.messages += 1
    where = address(act.user)
    grant = GRANTS.get(where.channel)
    inbound = Inbound(f"m{world.messages}", where, world.clock.now, act.texts[0], grant=grant)
    began = time.perf_counter()
    replies = await world.service.receive(inbound)
    world.turns.append(time.perf_counter() - began)
    await world.service.handed_over(inbound, replies)


async def _next(world: World, *, busy: bool, until: datetime) -> datetime:
    """A second while something waits to be pushed, five while a campaign runs, else the next event."""
    now = world.clock.now
    async with world.database.read() as tx:
        waits = (outbox.c.state == "due") & (outbox.c.due_at <= now)
        backlog = int(await tx.scalar(select(func.count()).select_from(outbox).where(waits)) or 0)
        listed = await tx.scalar(select(surveys.c.id).where(surveys.c.state == "listed").limit(1))
        kind = surveys.c.due_at.type
        due = await tx.scalar(select(func.min(surveys.c.due_at, type_=kind)).where(surveys.c.due_at > now))
        sent = await tx.scalar(
            select(func.min(outbox.c.due_at, type_=kind)).where(
                outbox.c.state == "due", outbox.c.due_at > now
            )
        )
    if backlog:
        return now + timedelta(seconds=1)
    local = now.astimezone(ZoneInfo(world.city.timezone))
    by_day = 8 <= local.hour <= 20
    if busy or (listed and by_day):
        return now + timedelta(seconds=TICK)
    morning = now + timedelta(minutes=10)
    coming = [one for one in (due, sent, world.citizens.next_at, until) if one is not None]
    return max(min([*coming, morning] if listed else coming), now + timedelta(seconds=1))


async def _report(world: World, town: Town, seconds: float) -> None:
    async with world.database.read() as tx:
        found = await survey_figures.counted(
            tx, FIRST, END + timedelta(days=30), lambda at: at.astimezone(ZoneInfo("Asia/Shanghai")).date()
        )
        unsure = await tx.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == "unsure"))
        rows = await tx.scalar(select(func.count()).select_from(surveys))
        open_ = await tx.scalar(
            select(func.count())
            .select_from(surveys)
            .where(surveys.c.state.in_(("listed", "planned", "asked")))
        )
    results = Counter(
        (ref, event["survey"].get("round"))
        for ref, event in world.backend.events.values()
        if event["type"] == "survey_result"
    )
    turns = sorted(world.turns) or [0.0]
    whole = found.all
    lines = [
        (
            "matters: by chat / phone, bound / phone, not bound",
            f"{town.by_chat:,} / {town.bound:,} / {town.unbound:,}",
        ),
        ("surveys: rows / still open at the end", f"{rows:,} / {open_}"),
        ("asked / delivered / answered", f"{whole.sent:,} / {whole.delivered:,} / {whole.answered:,}"),
        (
            "no answer / refused / back to the telephone",
            f"{whole.no_answer:,} / {whole.refused:,} / {whole.unreachable:,}",
        ),
        *(
            (f"answered after {one.reminders} reminders", f"{one.answered:,} of {one.reached:,}")
            for one in found.by_reminder
        ),
        (
            "results at the backend / for more than one of a round",
            f"{len(results):,} / {sum(n > 1 for n in results.values())}",
        ),
        ("invitations and reminders sent twice", str(world.judge.doubled)),
        ("unsure after a crash, not repeated", str(unsure)),
        ("sent between 20:30 and 08:30", str(world.judge.at_night)),
        (
            "WeChat: announced / refused by the platform",
            f"{world.wechat.announced:,} / {dict(world.wechat.refused)}",
        ),
        ("Telegram: most in a second / seconds over 30", f"{world.telegram.most} / {world.telegram.over}"),
        (
            "citizens' messages during it / p50 / p99 / slowest, ms",
            f"{len(turns):,} / {_ms(turns, 0.5)} / {_ms(turns, 0.99)} / {turns[-1] * 1000:.0f}",
        ),
        ("crashes of the worker", str(world.crashes)),
        ("real seconds", f"{seconds:.0f}"),
    ]
    print("\n| what | |\n| --- | --- |")
    for name, value in lines:
        print(f"| {name} | {value} |")


def _ms(turns: list[float], part: float) -> str:
    return f"{turns[min(int(len(turns) * part), len(turns) - 1)] * 1000:.0f}"


main()
