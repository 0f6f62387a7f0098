"""Every answer of a backend becomes what to do next."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hotline.rest import RestHotline, retry_after
from hotline.signatures import verify
from hotline.signed_http import SignedHttp
from intake.model.ports import Hotline, NeedsOperator, Postponed, Rejected, Unavailable, Unsure

NOW = datetime(2023, 4, 26, 1, 30, tzinfo=UTC)
KEY = "6f1f3a52-3f2a-4c8e-9a69-0d9f6b3c1a11"
TICKET: dict[str, Any] = {"reference": "WX1", "content": "冷"}


def hotline(url: str, http: httpx.AsyncClient) -> RestHotline:
    ids = iter(f"msg_{n}" for n in range(100))
    return RestHotline(
        SignedHttp(url, "a secret of the city and of us", http, clock=lambda: NOW, new_id=lambda: next(ids))
    )


@asynccontextmanager
async def backend(answer: Callable[[httpx.Request], httpx.Response]) -> AsyncIterator[RestHotline]:
    client = hotline("https://backend/api/", httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    try:
        yield client
    finally:
        await client.aclose()


def answering(status: int, **more: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, **more)


async def submit(client: Hotline) -> str:
    return await client.submit(TICKET, KEY)


@pytest.mark.parametrize("status", [301, 408, 409, 425, 429, 500, 502, 503, 504])
async def test_trouble_is_for_later(status: int) -> None:
    async with backend(answering(status, headers={"retry-after": "120"})) as client:
        with pytest.raises(Unavailable) as caught:
            await submit(client)
    assert caught.value.retry_after == 120


@pytest.mark.parametrize("status", [400, 410, 413, 415, 422])
async def test_a_refusal_is_for_good(status: int) -> None:
    async with backend(answering(status)) as client:
        with pytest.raises(Rejected):
            await submit(client)


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (301, "address"),
        (401, "key"),
        (402, "other"),
        (403, "key"),
        (404, "address"),
        (405, "method"),
        (407, "proxy"),
        (418, "other"),
        (421, "host"),
        (451, "other"),
    ],
)
async def test_what_judges_the_way_to_the_backend_is_for_an_operator(status: int, trouble: str) -> None:
    async with backend(answering(status, headers={"retry-after": "120"})) as client:
        for call in (submit(client), client.send_event("H1", {}, KEY), client.send_event(None, {}, KEY)):
            with pytest.raises(NeedsOperator) as caught:
                await call
            assert (caught.value.trouble, caught.value.retry_after) == (trouble, 120)


@pytest.mark.parametrize("path", ["H1", None])
async def test_a_backend_that_asks_for_the_key_first_does_not_know_what_it_answers_404_to(
    path: str | None,
) -> None:
    async with backend(
        lambda asked: httpx.Response(404 if "webhook-signature" in asked.headers else 401)
    ) as client:
        with pytest.raises(Postponed) as caught:
            await client.send_event(path, {"type": "supplement"}, KEY)
        with pytest.raises(NeedsOperator):
            await submit(client)
    assert caught.value.trouble == "unknown"


@pytest.mark.parametrize(
    ("headers", "ahead"),
    [
        ({}, None),
        ({"date": "soon"}, None),
        ({"date": "Wed, 26 Apr 2023 0333333333333:31:00 GMT"}, None),
        ({"date": "Wed, 26 Apr 2023 01:20:00 GMT", "age": "600"}, None),
        ({"date": "Wed, 26 Apr 2023 01:30:00 GMT"}, 0),
        ({"date": "Wed, 26 Apr 2023 01:24:35 GMT"}, 325),
        ({"date": "Wed, 26 Apr 2023 01:35:25 GMT"}, -325),
    ],
)
async def test_the_backends_clock_is_read_from_its_answers(
    headers: dict[str, str], ahead: int | None
) -> None:
    async with backend(answering(401, headers=headers)) as client:
        with pytest.raises(NeedsOperator) as caught:
            await submit(client)
        assert client.ahead == (None if ahead is None else timedelta(seconds=ahead))
    assert caught.value.trouble == ("clock" if ahead else "key")


async def test_a_refusal_tells_the_problems_title_but_nothing_personal() -> None:
    problem = {"title": "Phone 13912345678 is\nwrong", "detail": "Ms Li, Xinhua Road"}
    async with backend(answering(422, json=problem)) as client:
        with pytest.raises(Rejected) as caught:
            await submit(client)
    assert caught.value.reason == "the backend answered 422: Phone … iswrong"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"title": 7}', b'{"title": ""}', b"\xff"])
async def test_a_refusal_without_a_problem_document_is_one_all_the_same(body: bytes) -> None:
    async with backend(answering(422, content=body)) as client:
        with pytest.raises(Rejected) as caught:
            await submit(client)
    assert caught.value.reason == "the backend answered 422"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"hotline_ref": ""}', b'{"hotline_ref": null}'])
async def test_half_an_answer_may_have_been_a_ticket(body: bytes) -> None:
    async with backend(answering(201, content=body)) as client:
        with pytest.raises(Unsure):
            await submit(client)
        with pytest.raises(Unavailable):
            await client.find(KEY)


@pytest.mark.parametrize(
    "failure", [httpx.ReadTimeout, httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError]
)
async def test_no_answer_after_the_body_went_out_is_unsure(failure: type[httpx.TransportError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure("https://backend/api/secret-path", request=request)

    async with backend(fail) as client:
        with pytest.raises(Unsure) as caught:
            await submit(client)
        with pytest.raises(Unavailable):
            await client.find(KEY)
    assert "secret-path" not in str(caught.value)


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_nothing_sent_is_for_later(failure: type[httpx.TransportError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure("no", request=request)

    async with backend(fail) as client:
        with pytest.raises(Unavailable):
            await submit(client)


async def test_a_refused_connection_is_for_later(unused_tcp_port: int) -> None:
    client = hotline(f"http://127.0.0.1:{unused_tcp_port}", httpx.AsyncClient())
    with pytest.raises(Unavailable):
        await submit(client)
    await client.aclose()


@pytest.mark.parametrize("half", [b"", b"HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{"])
async def test_a_backend_that_dies_while_answering_leaves_us_unsure(half: bytes) -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        writer.write(half)
        writer.close()

    server = await asyncio.start_server(die, "127.0.0.1", 0)
    async with server:
        client = hotline(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", httpx.AsyncClient())
        with pytest.raises(Unsure):
            await submit(client)
        await client.aclose()


async def test_a_ticket_goes_out_signed_and_with_its_key() -> None:
    seen: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"hotline_ref": "H 1/2", "received_at": "2023-04-26T09:30:00+08:00"})

    async with backend(take) as client:
        assert await submit(client) == "H 1/2"
        assert await submit(client) == "H 1/2"
    first, second = seen
    assert str(first.url) == "https://backend/api/tickets"
    assert first.headers["idempotency-key"] == f'"{KEY}"' == second.headers["idempotency-key"]
    assert first.headers["content-type"] == "application/json"
    assert verify("a secret of the city and of us", first.headers, first.content, NOW) == "msg_0"
    assert verify("a secret of the city and of us", second.headers, second.content, NOW) == "msg_1"


async def test_a_number_given_as_a_number_is_a_number() -> None:
    async with backend(answering(200, json={"hotline_ref": 4711})) as client:
        assert await submit(client) == "4711"


async def test_the_look_up_signs_the_empty_body() -> None:
    def look(request: httpx.Request) -> httpx.Response:
        assert verify("a secret of the city and of us", request.headers, b"", NOW)
        assert request.url.params["idempotency_key"] == KEY
        return httpx.Response(200, json={"hotline_ref": "H1"})

    async with backend(look) as client:
        assert await client.find(KEY) == "H1"


async def test_a_key_the_backend_does_not_know_is_none() -> None:
    async with backend(answering(404)) as client:
        assert await client.find(KEY) is None
        assert await client.status("H1") is None


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_look_up_that_fails_says_nothing_about_the_ticket(status: int) -> None:
    async with backend(answering(status)) as client:
        with pytest.raises(Unavailable):
            await client.find(KEY)


async def test_an_event_goes_to_its_ticket_or_to_nobodys() -> None:
    paths: list[bytes] = []

    def take(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(202)

    async with backend(take) as client:
        await client.send_event("H 1/../2", {"type": "urge"}, KEY)
        await client.send_event("..", {"type": "urge"}, KEY)
        await client.send_event(None, {"type": "alert"}, KEY)
    assert paths == [
        b"/api/tickets/H%201%2F%2E%2E%2F2/events",
        b"/api/tickets/%2E%2E/events",
        b"/api/events",
    ]


async def test_a_status_document_is_read() -> None:
    document = {"hotline_ref": "H1", "status": "signed", "updated_at": "2023-04-26T09:30:00+08:00"}
    async with backend(answering(200, json=document)) as client:
        standing = await client.status("H1")
    assert standing is not None
    assert standing.status == "signed"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("soon", None),
        ("Wed, 26 Apr 2023 0333333333333:31:00 GMT", None),
        ("-5", None),
        ("²", None),
        ("0", 0.0),
        ("90", 90.0),
        ("99999999999", 3600.0),
        ("9" * 5000, 3600.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("Wed, 26 Apr 2023 01:31:00 +99999999999999", None),
        ("Wed, 26 Apr 2023 01:31:00 GMT", 60.0),
        ("Wed, 26 Apr 2023 01:00:00 GMT", 0.0),
        ("Wed, 26 Apr 2023 01:31:00 -0000", 60.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds
