"""A small desk on a real database, the front door's side of the wire, and a clock that stands still."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from desk.api.rest import PREFIX
from desk.app import Desk
from desk.db.migrate import upgrade
from desk.workflow.states import Actor, Role
from hotline.signatures import sign, verify
from intake.city import AppealRule, CityProfile, OfficeHours, Unit, YearTable
from intake.model.ticket import AppealType
from storage.db.database import Database
from tests.postgresql import Databases, database_name
from tests.promised import promised

START = datetime(2023, 4, 26, 1, 30, 15, tzinfo=UTC)  # a Wednesday, half past nine in the city
SECRET = "calls from us to the desk"
CALLBACK_SECRET = "callbacks to the front door"

CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")
STREET = Actor(Role.UNIT, "zhao", "street")


class Clock:
    """Stands until it is moved on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: float) -> None:
        self.now += timedelta(**by)


class FrontDoor:
    """Receives callbacks, checks their signatures, and answers as it is told."""

    def __init__(self, clock: Clock) -> None:
        self.heard: list[dict[str, Any]] = []
        self.tries = 0
        self.answer = 200
        self.problem = ""
        self.headers: dict[str, str] = {}
        self.down = False
        self.app = FastAPI()
        self.clock = clock
        self.app.post("/webhooks/hotline")(self.receive)

    async def receive(self, request: Request) -> Response:
        self.tries += 1
        if self.down:
            raise httpx.ConnectError("nobody is there")
        body = await request.body()
        verify(CALLBACK_SECRET, request.headers, body, self.clock())
        if self.answer == 200:
            self.heard.append(orjson.loads(body))
        return JSONResponse({"type": self.problem} if self.problem else {}, self.answer, self.headers)

    @property
    def types(self) -> list[str]:
        return [callback["type"] for callback in self.heard]


class Caller:
    """The front door's calls from us to the desk's API, signed."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock) -> None:
        self.http = http
        self.clock = clock
        self._ids = count(1)

    async def post(self, path: str, document: dict[str, Any], key: str | None = None) -> httpx.Response:
        body = orjson.dumps(document)
        headers = self.signed(body) | ({"idempotency-key": f'"{key}"'} if key else {})
        return await self.http.post(path, content=body, headers=headers)

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.http.get(path, params=query, headers=self.signed(b""))

    async def file(self, document: dict[str, Any]) -> str:
        answer = await self.post("/tickets", document, document["idempotency_key"])
        assert answer.status_code == 201, answer.text
        hotline_ref: str = answer.json()["hotline_ref"]
        return hotline_ref

    async def tell(self, hotline_ref: str, type_: str, event_id: str = "", **more: Any) -> httpx.Response:
        event_id = event_id or f"{type_}-{next(self._ids)}"
        event = {"event_id": event_id, "type": type_, "at": self.clock().isoformat(), **more}
        return await self.post(f"/tickets/{hotline_ref}/events", event, event_id)

    def signed(self, body: bytes, secret: str = SECRET) -> dict[str, str]:
        return sign(secret, f"call-{next(self._ids)}", self.clock(), body)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def city() -> CityProfile:
    units = ("centre", "housing", "street", "heating")
    return CityProfile(
        key="testcity",
        code="620200",
        name="Test City",
        hotline="12345",
        triage_unit="centre",
        fallback_category="149900",
        notice_version="1",
        categories={},
        units={unit: Unit(unit, unit.title()) for unit in units},
        areas={},
        gazetteer=(),
        appeals={kind: AppealRule(ask=(), days=5) for kind in AppealType},
        hours=OfficeHours(((time(9), time(12)), (time(14), time(18))), time(22), time(7)),
        years={
            2023: YearTable(
                holidays=frozenset({datetime(2023, 5, day, tzinfo=UTC).date() for day in (1, 2, 3)}),
                workdays=frozenset({datetime(2023, 4, 23, tzinfo=UTC).date()}),
            )
        },
    )


@pytest.fixture
def front_door(clock: Clock) -> FrontDoor:
    return FrontDoor(clock)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_template: str, databases: Databases) -> str:
    """The name of a database with the desk's tables, too."""
    url = databases.copy(postgresql_template)
    run(upgrade(url))
    return database_name(url)


@pytest.fixture(scope="session")
def sqlite_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the desk's tables, too."""
    file = tmp_path_factory.mktemp("desk") / "migrated.db"
    shutil.copy(sqlite_template, file)
    run(upgrade(f"sqlite:///{file}"))
    return file


def run(work: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: a session's fixture must not touch the tests' event loops."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.fixture
async def desk(
    database: Database, city: CityProfile, clock: Clock, front_door: FrontDoor
) -> AsyncIterator[Desk]:
    chance, names = random.Random(7), count(1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front_door.app)) as http:
        yield Desk(
            database,
            city,
            secrets=SECRET,
            callback_secrets=CALLBACK_SECRET,
            front_door="http://front.door",
            http=http,
            clock=clock,
            digits=lambda n: "".join(chance.choices("0123456789", k=n)),
            token=lambda: f"token-{next(names)}",
            chance=lambda: 0.5,  # no jitter
        )


@pytest.fixture
async def caller(desk: Desk, clock: Clock) -> AsyncIterator[Caller]:
    app = FastAPI()
    app.include_router(desk.router())
    transport, hooks = httpx.ASGITransport(app), {"response": [promised("backend", PREFIX)]}
    async with httpx.AsyncClient(
        transport=transport, base_url=f"http://desk{PREFIX}", event_hooks=hooks
    ) as http:
        yield Caller(http, clock)


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "reference": "WX230426093015004",
        "idempotency_key": "6f1f3a52-3f2a-4c8e-9a69-0d9f6b3c1a11",
        "channel": "WX",
        "submitted_at": "2023-04-26T09:30:15+08:00",
        "appeal_type": "TS",
        "category": {"code": "0301", "path": "Housing-Heating", "confidence": 0.8},
        "urgency": {"level": "normal", "rule": None},
        "title": "No heating",
        "content": "Flat 3 has been cold for two days",
        "expectation": "Repair it",
        "occurred": None,
        "place": {"text": "Xinhua Road 1", "area_code": "620201"},
        "subject": "Heating company",
        "person": {"kind": "individual", "name": "Ms Li", "phone": "13900000000", "confidential": False},
        "reply_wanted": True,
        "is_public": False,
        "expected_by": "2023-05-06",
        "attachments": [
            {
                "kind": "photo",
                "sha256": "a" * 64,
                "media_type": "image/jpeg",
                "size": 10,
                "url": "http://front.door/attachments/a?expires=1",
            }
        ],
        "suggested": {"lead_unit": "housing", "co_units": ["street"]},
        "related_to": None,
        "labels": [],
        "consent": {"notice_version": "1", "at": "2023-04-26T09:29:00+08:00"},
        "language": "zh",
    }


@pytest.fixture
async def hotline_ref(caller: Caller, document: dict[str, Any]) -> str:
    """A ticket fresh from the front door."""
    return await caller.file(document)


class Walk:
    """One ticket, led through its life by whoever is to act."""

    def __init__(self, desk: Desk, hotline_ref: str) -> None:
        self.desk = desk
        self.hotline_ref = hotline_ref

    async def __call__(self, action: str, actor: Actor = CENTRE, **fields: Any) -> Any:
        seen = await self.desk.ticket(self.hotline_ref, actor)
        return await self.desk.act(self.hotline_ref, action, actor, seen.version, **fields)

    async def answered(self) -> None:
        await self("accept")
        await self("dispatch", lead_unit="housing", co_units=("street",))
        await self("sign", HOUSING)
        await self("contact", HOUSING)
        await self("answer", HOUSING, public_text="Repaired.", internal_text="A valve.")
        await self("complete")


@pytest.fixture
def life(desk: Desk, hotline_ref: str) -> Walk:
    """The ticket fresh from the front door, ready to be led."""
    return Walk(desk, hotline_ref)


@pytest.fixture
def walk(desk: Desk) -> Callable[[str], Walk]:
    """Lead any ticket."""
    return lambda hotline_ref: Walk(desk, hotline_ref)
