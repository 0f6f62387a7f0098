"""The backend's door: who may come in, and what each answer means."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from hotline.signatures import sign
from intake.model.status import Applied, StatusUpdate
from tests.promised import promised
from webhooks.hotline import AT_ONCE, LARGEST, hotline_router

NOW = datetime(2023, 4, 26, 1, 30, tzinfo=UTC)
SECRET = "a secret of the callbacks"
DOCUMENT: dict[str, Any] = {
    "event_id": "e1",
    "type": "accepted",
    "hotline_ref": "H1",
    "at": "2023-04-26T09:30:00+08:00",
}


class Service:
    """The service as the webhook sees it: remembers ids, answers as it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[StatusUpdate, str]] = []
        self.next = Applied.DONE

    async def apply_update(self, update: StatusUpdate, message_id: str) -> Applied:
        repeat = any(known == message_id for _, known in self.seen)
        self.seen.append((update, message_id))
        return Applied.REPEAT if repeat else self.next


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def door(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(hotline_router(service, SECRET, lambda: NOW))
    transport, hooks = httpx.ASGITransport(app), {"response": [promised("callbacks")]}
    async with httpx.AsyncClient(transport=transport, base_url="http://here", event_hooks=hooks) as client:
        yield client


async def knock(
    door: httpx.AsyncClient, body: bytes, headers: dict[str, str] | None = None, at: datetime = NOW
) -> httpx.Response:
    signed = sign(SECRET, "msg_1", at, body) if headers is None else headers
    return await door.post("/webhooks/hotline", content=body, headers=signed)


def is_problem(answer: httpx.Response, status: int, name: str) -> bool:
    return (
        answer.status_code == status == answer.json()["status"]
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["type"].endswith(f"/{name}")
    )


async def test_a_body_over_the_limit_is_not_even_checked(door: httpx.AsyncClient, service: Service) -> None:
    assert is_problem(await knock(door, b" " * (LARGEST + 1), {}), 413, "too-large")
    assert not service.seen


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "x"},
        sign("another secret than the agreed", "msg_1", NOW, json.dumps(DOCUMENT).encode()),
    ],
)
async def test_an_unsigned_message_is_401(
    door: httpx.AsyncClient, service: Service, headers: dict[str, str]
) -> None:
    assert is_problem(await knock(door, json.dumps(DOCUMENT).encode(), headers), 401, "bad-signature")
    assert not service.seen


async def test_a_stale_message_is_401(door: httpx.AsyncClient) -> None:
    answer = await knock(door, json.dumps(DOCUMENT).encode(), at=NOW - timedelta(minutes=6))
    assert is_problem(answer, 401, "bad-signature")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        json.dumps({}).encode(),
        json.dumps(DOCUMENT | {"at": "noon"}).encode(),
        json.dumps(DOCUMENT | {"event_id": "\x00"}).encode(),
        b'{"event_id": "\\ud800", "type": "accepted", "hotline_ref": "H", "at": "2023-04-26T09:30:00Z"}',
        b"[" * 100_000,
    ],
)
async def test_a_signed_message_that_is_not_our_document_is_400(
    door: httpx.AsyncClient, service: Service, body: bytes
) -> None:
    assert is_problem(await knock(door, body), 400, "not-our-document")
    assert not service.seen


async def test_a_refusal_does_not_repeat_what_was_sent(door: httpx.AsyncClient) -> None:
    answer = await knock(door, json.dumps(DOCUMENT | {"at": "13912345678"}).encode())
    assert "13912345678" not in answer.text
    assert "at (" in answer.json()["title"]


@pytest.mark.parametrize(
    ("applied", "name"), [(Applied.UNKNOWN_TICKET, "unknown-ticket"), (Applied.NO_CHANNEL, "no-channel")]
)
async def test_nobody_to_tell_is_404(
    door: httpx.AsyncClient, service: Service, applied: Applied, name: str
) -> None:
    service.next = applied
    assert is_problem(await knock(door, json.dumps(DOCUMENT).encode()), 404, name)


async def test_of_a_ticket_still_being_filed_it_is_asked_to_tell_again(
    door: httpx.AsyncClient, service: Service
) -> None:
    service.next = Applied.EARLY
    answer = await knock(door, json.dumps(DOCUMENT).encode())
    assert is_problem(answer, 503, "try-again")
    assert answer.headers["retry-after"] == "2"


async def test_a_callback_reaches_the_service_once_and_its_repeat_is_fine(
    door: httpx.AsyncClient, service: Service
) -> None:
    body = json.dumps(DOCUMENT | {"public_text": "收到"}).encode()
    first, again = await knock(door, body), await knock(door, body)
    assert (first.status_code, first.json()) == (200, {"result": "done"})
    assert (again.status_code, again.json()) == (200, {"result": "repeat"})
    update, message_id = service.seen[0]
    assert (update.type, update.hotline_ref, update.at, update.public_text) == ("accepted", "H1", NOW, "收到")
    assert message_id == "msg_1"


async def test_a_late_one_is_a_note(door: httpx.AsyncClient, service: Service) -> None:
    service.next = Applied.NOTE
    assert (await knock(door, json.dumps(DOCUMENT).encode())).json() == {"result": "note"}


async def test_an_unknown_type_is_kept_and_answered_200(door: httpx.AsyncClient, service: Service) -> None:
    service.next = Applied.UNKNOWN_TICKET
    answer = await knock(door, json.dumps(DOCUMENT | {"type": "promoted"}).encode())
    assert answer.status_code == 200
    assert [update.type for update, _ in service.seen] == ["promoted"]


async def test_more_than_may_be_in_hand_are_429_and_find_room_again(
    door: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, waiting = asyncio.Event(), 0

    async def slow(update: StatusUpdate, message_id: str) -> Applied:
        nonlocal waiting
        waiting += 1
        await free.wait()
        return Applied.DONE

    monkeypatch.setattr(service, "apply_update", slow)
    body = json.dumps(DOCUMENT).encode()
    in_hand = [asyncio.create_task(knock(door, body)) for _ in range(AT_ONCE)]
    while waiting < AT_ONCE:
        await asyncio.sleep(0)
    refused = await knock(door, body)
    assert is_problem(refused, 429, "too-many")
    assert refused.headers["retry-after"] == "1"
    assert is_problem(await knock(door, body, headers={}), 401, "bad-signature")  # a stranger learns nothing
    free.set()
    assert {answer.status_code for answer in await asyncio.gather(*in_hand)} == {200}
    assert (await knock(door, body)).status_code == 200
