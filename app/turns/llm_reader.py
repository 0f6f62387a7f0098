"""A large language model as second reader of stories, at any OpenAI-compatible endpoint an operator names.

The rule: it is asked before the turn and outside any transaction, within a budget that leaves the turn its
time. Whatever goes wrong, our own reading stands alone; after several failures the endpoint is left alone for
a while. What tells a person apart is hidden before anything leaves, unless the operator allows it.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx
import structlog

from app.base import metrics
from intake.city import CityProfile
from intake.dialog.llm_reading import LONGEST, missing, to_read
from intake.model.messages import Inbound, Second
from intake.model.ports import Unavailable
from intake.understand.lexicon import table
from intake.understand.persons.masking import HIDDEN, masked
from intake.understand.reader import read
from storage.db.database import Database
from storage.messages import conversations

BUDGET = 2.0
"""Seconds."""
TRIES = 3
"""Failures one after the other, after which it is left alone."""
REST = 60.0
"""Seconds it is left alone."""
LARGEST = 64 * 1024
"""Bytes of an answer."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LlmEndpoint:
    """Where the model is. `url` is the API's base, as its clients take it (`…/v1`)."""

    url: str
    key: str | None
    model: str
    personal: bool = False  # whether phones, names and the like may go there


class LlmReader:
    """Asks the endpoint about stories whose citizens agreed."""

    def __init__(
        self,
        endpoint: LlmEndpoint,
        http: httpx.AsyncClient,
        database: Database,
        city: CityProfile,
        clock: Callable[[], datetime],
        budget: float = BUDGET,
    ) -> None:
        self._endpoint = endpoint
        self._http = http
        self._database = database
        self._city = city
        self._clock = clock
        self._budget = budget
        self._failed = 0
        self._until = 0.0

    async def heard(self, inbound: Inbound) -> Inbound:
        """The message with what was read in it besides, or as it was. Raises nothing."""
        if self._rests() or inbound.event is not None:
            return inbound
        story = await self._story(inbound)
        return replace(inbound, second=await self.second(story)) if story else inbound

    async def second(self, story: str) -> Second | None:
        """What the endpoint reads in a story; None for whatever goes wrong."""
        try:
            async with asyncio.timeout(self._budget):
                answer = await self._asked(story)
            values = _values(answer)
        except (TimeoutError, httpx.HTTPError, ValueError, LookupError, TypeError, RecursionError) as fault:
            self._has_failed()
            metrics.second_readings.labels(type(fault).__name__).inc()
            log.warning("second reader gave nothing", fault=type(fault).__name__)
            return None
        self._failed = 0
        metrics.second_readings.labels("read").inc()
        return Second(story, values)

    async def _story(self, inbound: Inbound) -> str:
        try:
            async with self._database.read() as tx:
                stored = await conversations.find(tx, inbound.address)
        except Unavailable:
            return ""  # the turn will say so
        return "" if stored is None else to_read(stored.conversation, inbound, self._city, self._clock())

    async def _asked(self, story: str) -> str:
        """The text of the model's answer."""
        endpoint = self._endpoint
        request = self._http.stream(
            "POST",
            endpoint.url.rstrip("/") + "/chat/completions",
            json=_question(endpoint.model, story if endpoint.personal else masked(story), self._open(story)),
            headers={"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {},
            timeout=self._budget,
        )
        body = b""
        async with request as answer:
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise ValueError("the answer is too long")
        content: str = json.loads(body)["choices"][0]["message"]["content"]
        return content

    def _open(self, story: str) -> tuple[str, ...]:
        return missing(read(story, self._city, self._clock())) or tuple(LONGEST)

    def _rests(self) -> bool:
        return asyncio.get_running_loop().time() < self._until

    def _has_failed(self) -> None:
        self._failed += 1
        if self._failed >= TRIES:
            self._failed, self._until = 0, asyncio.get_running_loop().time() + REST


def _question(model: str, story: str, slots: tuple[str, ...]) -> dict[str, Any]:
    words = table("second_reader")
    properties = {slot: {"type": ["string", "null"], "description": words[slot]} for slot in slots}
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(slots),
        "additionalProperties": False,
    }
    return {
        "model": model,
        "temperature": 0,
        "max_tokens": 400,
        "messages": [{"role": "system", "content": words["task"]}, {"role": "user", "content": story}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "slots", "strict": True, "schema": schema},
        },
    }


def _values(answer: str) -> tuple[tuple[str, str], ...]:
    """The slots the answer fills with words. Raises ValueError or TypeError for what is no such answer."""
    document = json.loads(answer)
    if not isinstance(document, dict):
        raise TypeError("not an object")
    return tuple(
        (slot, value.strip())
        for slot in LONGEST
        if isinstance(value := document.get(slot), str) and HIDDEN not in value
    )
