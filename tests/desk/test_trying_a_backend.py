"""`jiesu hotline try`: our own desk keeps every promise, and each broken one is found by name."""

from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from fastapi import FastAPI

from desk.app import Desk
from hotline.signatures import sign
from hotline.signed_http import SignedHttp
from hotline.trial import Verdict, trial
from hotline.trial_calls import Calls

SECRET = "calls from us to the desk"
KEY = UUID("6f1f3a52-3f2a-4c8e-9a69-0d9f6b3c1a99")


class Wrong(httpx.AsyncBaseTransport):
    """The desk with one thing wrong: `before` may change a call, `after` an answer."""

    def __init__(self, app: FastAPI, clock: Any, before: Any = None, after: Any = None) -> None:
        self.inner = httpx.ASGITransport(app)
        self.clock = clock
        self.before = before
        self.after = after
        self.seen: set[str] = set()
        self.ids = count(1)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.before:
            changed = self.before(request, self)
            if isinstance(changed, httpx.Response):
                return changed
            request = changed
        answer = await self.inner.handle_async_request(request)
        await answer.aread()
        return self.after(request, answer) if self.after else answer

    def signed_anew(self, request: httpx.Request, body: bytes, **headers: str) -> httpx.Request:
        signature = sign(SECRET, f"anew-{next(self.ids)}", self.clock(), body)
        kept = {name: value for name, value in request.headers.items() if name != "content-length"}
        return httpx.Request(
            request.method, request.url, headers={**kept, **signature, **headers}, content=body
        )


def lets_anybody_in(request: httpx.Request, wrong: Wrong) -> httpx.Request:
    return wrong.signed_anew(request, request.content)


def files_every_time(request: httpx.Request, wrong: Wrong) -> httpx.Request:
    if request.method != "POST" or not request.url.path.endswith("/tickets") or len(request.content) < 20:
        return request
    key = str(uuid4())
    body = orjson.dumps(orjson.loads(request.content) | {"idempotency_key": key, "reference": key})
    return wrong.signed_anew(request, body, **{"idempotency-key": f'"{key}"'})


def cannot_be_asked(request: httpx.Request, _: Wrong) -> httpx.Request | httpx.Response:
    asked = request.method == "GET" and b"idempotency_key" in request.url.query
    return httpx.Response(405) if asked else request


def refuses_what_is_new(request: httpx.Request, _: Wrong) -> httpx.Request | httpx.Response:
    return httpx.Response(422) if b"a_field_of_next_year" in request.content else request


def breaks_on_repeats(request: httpx.Request, wrong: Wrong) -> httpx.Request | httpx.Response:
    if not request.url.path.endswith("/events"):
        return request
    event_id = orjson.loads(request.content)["event_id"]
    if event_id in wrong.seen:
        return httpx.Response(500)
    wrong.seen.add(event_id)
    return request


def hangs_up_on_hand_offs(request: httpx.Request, _: Wrong) -> httpx.Request:
    if b'"handoff"' in request.content:
        raise httpx.ReadError("gone")
    return request


def blames_the_ticket_for_the_key(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(422) if answer.status_code == 401 else answer


def blames_the_key_for_the_ticket(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(403) if answer.status_code == 422 else answer


def names_no_number(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(201, json={"id": 7}) if answer.status_code == 201 else answer


def answers_with_a_page(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(200, html="<h1>OK</h1>") if answer.status_code < 300 else answer


def tells_a_bare_status(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    single = request.method == "GET" and "/tickets/" in request.url.path and answer.status_code == 200
    return httpx.Response(200, json={"status": "done"}) if single else answer


@pytest.fixture
def tried(desk: Desk, clock: Any) -> Any:
    """Play the whole life against the desk with this wrong; the verdicts."""
    app = FastAPI()
    app.include_router(desk.router())
    ids = count(1)

    async def play(before: Any = None, after: Any = None) -> list[Verdict]:
        async with httpx.AsyncClient(transport=Wrong(app, clock, before, after)) as http:
            wire = SignedHttp(
                "http://desk/desk/api/v1/", SECRET, http, clock=clock, new_id=lambda: f"try-{next(ids)}"
            )
            return [verdict async for verdict in trial(Calls(wire), KEY, "WX230426093015009", clock())]

    return play


async def test_our_own_desk_keeps_every_promise(tried: Any) -> None:
    found = await tried()
    assert [verdict for verdict in found if not verdict.ok] == []
    assert len(found) > 30


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            lets_anybody_in,
            None,
            (
                "a call without a signature is refused",
                "a wrong secret is refused",
                "a signature six minutes old is refused",
            ),
        ),
        (files_every_time, None, ("the same Idempotency-Key again files nothing new",)),
        (cannot_be_asked, None, ("a ticket is found by its key",)),
        (refuses_what_is_new, None, ("a field it does not know is passed over",)),
        (breaks_on_repeats, None, ("supplement again is taken too",)),
        (hangs_up_on_hand_offs, None, ("handoff is taken",)),
        (None, blames_the_ticket_for_the_key, ("a wrong secret is refused",)),
        (None, blames_the_key_for_the_ticket, ("a ticket without its fields is refused",)),
        (None, names_no_number, ("a ticket is filed",)),
        (None, answers_with_a_page, ("a ticket is filed",)),
        (None, tells_a_bare_status, ("the ticket's status is told",)),
    ],
)
async def test_each_broken_promise_is_named(
    before: Any, after: Any, expected: tuple[str, ...], tried: Any
) -> None:
    wrong = {verdict.what for verdict in await tried(before, after) if not verdict.ok and not verdict.advice}
    assert wrong >= set(expected)


async def test_a_server_that_is_not_there_is_told_in_one_line(tried: Any) -> None:
    def gone(request: httpx.Request, _: Wrong) -> httpx.Request:
        raise httpx.ConnectError("nobody")

    found = await tried(gone)
    assert not any(verdict.ok for verdict in found)
    assert found[-1].what == "a ticket is filed"
    assert "ConnectError" in found[-1].says
