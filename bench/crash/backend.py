"""A city's ticket backend that is never killed: it writes down every call, and calls back.

Three kinds, which are what cities have: one that de-duplicates on our key, one that does not but can be
asked for it, and one that can do neither.
"""

import asyncio
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import httpx
import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from hotline.signatures import sign, verify

TRY_AGAIN = 0.2  # seconds


class Kind(StrEnum):
    DEDUPLICATES = "de-duplicates"
    CAN_BE_ASKED = "can be asked"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it came in."""

    hotline_ref: str
    event_id: str
    type: str
    text: str


@dataclass(slots=True)
class Backend:
    """`filed` holds a document per POST that made a ticket, by its number."""

    kind: Kind
    front_door: str
    calls_secret: str
    callback_secret: str
    http: httpx.AsyncClient
    filed: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    events: set[str] = field(default_factory=set)
    posts: Counter[str] = field(default_factory=Counter)

    def router(self) -> APIRouter:
        """The contract's paths."""
        routes = APIRouter(prefix="/backend")
        routes.post("/tickets")(self._file)
        routes.get("/tickets")(self._find)
        routes.post("/tickets/{ref}/events")(self._tell)
        routes.post("/events")(self._tell_generally)
        return routes

    async def handle(self, reference: str) -> None:
        """Work the ticket off, telling each step as often as it takes; one of three is told twice."""
        for number, event in enumerate(_life(reference)):
            await self._call_back(event)
            if number % 3 == 0:
                await self._call_back(event)

    async def _call_back(self, event: dict[str, Any]) -> None:
        body = orjson.dumps(event)
        while True:
            headers = sign(self.callback_secret, secrets.token_hex(12), datetime.now(UTC), body)
            try:
                answer = await self.http.post(
                    f"{self.front_door}/webhooks/hotline", content=body, headers=headers
                )
            except httpx.HTTPError:
                await asyncio.sleep(TRY_AGAIN)
                continue
            if answer.is_success:
                return
            await asyncio.sleep(TRY_AGAIN)

    async def _file(self, request: Request) -> JSONResponse:
        document = orjson.loads(await self._checked(request))
        key = document["idempotency_key"]
        self.posts[key] += 1
        known = self.keys.get(key) if self.kind is Kind.DEDUPLICATES else None
        ref = known or f"B{len(self.filed) + 1:06d}"
        self.filed.setdefault(ref, document)
        self.keys.setdefault(key, ref)
        return JSONResponse({"hotline_ref": ref, "received_at": datetime.now(UTC).isoformat()}, 201)

    async def _find(self, request: Request) -> JSONResponse:
        await self._checked(request)
        ref = self.keys.get(request.query_params["idempotency_key"])
        if ref is None or self.kind is Kind.NEITHER:
            return JSONResponse({"title": "unknown"}, 404)
        return JSONResponse({"hotline_ref": ref})

    async def _tell(self, request: Request, ref: str) -> JSONResponse:
        event = orjson.loads(await self._checked(request))
        if self.kind is not Kind.DEDUPLICATES or event["event_id"] not in self.events:
            self.told.append(Told(ref, event["event_id"], event["type"], event.get("text") or ""))
        self.events.add(event["event_id"])
        return JSONResponse({"hotline_ref": ref, "result": "done"})

    async def _tell_generally(self, request: Request) -> JSONResponse:
        await self._checked(request)
        return JSONResponse({"result": "done"})

    async def _checked(self, request: Request) -> bytes:
        body = await request.body()
        verify(self.calls_secret, request.headers, body, datetime.now(UTC))
        return body


def _life(reference: str) -> list[dict[str, Any]]:
    def step(type_: str, **more: Any) -> dict[str, Any]:
        at = datetime.now(UTC).isoformat()
        return {
            "event_id": f"{reference}-{type_}",
            "type": type_,
            "reference": reference,
            "at": at,
            "round": 1,
            **more,
        }

    return [
        step("accepted"),
        step("dispatched", lead_unit="urban_management", unit="urban_management"),
        step("completed", public_text="已处理。", unit="urban_management"),
        step("survey_requested", unit="urban_management"),
    ]
