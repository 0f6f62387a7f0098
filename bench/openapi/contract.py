"""The published contract, asked with a good signature: what it does not say must not be answered.

A generated call is signed on its way in, as no generator could, so that it comes past the first door; and a
ticket's own key is put into its header, as the contract wants it.
"""

import secrets
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import orjson

from app.base.clock import utc_now
from bench.openapi.asked import asked, served
from bench.redteam.world import CALLS, World
from hotline.openapi import document
from hotline.signatures import sign

Direction = Literal["backend", "callbacks"]
PREFIX: dict[Direction, str] = {"backend": "/desk/api/v1", "callbacks": ""}
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


async def ask_the_contract(world: World, direction: Direction, folder: Path) -> tuple[int, str]:
    """schemathesis' status and words about one direction of `docs/openapi/`."""
    known = await world.file_at_desk()
    door = Signing(world.app)
    async with served(door) as url:
        options = ("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing")
        status, said = await asked(
            url + PREFIX[direction], _about(known, document(direction)), folder, *options
        )
    print(f"  the signed calls were answered {dict(sorted(door.answers.items()))}")
    return status, said


def _about(known: str, published: dict[str, Any]) -> dict[str, Any]:
    """The same with a number that there is among those to try."""
    for calls in published["paths"].values():
        for call in calls.values():
            for one in call["parameters"]:
                if one["name"] == "hotline_ref":
                    one["schema"] = {"anyOf": [{"type": "string", "enum": [known]}, {"type": "string"}]}
    return published


class Signing:
    """ASGI: what comes in goes on as a call of the other side's; how it was answered is counted."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.answers: Counter[int] = Counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)

        async def counted(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.answers[message["status"]] += 1
            await send(message)

        await self._app(scope | {"headers": _signed(scope["headers"], body)}, _once(body), counted)


def _signed(headers: list[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    try:
        made = sign(CALLS, secrets.token_hex(8), utc_now(), body)
    except UnicodeDecodeError:  # no signature is over such a body
        return headers
    key = _own_key(body)
    if key is not None and any(name == b"idempotency-key" for name, _ in headers):
        made["idempotency-key"] = key
    added = [(name.encode(), value.encode()) for name, value in made.items()]
    return [*((name, value) for name, value in headers if name.decode("latin-1") not in made), *added]


def _own_key(body: bytes) -> str | None:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    key = read.get("idempotency_key") if isinstance(read, dict) else None
    return key if isinstance(key, str) and key.isascii() and key.isprintable() else None


def _once(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
