"""`jiesu hotline try --callbacks`: the first callback is put off, and must come again."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import httpx
import orjson
import pytest
from fastapi import FastAPI

from cli.integrator.hotline import _Heard
from hotline import examples
from hotline.signatures import sign
from webhooks.error_handlers import answer_faults
from webhooks.hotline import hotline_router

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def heard() -> _Heard:
    return _Heard()


@pytest.fixture
def call_back(heard: _Heard) -> Callable[[str], object]:
    app = FastAPI()
    answer_faults(app)
    app.include_router(hotline_router(heard, "a secret of the city and of us", lambda: NOW))
    ids = count(1)

    async def send(name: str) -> int:
        body = orjson.dumps(examples.callbacks()[name])
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as http:
            headers = sign("a secret of the city and of us", f"m{next(ids)}", NOW, body)
            return (await http.post("/webhooks/hotline", content=body, headers=headers)).status_code

    return send


async def test_a_backend_that_never_calls_back_is_told(heard: _Heard) -> None:
    (only,) = await heard.verdicts(0.01)
    assert not only.ok


async def test_a_backend_that_takes_503_for_an_answer_loses_news(heard: _Heard, call_back: Callable) -> None:  # type: ignore[type-arg]
    assert await call_back("accepted") == 503
    assert await call_back("dispatched") == 200
    came, again = await heard.verdicts(0.01)
    assert (came.ok, again.ok) == (True, False)


async def test_a_backend_that_sends_again_does_it_right(heard: _Heard, call_back: Callable) -> None:  # type: ignore[type-arg]
    assert await call_back("accepted") == 503
    assert await call_back("accepted") == 200
    assert all(verdict.ok for verdict in await heard.verdicts(1))
    assert heard.types == ["accepted"]
