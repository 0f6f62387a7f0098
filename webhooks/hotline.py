"""`POST /webhooks/hotline`: the backend tells how a ticket goes on.

The order is the rule: size, signature, form, room, then the service. Only what the service did in its
transaction counts as received, so that a message that failed with us may come again under the same id.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from hotline.body import BodyTooLarge, read_body
from hotline.contract import Callback
from hotline.documents import status_update
from hotline.signatures import BadSignature, verify
from intake.model.status import KNOWN, Applied, StatusUpdate
from webhooks.problems import problem

LARGEST = 256 * 1024
"""Bytes; the longest answer a unit may write is far below."""

AT_ONCE = 32
"""Callbacks in hand in one process; more are asked to come again, so that citizens keep their share."""


class CallbackReceiver(Protocol):
    """What the webhook needs of the service."""

    async def apply_update(self, update: StatusUpdate, message_id: str) -> Applied:
        """Do one callback in one transaction, remembering `message_id`; a message seen before is REPEAT."""
        ...


class TooMany(Exception):
    """As many as may be are in hand: answer 429."""


class InHandLimit:
    """How many may be in hand at once."""

    def __init__(self, places: int) -> None:
        self._free = places

    @contextmanager
    def place(self) -> Iterator[None]:
        """One place for as long as the block takes. Raises TooMany."""
        if self._free == 0:
            raise TooMany
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


def hotline_router(service: CallbackReceiver, secrets: str, clock: Callable[[], datetime]) -> APIRouter:
    """The callback path; `secrets` as in `hotline.signatures`, `clock` gives an aware now."""
    router, room = APIRouter(), InHandLimit(AT_ONCE)

    @router.post("/webhooks/hotline")
    async def receive(request: Request) -> Response:
        try:
            body = await read_body(request.stream(), LARGEST)
            message_id = verify(secrets, request.headers, body, clock())
            update = status_update(Callback.model_validate_json(body))
            with room.place():
                return _answer(await service.apply_update(update, message_id), update)
        except BodyTooLarge:
            return problem(413, "too-large", "The body is too large.")
        except BadSignature:
            return problem(401, "bad-signature", "The signature does not match, or its time is off.")
        except ValidationError as error:
            return problem(400, "not-our-document", f"Not our document: {_places(error)}.")
        except TooMany:
            return problem(429, "too-many", "Too many at once; please send it again.", {"Retry-After": "1"})

    return router


def _answer(applied: Applied, update: StatusUpdate) -> Response:
    if update.type not in KNOWN:
        return JSONResponse({"result": Applied.NOTE})
    if applied is Applied.UNKNOWN_TICKET:
        return problem(404, "unknown-ticket", "We know no such ticket or conversation.")
    if applied is Applied.EARLY:
        again = "A filing is unanswered and may be this one; please send it again."
        return problem(503, "try-again", again, {"Retry-After": "2"})
    if applied is Applied.NO_CHANNEL:
        return problem(404, "no-channel", "This citizen has no chat with us; please phone.")
    return JSONResponse({"result": applied})


def _places(error: ValidationError) -> str:
    """Which fields are wrong and how, without what stood in them."""
    found = [f"{'.'.join(map(str, one['loc'])) or 'body'} ({one['type']})" for one in error.errors()[:5]]
    return ", ".join(found)
