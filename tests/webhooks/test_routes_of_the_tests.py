"""Houses of the tests share what FastAPI reads from a signature, and nothing else."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Form, Query, Request

from tests.once import Signatures


class House:
    def __init__(self, name: str) -> None:
        self.name = name

    async def greet(self, visitor: Annotated[str, Query(max_length=5)]) -> str:
        return f"{self.name} greets {visitor}"

    async def long(self, visitor: Annotated[str, Query(max_length=50)] = "nobody") -> str:
        return f"{self.name} greets {visitor} at length"

    async def written(self, request: Request, word: Annotated[str, Form(alias="w")]) -> str:
        return f"{self.name} reads {word}"


def opened(name: str) -> httpx.AsyncClient:
    house, app, router = House(name), FastAPI(), APIRouter()
    router.get("/greet")(house.greet)
    router.get("/long")(house.long)
    router.post("/written")(house.written)
    app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://house")


async def test_each_house_answers_for_itself() -> None:
    async with opened("first") as first, opened("second") as second:
        for name, http in (("first", first), ("second", second), ("first", first)):
            assert (await http.get("/greet?visitor=Li")).json() == f"{name} greets Li"
            assert (await http.post("/written", data={"w": "hello"})).json() == f"{name} reads hello"


async def test_conditions_of_one_parameter_are_not_anothers() -> None:
    for _ in range(2):
        async with opened("first") as http:
            assert (await http.get("/greet?visitor=somebody")).status_code == 422
            assert (await http.get("/greet")).status_code == 422
            assert (await http.get("/long?visitor=somebody")).json() == "first greets somebody at length"
            assert (await http.get("/long")).json() == "first greets nobody at length"
            assert (await http.post("/written", data={"word": "hello"})).status_code == 422


async def test_a_parameter_is_checked_anew_where_a_route_is_made_with_each_house() -> None:
    def app_for(guest: str) -> FastAPI:
        app = FastAPI()

        def allowed(visitor: str) -> bool:
            return visitor == guest

        @app.get("/")
        async def enter(welcome: Annotated[bool, Depends(allowed)]) -> bool:
            return welcome

        return app

    for guest in ("Li", "Wang"):
        transport = httpx.ASGITransport(app_for(guest))
        async with httpx.AsyncClient(transport=transport, base_url="http://house") as http:
            assert (await http.get("/?visitor=Li")).json() is (guest == "Li")


def test_a_signature_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi.dependencies.utils import get_dependant  # noqa: PLC0415

    asked = []

    def read(**given: object) -> object:
        asked.append(given["path"])
        return get_dependant(path="/greet", call=House("x").greet), [], False

    signatures = Signatures(read)  # type: ignore[arg-type]
    first = signatures(path="/greet", call=(one := House("one")).greet, dependencies=())[0]
    other = signatures(path="/greet", call=(two := House("two")).greet, dependencies=())[0]
    assert asked == ["/greet"]
    assert (first.call, other.call) == (one.greet, two.greet)
