"""`POST /webhooks/telegram`: one update in, its turn done, and only then a 2xx.

Telegram holds back the rest of a chat until its update is acknowledged, so every status has one meaning:
200 answered, kept, or never to be done; 503 kept nowhere (it comes again), 401 and 413 not Telegram.
What cannot be read is put aside and answered 200.

A lone prompt rides the answer: quick, but Telegram drops its result, so a failure would pass in silence.
All else (receipts, summaries, surveys, keyboards, several messages) goes through the outbox: the service
puts it there in the turn's own transaction and returns only what may ride. A button press is answered
by a call of its own, begun before the turn (`bots.telegram.turn`).
"""

import math
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bots.telegram.incoming.update import FromGroup, ParsedUpdate, UnreadableUpdate
from bots.telegram.turn import acknowledge, lone_prompt, take_turn
from hotline.body import BodyTooLarge, read_body
from intake.model.messages import Address, ChannelName, Inbound, Reply
from intake.model.ports import Unavailable
from intake.model.received import Answered, Lost, Received, Receiver
from webhooks.problems import problem

if TYPE_CHECKING:  # importing aiogram takes seconds; only who has a token pays for it
    from bots.telegram.channel import TelegramChannel

LARGEST = 1024 * 1024
"""Bytes; a real update has a few thousand."""

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  the header's name


def telegram_router(
    secret: str,
    receiver: Receiver,
    telegram: "TelegramChannel",
    clock: Callable[[], datetime],
    largest: int = LARGEST,
) -> APIRouter:
    """The path Telegram brings updates to. Raises ValueError for an empty secret: anybody would know it."""
    if not secret:
        raise ValueError("the Telegram webhook needs a secret")
    door = _Door(receiver, telegram, clock)
    routes = APIRouter()

    async def receive(request: Request) -> Response:
        if not _knows(request, secret):
            return problem(401, "bad-secret", "The secret is missing or wrong.")
        try:
            body = await read_body(request.stream(), largest)
        except BodyTooLarge:
            return problem(413, "too-large", "The body is too large.")
        return await door.take(body)

    # A plain route: the bytes are ours to read, and FastAPI's reading of parameters costs more than the rest.
    routes.add_route("/webhooks/telegram", receive, methods=["POST"])
    return routes


class _Door:
    """What happens to a body whose sender knows the secret."""

    def __init__(
        self, receiver: Receiver, telegram: "TelegramChannel", clock: Callable[[], datetime]
    ) -> None:
        self._receiver = receiver
        self._telegram = telegram
        self._clock = clock

    async def take(self, body: bytes) -> Response:
        try:
            heard = self._telegram.hear(body, self._clock())
        except UnreadableUpdate as error:
            name, reason = error.message_id, error.reason
            kept = await self._receiver.put_aside(ChannelName.TELEGRAM, name, body, reason)
            return _again(kept) if isinstance(kept, Lost) else Response()
        if not isinstance(heard.message, Inbound):
            return await self._pass_by(heard)
        received = await take_turn(self._telegram, self._receiver, heard.message, heard)
        if isinstance(received, Answered):
            return await self._answered(heard.message, received.replies)
        return self._unanswered(heard.message.address, received)

    async def _answered(self, inbound: Inbound, replies: tuple[Reply, ...]) -> Response:
        prompt = lone_prompt(replies)
        riding = self._telegram.webhook_answer(inbound.address, prompt) if prompt else None
        if riding is not None and await self._telegram.may_ride(inbound.address):
            return JSONResponse(riding)
        if not replies:
            return Response()
        sent = await self._receiver.send_on(inbound, replies, inbound.id)
        return self._unanswered(inbound.address, sent)

    def _unanswered(self, address: Address, received: Received) -> Response:
        """What is kept is told so, if there are words for it; what is not comes again."""
        if isinstance(received, Lost):
            return _again(received)
        told = self._telegram.webhook_answer(address, received.replies[0]) if received.replies else None
        return Response() if told is None else JSONResponse(told)

    async def _pass_by(self, heard: ParsedUpdate) -> Response:
        """Nothing to take in: stop a spinner, show a group the way to the private chat."""
        if heard.tapped is not None:
            await acknowledge(self._telegram, heard.tapped)
        if not isinstance(heard.message, FromGroup):
            return Response()
        try:
            hint = await self._telegram.group_answer(heard.message)
        except Unavailable:  # Telegram's fault, not ours, and not worth holding up the group
            return Response()
        return Response() if hint is None else JSONResponse(hint)


def _knows(request: Request, secret: str) -> bool:
    shown = request.headers.get(SECRET_HEADER, "")
    return secrets.compare_digest(shown.encode(), secret.encode())


def _again(lost: Lost) -> Response:
    """Whole seconds, at most an hour: what Telegram honours."""
    seconds = min(3600, max(1, math.ceil(lost.retry_after or 1)))
    return problem(503, "try-again", "Please send it again.", {"Retry-After": str(seconds)})
