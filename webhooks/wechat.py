"""`GET` and `POST /webhooks/wechat`: verify, translate, let the service answer, translate back.

The order is the rule: signature and its time, size, cipher, form, service. Once a push is verified WeChat
gets HTTP 200 within its five seconds whatever is slow or down: anything else is shown to the
citizen as a fault of the account.
"""

from asyncio import get_running_loop, sleep, timeout
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import datetime
from hashlib import sha256

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect

from app.turns.media_bursts import end_of
from bots.wechat.codec import Push, UnreadablePush, parse
from bots.wechat.incoming.events import to_happening
from bots.wechat.incoming.inbound import to_inbound
from bots.wechat.incoming.verification import (
    FRESH,
    LARGEST,
    Mode,
    PushCredentials,
    PushRefused,
    Query,
    echo,
    open_push,
    verify,
)
from bots.wechat.outgoing.passive_reply import NOTHING, Passive, passive
from hotline.body import BodyTooLarge, read_body
from intake.model.messages import Burst, ChannelName, Inbound, Reply
from intake.model.ports import Unavailable
from webhooks.deadline import Late, NotKept, Pending, Shelved, TurnFailed, Turns
from webhooks.ports import ChannelEventReceiver, Firsts, Receiver
from webhooks.wechat_diagnostics import WeChatDiagnostics

PATIENCE = 4.5
"""Seconds; WeChat cuts the connection at five."""

HOLD = 3.0
"""Seconds a file's push is held on an account that may write only in the turn: for what belongs to it."""

_REMEMBERED = 2 * FRESH.total_seconds()
"""A time ahead of ours by all that is allowed counts as now for this long."""

_LAST_TURNS = 10.0  # seconds a stop waits for running turns


def wechat_router(
    account: PushCredentials,
    service: Receiver,
    witness: ChannelEventReceiver,
    firsts: Firsts,
    clock: Callable[[], datetime],
    *,
    patience: float = PATIENCE,
    hold: float = HOLD,
    sorry: str = "",
) -> APIRouter:
    """The webhook's two paths. `sorry` is the city's sentence for a turn that broke ("" = say nothing)."""
    door = _Door(account, service, witness, firsts, clock, patience, hold, sorry)
    router = APIRouter(lifespan=door.open_hours)
    # Plain routes: the bytes are ours to read, and FastAPI's reading of parameters costs more than the rest.
    router.add_route("/webhooks/wechat", door.check, methods=["GET"])
    router.add_route("/webhooks/wechat", door.push, methods=["POST"])
    return router


class _Door:
    def __init__(
        self,
        account: PushCredentials,
        service: Receiver,
        witness: ChannelEventReceiver,
        firsts: Firsts,
        clock: Callable[[], datetime],
        patience: float,
        hold: float,
        sorry: str,
    ) -> None:
        self._account = account
        self._service = service
        self._witness = witness
        self._firsts = firsts
        self._clock = clock
        self._patience = patience
        self._hold = hold
        self._sorry = (Reply(sorry),) if sorry else ()
        self._turns = Turns(service)
        self._suspicions = WeChatDiagnostics(witness, self._turns)

    @asynccontextmanager
    async def open_hours(self, _: object) -> AsyncIterator[None]:
        yield
        await self._turns.drain(_LAST_TURNS)

    async def check(self, request: Request) -> Response:
        """WeChat asks whether the address is ours: the echo, bare, after the signature."""
        query = _query(request)
        try:
            answer = echo(self._account, query, self._clock())
            await self._only_one(query, f"echo {answer}".encode())
        except PushRefused as fault:
            self._suspicions.rise(fault)
            return Response(status_code=403)
        return PlainTextResponse(answer)

    async def push(self, request: Request) -> Response:
        started = get_running_loop().time()
        query = _query(request)
        try:
            verify(self._account, query, self._clock())
            body = open_push(self._account, query, await read_body(request.stream(), LARGEST))
            await self._only_one(query, body)
        except PushRefused as fault:
            self._suspicions.rise(fault)
            return Response(status_code=403)
        except BodyTooLarge:
            return Response(status_code=413)
        except (UnreadablePush, ClientDisconnect) as fault:
            self._suspicions.rise(fault)
            return Response(status_code=400)
        self._suspicions.fall()
        return await self._answer(query, body, started + self._patience)

    async def _only_one(self, query: Query, body: bytes) -> None:
        """In plain mode: whether this signature bore no other body. Raises PushRefused.

        There the signature covers time and nonce alone: what it first came with is all that it lets in, for
        as long as its time counts as now. The same again is WeChat's own repeat, which the inbox answers.
        """
        if self._account.mode is not Mode.PLAIN:
            return
        key = sha256(f"{query.timestamp}\0{query.nonce}".encode("utf-8", "surrogatepass")).hexdigest()
        said = sha256(body).hexdigest()
        if await self._firsts.first(f"wechat:{key}", said, _REMEMBERED) != said:
            raise PushRefused("another body under the signature of an earlier one")

    async def _answer(self, query: Query, body: bytes, deadline: float) -> Response:
        try:
            push = parse(body)
        except UnreadablePush as reason:
            return _taken(await self._put_aside(body, str(reason), deadline))
        inbound = to_inbound(push, self._clock())
        if inbound is None:
            told = self._witness.record(to_happening(push, self._clock()))
            return _taken(await self._turns.within(_left(deadline), told))
        return await self._turn(query, push, inbound, body, deadline)

    async def _turn(
        self, query: Query, push: Push, inbound: Inbound, body: bytes, deadline: float
    ) -> Response:
        try:
            replies = await self._turns.replies(inbound, body, _left(deadline))
            if inbound.burst is Burst.PART and await self._holds(deadline):
                inbound = end_of(inbound)
                replies = await self._turns.replies(inbound, body, _left(deadline))
        except (Late, Pending) as late:
            return _taken(isinstance(late, Late))
        except Shelved as kept:
            return _said(self._passive(query, push, kept.replies).body)
        except NotKept:
            return _said(self._passive(query, push, self._service.sorry(inbound)).body)
        except TurnFailed:
            return _said(self._passive(query, push, self._sorry).body)
        answer = self._passive(query, push, replies)
        if answer.overflow and await self._only_now(deadline):
            answer = self._passive(query, push, replies, self._service.more(replies))
        if await self._sent_on(inbound, answer.overflow, deadline):
            return _said(answer.body, BackgroundTask(self._handed_over, inbound, replies))
        return _said(answer.body, BackgroundTask(self._kept_whole, inbound))

    async def _holds(self, deadline: float) -> bool:
        """Wait for what may belong to a file, if its push is the only chance to answer it."""
        only_now = await self._only_now(deadline)
        if only_now:
            await sleep(min(self._hold, _left(deadline)))
        return only_now

    async def _only_now(self, deadline: float) -> bool:
        """Whether the answer to this push is the only way to the citizen, as far as we hear in time."""
        try:
            async with timeout(_left(deadline)):
                return await self._witness.answers_in_turn_only(ChannelName.WECHAT)
        except (TimeoutError, Unavailable):
            return False

    async def _sent_on(self, inbound: Inbound, rest: tuple[Reply, ...], deadline: float) -> bool:
        """Whether what did not fit into the answer is in the outbox, if there is any."""
        if not rest:
            return True
        queued = self._service.send_late(inbound.address, rest, f"{inbound.id}:rest")
        return await self._turns.within(_left(deadline), queued)

    async def _kept_whole(self, inbound: Inbound) -> None:
        """The rest of a long answer found no place: its stored replies go out again, all of them."""
        await self._turns.within(0, self._service.shelve(inbound))

    async def _handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """Runs once the answer is written; until then the outbox holds its durable replies back."""
        await self._turns.within(0, self._service.handed_over(inbound, replies))

    def _passive(self, query: Query, push: Push, replies: tuple[Reply, ...], more: str = "") -> Passive:
        return passive(self._account, query, push, replies, self._clock(), more)

    async def _put_aside(self, body: bytes, reason: str, deadline: float) -> bool:
        kept = self._service.put_aside(ChannelName.WECHAT, sha256(body).hexdigest(), body, reason)
        return await self._turns.within(_left(deadline), kept)


def _query(request: Request) -> Query:
    """As text and without FastAPI's validation, whose errors would name the parameters."""
    return Query(**{field.name: request.query_params.get(field.name, "") for field in fields(Query)})


def _said(body: str, then: BackgroundTask | None = None) -> Response:
    media_type = "text/plain" if body == NOTHING else "application/json" if body[0] == "{" else "text/xml"
    return Response(body, media_type=f"{media_type}; charset=utf-8", background=then)


def _taken(kept: bool) -> Response:
    """Without words: that it was taken; or, while it is kept nowhere, what makes WeChat bring it again."""
    return _said(NOTHING) if kept else Response(status_code=503)


def _left(deadline: float) -> float:
    return max(deadline - get_running_loop().time(), 0.0)
