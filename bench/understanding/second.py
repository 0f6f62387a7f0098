"""What a second reader (a large model at an OpenAI-compatible endpoint) adds to the slots, by the same marks.

Two stand-ins bound it, through the product's own client: one that answers with the marks themselves is the
most any model can add; one that answers with words nobody said must change nothing. `--reader URL` asks a
real one, `--reader-model NAME` names it, and BENCH_READER_KEY holds its key.
"""

import asyncio
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from app.turns.llm_reader import LlmEndpoint, LlmReader
from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from bench.understanding.slots import NOW, Case, cases_of, labels, read_bodies, score, taken
from intake.city import CityProfile, load
from intake.model.messages import Second
from intake.understand.persons.masking import masked
from storage.db.database import Database
from storage.db.keyring import KeyRing

PART = "aside"
SLOTS = {"place": "place", "time": "occurred", "subject": "subject", "wish": "wish"}
"""The labels' names, and the slots a model is asked for."""
INVENTED = "这里没有人说过的话"

Answers = Callable[[str], Mapping[str, str]]


def goals(asked: Asked) -> Iterator[Goal]:
    """Without any, with each stand-in, and with a real one where it is given."""
    assert asked.stream is not None
    city, bodies = load("jiayuguan"), read_bodies(asked.stream)
    yield from _figures("our own reading", list(cases_of(PART, bodies, city)))
    marks = dict(_marks(bodies))
    yield from _read_by("a perfect reader", _standing_in(lambda story: marks.get(story, {})), bodies, city)
    yield from _read_by(
        "one that invents", _standing_in(lambda _: dict.fromkeys(SLOTS.values(), INVENTED)), bodies, city
    )
    if asked.reader:
        endpoint = LlmEndpoint(asked.reader, os.environ.get("BENCH_READER_KEY"), asked.reader_model)
        yield from _read_by(asked.reader_model, (httpx.AsyncClient, endpoint), bodies, city)


def _figures(who: str, cases: list[Case]) -> Iterator[Goal]:
    for slot in SLOTS:
        yield Goal(f"{who}: {slot} F1", None, score([case for case in cases if case.slot == slot]).f1)
    yield Goal(f"{who}: precision of what is not asked", None, taken(cases).precision)
    yield Goal(f"{who}: share of it that is known unasked", None, taken(cases).recall)


Way = tuple[Callable[[], httpx.AsyncClient], LlmEndpoint]


def _read_by(who: str, way: Way, bodies: Mapping[str, str], city: CityProfile) -> Iterator[Goal]:
    those = [bodies[label["id"]] for label in labels(PART)]
    heard = asyncio.run(_heard(way, those, city))
    yield from _figures(who, list(cases_of(PART, bodies, city, heard.get)))


async def _heard(way: Way, bodies: list[str], city: CityProfile) -> dict[str, Second | None]:
    """What the reader says to each, one after the other, as the product asks it."""
    make, endpoint = way
    async with make() as http, _empty_database() as database:
        reader = LlmReader(endpoint, http, database, city, lambda: NOW)
        return {body: await reader.second(body) for body in bodies}


@asynccontextmanager
async def _empty_database() -> Any:
    """The client wants one for whom it may ask about; here everybody agreed."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{Path(folder) / 'bench.db'}", KeyRing([secrets.token_hex()]))
        try:
            yield database
        finally:
            await database.close()


def _standing_in(answers: Answers) -> Way:
    """An endpoint in memory that answers a story with these slots, and null for the others asked for."""

    def answered(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        known = answers(asked["messages"][1]["content"])
        slots = asked["response_format"]["json_schema"]["schema"]["required"]
        said = json.dumps({slot: known.get(slot) for slot in slots}, ensure_ascii=False)
        return httpx.Response(200, json={"choices": [{"message": {"role": "assistant", "content": said}}]})

    transport = httpx.MockTransport(answered)
    return (lambda: httpx.AsyncClient(transport=transport)), LlmEndpoint(
        "http://stand-in/v1", None, "stand-in"
    )


def _marks(bodies: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The first mark of each slot, by what the model is shown of the complaint."""
    for label in labels(PART):
        body = bodies[label["id"]]
        spans = {slot: label.get(name) or [] for name, slot in SLOTS.items()}
        yield masked(body), {slot: body[slice(*marked[0])] for slot, marked in spans.items() if marked}


SECTION = Section("reader", "A second reader of the slots", goals, needs=("stream",))
