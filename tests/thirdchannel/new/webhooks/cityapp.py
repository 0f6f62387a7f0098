"""`POST /webhooks/cityapp`: one message in, its answer out; the app waits ten seconds.

On 503 it asks again.
"""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime

from bots.cityapp.incoming.inbound import UnreadablePost, to_inbound
from bots.cityapp.outgoing.shown import shown
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.background import BackgroundTask

from hotline.body import BodyTooLarge, read_body
from intake.model.messages import ChannelName, Inbound
from intake.model.received import Answered, Lost, Received, Receiver
from webhooks.problems import problem

PATIENCE = 9.0
LARGEST = 256 * 1024
SECRET_HEADER = "x-cityapp-secret"


def cityapp_router(secret: str, receiver: Receiver, clock: Callable[[], datetime]) -> APIRouter:
    """The path the app posts to."""
    routes = APIRouter()

    async def post(request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return problem(401, "bad-secret", "The secret is missing or wrong.")
        deadline = asyncio.get_running_loop().time() + PATIENCE
        try:
            body = await read_body(request.stream(), LARGEST)
        except BodyTooLarge:
            return problem(413, "too-large", "The body is too large.")
        try:
            inbound = to_inbound(body, clock())
        except UnreadablePost as fault:
            name, reason = fault.message_id, fault.reason
            return _said(await receiver.put_aside(ChannelName.CITYAPP, name, body, reason, deadline))
        received = await receiver.receive(inbound, deadline)
        return _said(received, _handing_over(receiver, inbound, received))

    routes.add_route("/webhooks/cityapp", post, methods=["POST"])
    return routes


def _said(received: Received, then: BackgroundTask | None = None) -> Response:
    """The result in the app's words."""
    if isinstance(received, Lost):
        return problem(503, "try-again", "Please send it again.", {"Retry-After": "5"})
    return JSONResponse({"messages": [shown(reply) for reply in received.replies]}, background=then)


def _handing_over(receiver: Receiver, inbound: Inbound, received: Received) -> BackgroundTask | None:
    if not isinstance(received, Answered):
        return None
    return BackgroundTask(receiver.handed_over, inbound, received.replies)
