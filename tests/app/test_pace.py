"""Too many messages: told and never lost in silence, danger heard at any pace, no neighbour pays."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.rate_limit import CITIZEN, FILES, RateLimit
from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from intake.model.messages import Burst, Inbound, Media, MediaKind, Reply
from intake.model.received import Answered
from storage.cache.rate_limits import LocalBuckets
from storage.db.keyring import KeyRing
from webhooks.rate_limit import EVERYTHING, LOGGING_IN, OFFICE, AddressLimit


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def paced(shell: Any, seconds: Seconds, keyring: KeyRing, tmp_path: Path) -> Any:
    """The way in, as the doors see it; its citizens come through it."""
    spool = Spool(tmp_path / "spool", keyring, shell.clock)
    recorder = ChannelEventRecorder(shell.database, shell.clock, spool)
    shell.service = AtTheDoor(
        SpoolingReceiver(
            shell.service, recorder, spool, shell.city, RateLimit(LocalBuckets(seconds), keyring.digest)
        )
    )
    return shell


class AtTheDoor:
    """The receiver as a citizen meets it, whose messages are all answered at once."""

    def __init__(self, receiver: SpoolingReceiver) -> None:
        self._receiver = receiver
        self.handed_over = receiver.handed_over

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        received = await self._receiver.receive(inbound)
        assert isinstance(received, Answered)
        return received.replies


async def flood(citizen: Any) -> None:
    for _ in range(CITIZEN[1]):
        await citizen.says("在吗")


async def test_who_is_too_fast_is_told_and_heard_again_later(paced: Any, citizen: Any, seconds: Any) -> None:
    await flood(citizen)
    told = await citizen.says("新华路15号院井盖坏了")
    assert "请过一分钟再发一次" in told[0].text
    assert "120" in told[0].text
    seconds.now += 60
    assert "登记前请看一眼" in (await citizen.says("新华路15号院井盖坏了"))[0].text


@pytest.mark.parametrize(
    "words", ["着火了，快来人", "煤氣漏了，快來人", "老爷子坐着坐着嘴歪了，左边身子动不了"]
)
async def test_danger_is_heard_at_any_pace(paced: Any, citizen: Any, words: str) -> None:
    await flood(citizen)
    assert "119" in (await citizen.says(words))[0].text
    assert [entry.kind for entry in await paced.entries() if entry.kind == "alert"] == ["alert"]


async def test_files_pushed_one_by_one_have_a_pace_of_their_own_and_are_told_once(
    paced: Any, citizen: Any
) -> None:
    """Also while the database is away, where nobody can count what the account sent this day."""
    told = []
    for number in range(FILES[1] + 80):
        told += await citizen.says(media=(Media(MediaKind.PHOTO, f"p{number}"),), burst=Burst.PART)
    assert [reply.text for reply in told if "请过一分钟再发一次" in reply.text][1:] == []
    assert "登记前请看一眼" in (await citizen.says("新华路15号院井盖坏了"))[0].text


async def test_a_neighbour_does_not_pay(paced: Any, citizen: Any) -> None:
    await flood(citizen)
    other = paced.citizen("oSomebodyElse")
    assert "登记前请看一眼" in (await other.says("新华路15号院井盖坏了"))[0].text


@pytest.fixture
def door(seconds: Seconds) -> AsyncClient:
    app = FastAPI()

    @app.get("/desk")
    @app.post("/desk/login")
    @app.post("/webhooks/wechat")
    async def fine() -> str:
        return "fine"

    app.add_middleware(AddressLimit, buckets=LocalBuckets(seconds))
    return AsyncClient(transport=ASGITransport(app), base_url="http://x")


async def test_an_address_is_slowed_and_let_in_again(door: AsyncClient, seconds: Seconds) -> None:
    for _ in range(EVERYTHING[1]):
        assert (await door.get("/desk")).status_code == 200
    refused = await door.get("/desk")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.headers["content-type"] == "application/problem+json"
    assert (await door.post("/webhooks/wechat")).status_code == 200, "the platforms are not counted"
    seconds.now += 10
    assert (await door.get("/desk")).status_code == 200


async def test_logging_in_is_slower_still(door: AsyncClient) -> None:
    for _ in range(LOGGING_IN[1]):
        assert (await door.post("/desk/login")).status_code == 200
    assert (await door.post("/desk/login")).status_code == 429
    assert (await door.get("/desk")).status_code == 200


async def test_an_office_behind_one_address_is_counted_by_its_sessions(door: AsyncClient) -> None:
    for tab in range(45):
        for _ in range(6):
            answer = await door.get("/desk", headers={"cookie": f"jiesu_desk=session-{tab}"})
            assert answer.status_code == 200
    assert (await door.get("/desk")).status_code == 200


async def test_one_session_is_slowed_and_made_up_ones_find_an_end(door: AsyncClient) -> None:
    mine = {"cookie": "jiesu_desk=mine"}
    for _ in range(EVERYTHING[1]):
        assert (await door.get("/desk", headers=mine)).status_code == 200
    assert (await door.get("/desk", headers=mine)).status_code == 429
    statuses = [
        (await door.get("/desk", headers={"cookie": f"jiesu_desk=made-up-{n}"})).status_code
        for n in range(OFFICE[1])
    ]
    assert statuses[-1] == 429


async def test_a_broken_cookie_is_no_session(door: AsyncClient) -> None:
    for broken in (b"jiesu_desk", b"=;;=\xff", b"jiesu_desk=\xe5\xb7\xb2", b";" * 5000):
        assert (await door.get("/desk", headers={b"cookie": broken})).status_code == 200
