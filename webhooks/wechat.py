"""`GET` and `POST /webhooks/wechat`: verify, translate, let the service answer, translate back.

The order is the rule: signature and its time, size, cipher, form, receiver. Once a push is verified WeChat
has its answer within its five seconds whatever is slow or down: 200 with words where there are any, without
where it is taken, and 503 where it is nowhere, so that WeChat brings it again. Anything else is shown to
the citizen as a fault of the account.
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

from app.receiver.running_turns import LAST_TURNS
from app.receiver.tasks import Tasks, left
from app.turns.media_bursts import end_of
from bots.wechat.codec import Push, UnreadablePush, parse
from bots.wechat.incoming.events import to_channel_event
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
from intake.model.received import Answered, Lost, Received, Receiver
from webhooks.ports import ChannelEventReceiver, ReplayGuard
from webhooks.wechat_diagnostics import WeChatDiagnostics

PATIENCE = 4.5
"""Seconds; WeChat cuts the connection at five."""

HOLD = 3.0
"""Seconds a file's push is held on an account that may write only in the turn: for what belongs to it."""

_REMEMBERED = 2 * FRESH.total_seconds()
"""A time ahead of ours by all that is allowed counts as now for this long."""


def wechat_router(
    account: PushCredentials,
    receiver: Receiver,
    channel_events: ChannelEventReceiver,
    replay_guard: ReplayGuard,
    clock: Callable[[], datetime],
    *,
    patience: float = PATIENCE,
    hold: float = HOLD,
) -> APIRouter:
    """The webhook's two paths."""
    door = _Door(account, receiver, channel_events, replay_guard, clock, patience, hold)
    router = APIRouter(lifespan=door.open_hours)
    # Plain routes: the bytes are ours to read, and FastAPI's reading of parameters costs more than the rest.
    router.add_route("/webhooks/wechat", door.check, methods=["GET"])
    router.add_route("/webhooks/wechat", door.push, methods=["POST"])
    return router


class _Door:
    def __init__(
        self,
        account: PushCredentials,
        receiver: Receiver,
        channel_events: ChannelEventReceiver,
        replay_guard: ReplayGuard,
        clock: Callable[[], datetime],
        patience: float,
        hold: float,
    ) -> None:
        self._account = account
        self._receiver = receiver
        self._channel_events = channel_events
        self._replay_guard = replay_guard
        self._clock = clock
        self._patience = patience
        self._hold = hold
        self._tasks = Tasks()
        self._diagnostics = WeChatDiagnostics(channel_events, self._tasks)

    @asynccontextmanager
    async def open_hours(self, _: object) -> AsyncIterator[None]:
        yield
        await self._receiver.settle(LAST_TURNS)
        await self._tasks.settle(LAST_TURNS)

    async def check(self, request: Request) -> Response:
        """WeChat asks whether the address is ours: the echo, bare, after the signature."""
        query = _query(request)
        try:
            answer = echo(self._account, query, self._clock())
            await self._only_one(query, f"echo {answer}".encode())
        except PushRefused as fault:
            self._diagnostics.rise(fault)
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
            self._diagnostics.rise(fault)
            return Response(status_code=403)
        except BodyTooLarge:
            return Response(status_code=413)
        except (UnreadablePush, ClientDisconnect) as fault:
            self._diagnostics.rise(fault)
            return Response(status_code=400)
        self._diagnostics.fall()
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
        if await self._replay_guard.first(f"wechat:{key}", said, _REMEMBERED) != said:
            raise PushRefused("another body under the signature of an earlier one")

    async def _answer(self, query: Query, body: bytes, deadline: float) -> Response:
        try:
            push = parse(body)
        except UnreadablePush as reason:
            return await self._put_aside(body, str(reason), deadline)
        inbound = to_inbound(push, self._clock())
        if inbound is None:
            told = self._channel_events.record(to_channel_event(push, self._clock()))
            return _taken() if await self._tasks.within(deadline, told) else _again()
        received = await self._receiver.receive(inbound, deadline)
        if inbound.burst is Burst.PART and isinstance(received, Answered) and await self._holds(deadline):
            inbound = end_of(inbound)
            received = await self._receiver.receive(inbound, deadline)
        return await self._translated(query, push, inbound, received, deadline)

    async def _translated(
        self, query: Query, push: Push, inbound: Inbound, received: Received, deadline: float
    ) -> Response:
        """The one place that says a result in WeChat's words."""
        if isinstance(received, Answered):
            return await self._answered(query, push, inbound, received.replies, deadline)
        if isinstance(received, Lost) and not received.replies:
            return _again()
        return _said(self._passive(query, push, received.replies).body)

    async def _answered(
        self, query: Query, push: Push, inbound: Inbound, replies: tuple[Reply, ...], deadline: float
    ) -> Response:
        answer = self._passive(query, push, replies)
        if answer.overflow and await self._only_now(deadline):
            answer = self._passive(query, push, replies, self._receiver.more(replies))
        if await self._sent_on(inbound, answer.overflow, deadline):
            return _said(answer.body, BackgroundTask(self._handed_over, inbound, replies))
        return _said(answer.body)

    async def _holds(self, deadline: float) -> bool:
        """Wait for what may belong to a file, if its push is the only chance to answer it."""
        only_now = await self._only_now(deadline)
        if only_now:
            await sleep(min(self._hold, left(deadline) or 0.0))
        return only_now

    async def _only_now(self, deadline: float) -> bool:
        """Whether the answer to this push is the only way to the citizen, as far as we hear in time."""
        try:
            async with timeout(left(deadline)):
                return await self._channel_events.answers_in_turn_only(ChannelName.WECHAT)
        except (TimeoutError, Unavailable):
            return False

    async def _sent_on(self, inbound: Inbound, rest: tuple[Reply, ...], deadline: float) -> bool:
        """Whether what did not fit into the answer is in the outbox; if not, all of it goes out once more."""
        if not rest:
            return True
        sent = await self._receiver.send_on(inbound, rest, f"{inbound.id}:rest", deadline)
        return isinstance(sent, Answered)

    async def _handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """Runs once the answer is written; until then the outbox holds its durable replies back."""
        self._tasks.start(self._receiver.handed_over(inbound, replies))

    def _passive(self, query: Query, push: Push, replies: tuple[Reply, ...], more: str = "") -> Passive:
        return passive(self._account, query, push, replies, self._clock(), more)

    async def _put_aside(self, body: bytes, reason: str, deadline: float) -> Response:
        name = sha256(body).hexdigest()
        kept = await self._receiver.put_aside(ChannelName.WECHAT, name, body, reason, deadline)
        return _again() if isinstance(kept, Lost) else _taken()


def _query(request: Request) -> Query:
    """As text and without FastAPI's validation, whose errors would name the parameters."""
    return Query(**{field.name: request.query_params.get(field.name, "") for field in fields(Query)})


def _said(body: str, then: BackgroundTask | None = None) -> Response:
    media_type = "text/plain" if body == NOTHING else "application/json" if body[0] == "{" else "text/xml"
    return Response(body, media_type=f"{media_type}; charset=utf-8", background=then)


def _taken() -> Response:
    """Without words: there is nothing to say, or not yet."""
    return _said(NOTHING)


def _again() -> Response:
    """It is kept nowhere: what makes WeChat bring it again."""
    return Response(status_code=503)
