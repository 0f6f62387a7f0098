"""Filing over the wire: what is refused, what is the same again, what is new."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from desk.api.rest import LARGEST
from desk.app import Desk
from desk.workflow.states import Actor, Role
from hotline.signatures import sign

CENTRE = Actor(Role.CENTRE, "wang")
Document = dict[str, Any]


def is_problem(answer: Any, status: int, name: str) -> bool:
    return (
        answer.status_code == status == answer.json()["status"]
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["type"].endswith(f"/{name}")
    )


async def queued(desk: Desk) -> int:
    return len(await desk.queue(CENTRE))


async def test_an_unsigned_ticket_is_not_filed(desk: Desk, caller: Any, document: Document) -> None:
    answer = await caller.http.post("/tickets", json=document)
    assert is_problem(answer, 401, "bad-signature")
    assert await queued(desk) == 0


@pytest.mark.parametrize("path", ["/tickets", "/tickets?idempotency_key=k", "/tickets/1"])
async def test_nobody_reads_without_a_signature(caller: Any, path: str) -> None:
    assert is_problem(await caller.http.get(path), 401, "bad-signature")


async def test_a_stale_signature_is_as_good_as_none(caller: Any, clock: Any, document: Document) -> None:
    body = orjson.dumps(document)
    headers = caller.signed(body)
    clock.on(minutes=6)
    assert is_problem(await caller.http.post("/tickets", content=body, headers=headers), 401, "bad-signature")


async def test_a_signature_by_another_key_is_as_good_as_none(caller: Any, document: Document) -> None:
    body = orjson.dumps(document)
    headers = caller.signed(body, "another key than was agreed on")
    assert is_problem(await caller.http.post("/tickets", content=body, headers=headers), 401, "bad-signature")


async def test_a_body_over_the_limit_is_not_read_to_its_end(caller: Any) -> None:
    answer = await caller.http.post("/tickets", content=b" " * (LARGEST + 1))
    assert is_problem(answer, 413, "too-large")


async def test_what_is_no_ticket_is_refused_without_repeating_it(caller: Any, document: Document) -> None:
    document["channel"] = "13900000000"
    answer = await caller.post("/tickets", document, document["idempotency_key"])
    assert is_problem(answer, 422, "not-our-document")
    assert "channel" in answer.text
    assert "13900000000" not in answer.text


@pytest.mark.parametrize("submitted_at", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
async def test_a_time_no_calendar_holds_is_refused(
    caller: Any, document: Document, submitted_at: str
) -> None:
    document["submitted_at"] = submitted_at
    answer = await caller.post("/tickets", document, document["idempotency_key"])
    assert is_problem(answer, 422, "not-our-document")


@pytest.mark.parametrize("key", [None, "another key than was agreed on", "k" * 257])
async def test_the_header_must_name_the_documents_own_key(
    desk: Desk, caller: Any, document: Document, key: str | None
) -> None:
    assert is_problem(await caller.post("/tickets", document, key), 422, "idempotency-key")
    assert await queued(desk) == 0


async def test_the_same_key_with_another_document_is_refused(
    desk: Desk, caller: Any, document: Document
) -> None:
    await caller.file(document)
    document["content"] = "Flat 4 has been cold as well"
    answer = await caller.post("/tickets", document, document["idempotency_key"])
    assert is_problem(answer, 422, "key-reused")
    (ticket,) = await desk.queue(CENTRE)
    assert ticket.document.content == "Flat 3 has been cold for two days"


async def test_a_captured_call_cannot_be_turned_on_another_ticket(caller: Any, hotline_ref: str) -> None:
    headers = caller.signed(b"")
    assert (await caller.http.get(f"/tickets/{hotline_ref}", headers=headers)).status_code == 200
    assert is_problem(await caller.http.get("/tickets/1", headers=headers), 401, "replayed")
    assert (await caller.http.get(f"/tickets/{hotline_ref}", headers=headers)).status_code == 200


async def test_an_unknown_ticket_and_an_unknown_key_are_404(caller: Any) -> None:
    assert is_problem(await caller.get("/tickets/230426"), 404, "unknown-ticket")
    assert is_problem(await caller.get("/tickets/%00"), 404, "unknown-ticket")
    assert is_problem(await caller.get("/tickets", idempotency_key="nobody's"), 404, "unknown-key")
    assert is_problem(await caller.get("/tickets", idempotency_key="\x00"), 404, "unknown-key")
    assert is_problem(await caller.get("/tickets"), 404, "unknown-key")


async def test_the_same_ticket_again_gives_the_same_number(
    desk: Desk, caller: Any, clock: Any, document: Document
) -> None:
    hotline_ref = await caller.file(document)
    clock.on(minutes=1)
    document["attachments"][0]["url"] = "http://front.door/attachments/a?expires=2"
    answer = await caller.post("/tickets", document, document["idempotency_key"])
    assert (answer.status_code, answer.json()["hotline_ref"]) == (200, hotline_ref)
    assert await queued(desk) == 1


async def test_many_at_once_are_one(desk: Desk, caller: Any, document: Document) -> None:
    tries = [caller.post("/tickets", document, document["idempotency_key"]) for _ in range(5)]
    answers = await asyncio.gather(*tries)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["hotline_ref"] for answer in answers}) == 1
    assert await queued(desk) == 1


async def test_a_ticket_whose_answer_was_lost_is_found_by_its_key(
    caller: Any, hotline_ref: str, document: Document
) -> None:
    answer = await caller.get("/tickets", idempotency_key=document["idempotency_key"])
    assert (answer.status_code, answer.json()["hotline_ref"]) == (200, hotline_ref)


async def test_a_ticket_is_numbered_in_the_citys_time_and_waits_at_the_centre(
    desk: Desk, caller: Any, hotline_ref: str
) -> None:
    assert hotline_ref.startswith("230426093015")
    assert len(hotline_ref) == 18
    document = (await caller.get(f"/tickets/{hotline_ref}")).json()
    assert (document["status"], document["round"], document["lead_unit"]) == ("submitted", 1, None)
    assert document["reference"] == "WX230426093015004"


async def test_what_the_database_keeps_of_a_citizen_cannot_be_read(desk: Desk, hotline_ref: str) -> None:
    async with desk.database.read() as tx:
        row = (await tx.exec_driver_sql("SELECT * FROM desk_tickets")).one()
    kept = " ".join(map(str, (bytes(v) if isinstance(v, memoryview) else v for v in row)))
    assert hotline_ref in kept
    assert not any(word in kept for word in ("13900000000", "Ms Li", "Flat 3"))


async def test_while_a_key_rotates_either_signature_is_taken(
    desk: Desk, caller: Any, document: Document, clock: Any
) -> None:
    body = orjson.dumps(document)
    both = sign(
        "a newer key of 24 bytes and more,calls from us to the desk",
        "call-x",
        clock() - timedelta(minutes=4),
        body,
    )
    headers = both | {"idempotency-key": document["idempotency_key"]}
    assert (await caller.http.post("/tickets", content=body, headers=headers)).status_code == 201
