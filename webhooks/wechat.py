"""`GET` and `POST /webhooks/wechat`: verify, translate, let the service answer, translate back.

The order is the rule: signature, size, cipher, form, service. Once a push is verified WeChat
gets HTTP 200 within its five seconds whatever is slow or down: anything else is shown to the
citizen as a fault of the account.
"""

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import datetime
from hashlib import sha256

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect

from bots.wechat.codec import Push, Unreadable, parse
from bots.wechat.envelope import LARGEST, Account, Query, Refused, echo, open_push, verify
from bots.wechat.inbound import to_inbound
from bots.wechat.passive import NOTHING, Passive, passive
from intake.messages import ChannelName, Inbound, Reply
from webhooks.ports import Receiver
from webhooks.turns import Failed, Late, NotKept, Shelved, Turns

PATIENCE = 4.5
"""Seconds; WeChat cuts the connection at five."""

_LAST_TURNS = 10.0  # seconds a stop waits for running turns


class TooLarge(Exception):
    """The body is over the limit: answer 413."""


def wechat_router(
    account: Account,
    service: Receiver,
    clock: Callable[[], datetime],
    *,
    patience: float = PATIENCE,
    sorry: str = "",
) -> APIRouter:
    """The webhook's two paths. `sorry` is the city's sentence for a turn that broke ("" = say nothing)."""
    door = _Door(account, service, clock, patience, sorry)
    router = APIRouter(lifespan=door.open_hours)
    router.add_api_route("/webhooks/wechat", door.check, methods=["GET"])
    router.add_api_route("/webhooks/wechat", door.push, methods=["POST"])
    return router


class _Door:
    def __init__(
        self, account: Account, service: Receiver, clock: Callable[[], datetime], patience: float, sorry: str
    ) -> None:
        self._account = account
        self._service = service
        self._clock = clock
        self._patience = patience
        self._sorry = (Reply(sorry),) if sorry else ()
        self._turns = Turns(service)

    @asynccontextmanager
    async def open_hours(self, _: object) -> AsyncIterator[None]:
        yield
        await self._turns.drain(_LAST_TURNS)

    async def check(self, request: Request) -> Response:
        """WeChat asks whether the address is ours: the echo, bare, after the signature."""
        try:
            return PlainTextResponse(echo(self._account, _query(request)))
        except Refused:
            return Response(status_code=403)

    async def push(self, request: Request) -> Response:
        started = get_running_loop().time()
        query = _query(request)
        try:
            verify(self._account, query)
            body = open_push(self._account, query, await _read(request))
        except Refused:
            return Response(status_code=403)
        except TooLarge:
            return Response(status_code=413)
        except (Unreadable, ClientDisconnect):
            return Response(status_code=400)
        return await self._answer(query, body, started + self._patience)

    async def _answer(self, query: Query, body: bytes, deadline: float) -> Response:
        try:
            push = parse(body)
        except Unreadable as reason:
            await self._put_aside(body, str(reason), deadline)
            return _said(NOTHING)
        inbound = to_inbound(push, self._clock())
        if inbound is None:
            return _said(NOTHING)
        return await self._turn(query, push, inbound, body, deadline)

    async def _turn(
        self, query: Query, push: Push, inbound: Inbound, body: bytes, deadline: float
    ) -> Response:
        try:
            replies = await self._turns.replies(inbound, body, _left(deadline))
        except Late:
            return _said(NOTHING)
        except Shelved as kept:
            return _said(self._passive(query, push, kept.replies).body)
        except NotKept:
            return _said(self._passive(query, push, self._service.sorry(inbound)).body)
        except Failed:
            return _said(self._passive(query, push, self._sorry).body)
        answer = self._passive(query, push, replies)
        if answer.overflow:
            rest = self._service.send_late(inbound.address, answer.overflow, f"{inbound.id}:rest")
            await self._turns.within(_left(deadline), rest)
        return _said(answer.body, BackgroundTask(self._handed_over, inbound, replies))

    async def _handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """Runs once the answer is written; until then the outbox holds its durable replies back."""
        await self._turns.within(0, self._service.handed_over(inbound, replies))

    def _passive(self, query: Query, push: Push, replies: tuple[Reply, ...]) -> Passive:
        return passive(self._account, query, push, replies, self._clock())

    async def _put_aside(self, body: bytes, reason: str, deadline: float) -> None:
        kept = self._service.put_aside(ChannelName.WECHAT, sha256(body).hexdigest(), body, reason)
        await self._turns.within(_left(deadline), kept)


def _query(request: Request) -> Query:
    """As text and without FastAPI's validation, whose errors would name the parameters."""
    return Query(**{field.name: request.query_params.get(field.name, "") for field in fields(Query)})


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge
    return bytes(body)


def _said(body: str, then: BackgroundTask | None = None) -> Response:
    media_type = "text/plain" if body == NOTHING else "application/json" if body[0] == "{" else "text/xml"
    return Response(body, media_type=f"{media_type}; charset=utf-8", background=then)


def _left(deadline: float) -> float:
    return max(deadline - get_running_loop().time(), 0.0)
