"""A backend that refuses the key, the clock, the address or the line has refused no ticket."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import update

from app.base.logs import set_up
from app.delivery.handlers import Delivery
from app.operations.worker import Worker
from hotline.rest import RestHotline
from hotline.signed_http import SignedHttp
from intake.model.status import Status
from storage.cache.cache import MemoryCache
from storage.db.tables import outbox

SECRET = "a secret of the city and of us"
SAID = ("王", "13912345678", "新华路", "井盖", SECRET)


@dataclass
class City:
    """A backend over the wire. `status` refuses all but strangers; its clock is `behind` ours."""

    clock: Callable[[], Any]
    status: int | None = None
    events_only: bool = False
    there: bool = True
    behind: timedelta = timedelta()
    filed: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self._answer(request)
        answer.headers["date"] = format_datetime(self.clock() - self.behind, usegmt=True)
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.there and "webhook-signature" not in request.headers:
            return httpx.Response(401)
        hit = not self.events_only or request.url.path.endswith("/events")
        if self.status is not None and hit:
            return httpx.Response(self.status, json={"title": "Ask 13912345678"})
        if request.method == "GET":
            ref = self.filed.get(request.url.params["idempotency_key"])
            return httpx.Response(200, json={"hotline_ref": ref}) if ref else httpx.Response(404)
        if request.url.path.endswith("/events"):
            self.told.append(json.loads(request.content)["type"])
            return httpx.Response(200)
        key = request.headers["idempotency-key"].strip('"')
        ref = self.filed.setdefault(key, f"H{len(self.filed) + 1}")
        return httpx.Response(201, json={"hotline_ref": ref})


@pytest.fixture
def backend(shell: Any) -> City:
    """The shell's tickets go over the wire to it."""
    city = City(shell.clock)
    http = httpx.AsyncClient(transport=httpx.MockTransport(city))
    ids = count()
    wire = SignedHttp(
        "https://city/api",
        "a secret of the city and of us",
        http,
        clock=shell.clock,
        new_id=lambda: f"id{next(ids)}",
    )
    delivery = Delivery(
        shell.database,
        shell.city,
        {shell.app.name: shell.app},
        RestHotline(wire),
        shell.files,
        shell.service,
        shell.clock,
    )
    shell.worker = Worker(shell.database, MemoryCache(), shell.city, delivery, shell.clock, lambda: 0.0)
    return city


@pytest.fixture
def lines() -> Callable[[str], list[dict[str, Any]]]:
    """What was logged under this name."""
    out = io.StringIO()
    set_up(out)

    def read(event: str) -> list[dict[str, Any]]:
        assert not [word for word in SAID if word in out.getvalue()]
        return [one for line in out.getvalue().splitlines() if (one := json.loads(line))["event"] == event]

    return read


def figure(trouble: str) -> float | None:
    return REGISTRY.get_sample_value("jiesu_backend_trouble", {"trouble": trouble})


HALF_HOUR, QUARTER_DAY = timedelta(minutes=30), timedelta(hours=6)


async def goes_on(shell: Any, hours: float, longest: timedelta = QUARTER_DAY) -> None:
    """Time passes, and what falls due is tried: at first each half hour, in the end each `longest`."""
    end = shell.clock() + timedelta(hours=hours)
    step = HALF_HOUR
    while shell.clock() < end:
        step = min(step * 1.25, longest, end - shell.clock())
        shell.clock.tick(step.total_seconds())
        await shell.drain()


REFUSALS = [
    (301, "address"),
    (302, "address"),
    (401, "key"),
    (402, "other"),
    (403, "key"),
    (404, "address"),
    (405, "method"),
    (406, "other"),
    (407, "proxy"),
    (412, "other"),
    (418, "other"),
    (421, "host"),
    (423, "other"),
    (428, "other"),
    (431, "other"),
    (451, "other"),
    (499, "other"),
]


@pytest.mark.parametrize(("status", "trouble"), REFUSALS)
async def test_no_ticket_is_buried_and_the_operator_hears_it_at_once(
    shell: Any, citizen: Any, backend: City, lines: Any, status: int, trouble: str
) -> None:
    reference = await citizen.files_a_ticket()
    backend.status = status
    await shell.drain()
    (waiting,) = await shell.entries("due", "submit")
    assert str(status) in waiting.reason
    (said,) = lines("the backend refuses us")
    assert (said["level"], said["trouble"], str(status) in said["reason"]) == ("error", trouble, True)
    assert figure(trouble) == 1

    await goes_on(shell, hours=6)
    assert len(lines("the backend refuses us")) == 1
    backend.status = None
    await goes_on(shell, hours=1)
    assert (await shell.ticket(reference)).hotline_ref == "H1"
    assert len(lines("the backend takes what we send again")) == 1
    assert figure(trouble) == 0
    assert shell.app.texts == []


@pytest.mark.parametrize("status", [400, 410, 413, 415, 422])
async def test_what_judges_the_document_buries_it_and_the_citizen_is_told(
    shell: Any, citizen: Any, backend: City, lines: Any, status: int
) -> None:
    reference = await citizen.files_a_ticket()
    backend.status = status
    await shell.drain()
    assert [entry.kind for entry in await shell.entries("buried")] == ["submit"]
    assert (await shell.ticket(reference)).view.status == Status.REJECTED
    assert len(shell.app.texts) == 1
    assert lines("the backend refuses us") == []


@pytest.mark.parametrize("status", [401, 404, 405, 421])
async def test_a_wrong_key_over_a_week_of_holidays_loses_nothing(
    shell: Any, citizen: Any, backend: City, status: int
) -> None:
    await citizen.files_a_ticket()
    await citizen.says("催办")
    backend.status, backend.there = status, False
    await goes_on(shell, hours=8 * 24, longest=HALF_HOUR if status == 401 else QUARTER_DAY)
    assert await shell.entries("buried") == []
    backend.status, backend.there = None, True
    await goes_on(shell, hours=1)
    assert (list(backend.filed.values()), backend.told) == (["H1"], ["urge"])
    assert shell.app.texts == []


async def test_a_backend_that_is_busy_when_the_key_is_put_right_gets_its_three_days_too(
    shell: Any, citizen: Any, backend: City
) -> None:
    """A week of a wrong key was no try: 503 after it must not be taken for the last word."""
    await citizen.files_a_ticket()
    backend.status = 401
    await goes_on(shell, hours=5 * 24)
    backend.status = 503
    await goes_on(shell, hours=24)
    assert await shell.entries("buried") == []
    await goes_on(shell, hours=3 * 24)
    (buried,) = await shell.entries("buried")
    assert "three days" in buried.reason


async def test_an_event_for_a_ticket_the_backend_has_lost_is_told_and_given_up_after_three_days(
    shell: Any, citizen: Any, backend: City, lines: Any
) -> None:
    await citizen.files_a_ticket()
    await shell.drain()
    await citizen.says("催办")
    backend.status, backend.events_only = 404, True
    await shell.drain()
    (waiting,) = await shell.entries("due", "event")
    assert "not known there" in waiting.reason
    (said,) = lines("the backend refuses us")
    assert said["trouble"] == "unknown"
    await goes_on(shell, hours=3 * 24 + 2)
    assert [entry.kind for entry in await shell.entries("buried")] == ["event"]


@pytest.mark.parametrize("status", [401, 403, 405, 407, 421])
async def test_an_event_is_kept_like_a_ticket(
    shell: Any, citizen: Any, backend: City, lines: Any, status: int
) -> None:
    await citizen.files_a_ticket()
    await shell.drain()
    await citizen.says("催办")
    backend.status = status
    await goes_on(shell, hours=4 * 24)
    assert len(lines("the backend refuses us")) == 1
    backend.status = None
    await goes_on(shell, hours=1)
    assert backend.told == ["urge"]


async def test_a_ticket_that_is_being_handled_comes_later_and_nobody_is_called(
    shell: Any, citizen: Any, backend: City, lines: Any
) -> None:
    await citizen.files_a_ticket()
    backend.status = 409
    await shell.drain()
    assert len(await shell.entries("due", "submit")) == 1
    assert lines("the backend refuses us") == []


@pytest.mark.parametrize("off", [325, -325, 3600])
async def test_a_clock_out_of_the_window_is_named_with_the_measured_difference(
    shell: Any, citizen: Any, backend: City, lines: Any, off: int
) -> None:
    reference = await citizen.files_a_ticket()
    backend.status, backend.behind = 401, timedelta(seconds=off)
    await shell.drain()
    (said,) = lines("the backend refuses us")
    assert said["trouble"] == "clock"
    assert f"{abs(off)} s {'ahead of' if off > 0 else 'behind'}" in said["reason"]
    backend.status, backend.behind = None, timedelta()
    await goes_on(shell, hours=1)
    assert (await shell.ticket(reference)).hotline_ref == "H1"


async def test_a_clock_on_its_way_out_of_the_window_is_said_before_anything_is_refused(
    shell: Any, citizen: Any, backend: City, lines: Any
) -> None:
    await citizen.files_a_ticket()
    backend.behind = timedelta(minutes=3)
    await shell.drain()
    assert list(backend.filed.values()) == ["H1"]
    (said,) = lines("clocks differ")
    assert said["ahead_seconds"] == 180
    assert REGISTRY.get_sample_value("jiesu_backend_clock_ahead_seconds") == 180
    for urge in range(3):
        await citizen.says(f"补充{urge}")
    await shell.drain()
    assert len(lines("clocks differ")) == 1


async def test_what_comes_and_goes_is_not_said_each_time(
    shell: Any, citizen: Any, backend: City, lines: Any
) -> None:
    """A firewall before the backend that refuses one ticket's words, and lets the others through."""
    await citizen.files_a_ticket()
    for number in range(4):
        backend.status = 403
        shell.clock.tick(60)
        await shell.drain()
        assert figure("key") == 1
        backend.status = None
        other = shell.citizen(f"o{number}")
        await other.says("人工")
        await other.says("没有暖气，找人工")
        async with shell.database.write() as tx:
            await put_off(tx, shell.clock() + timedelta(seconds=50))
        await shell.drain()
        assert figure("key") == 0
    assert backend.told == ["handoff"] * 4
    assert len(lines("the backend refuses us")) == 1
    assert len(lines("the backend takes what we send again")) == 1


async def put_off(tx: Any, due_at: datetime) -> None:
    """The ticket's own next try."""
    await tx.execute(update(outbox).where(outbox.c.kind == "submit").values(due_at=due_at))
