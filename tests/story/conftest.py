"""A whole town in one test: the real web process on a free port, both phones, the desk, one citizen each.

Nothing is mocked: the stand-ins speak HTTP to the webhooks, the front door speaks HTTP to the desk.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.base.clock import utc_now
from app.base.settings import Enclosed
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from desk.tickets.store import DeskTicket
from desk.workflow.states import Actor, Role, State
from intake.model.messages import ChannelName
from playground.phones import Bubble, Phone, Picked
from playground.playground import Cast, cast
from webhooks.server import create_app

PATIENCE = 60.0
"""Seconds without anything new on the phone until a story that does not go on has failed."""

HURRY = 0.02  # the Telegram stand-in's pauses, scaled


class Citizen:
    """Somebody with a phone: says, taps, and waits until they hear."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self._heard = 0

    async def hears(self, words: str) -> Bubble:
        """The next bubble of the hotline's that has these words in it."""
        while True:
            chat = self.phone.bubbles(0)
            for place, bubble in enumerate(chat):
                if place >= self._heard and bubble.side == "bot" and words in bubble.text:
                    self._heard = place + 1
                    return bubble
            try:
                async with asyncio.timeout(PATIENCE):
                    await self.phone.changed(max((bubble.version for bubble in chat), default=0))
            except TimeoutError:
                raise AssertionError(f"{words} was never heard: {self.chat()}") from None

    async def says(self, text: str) -> None:
        await self.phone.say(text)

    async def taps(self, label: str) -> None:
        """Press the newest button of this name; what it includes may stand behind."""
        for bubble in reversed(self.phone.bubbles(0)):
            for button in bubble.buttons:
                if button.label.partition("（")[0] == label:
                    await self.phone.tap(bubble.id, button.id)
                    return
        raise AssertionError(f"no button {label}: {[b.label for b in self.phone.bubbles(0)[-1].buttons]}")

    async def agrees(self) -> None:
        """To the notice; and on Telegram, separately, to what goes abroad."""
        await self.hears("登记前请看一眼")
        await self.agrees_again()

    async def agrees_again(self) -> None:
        """By the newest button, whatever it hangs under."""
        await self.taps("同意")
        if self.phone.user.isdecimal():  # a Telegram account's number
            await self.hears("单独确认")
            await self.taps("单独同意")

    async def sends_photo(self, content: bytes) -> None:
        await self.phone.photos([Picked(content, "image/png", "photo.png")])

    def chat(self) -> list[str]:
        return [bubble.text for bubble in self.phone.bubbles(0) if bubble.side == "bot"]


@dataclass(frozen=True, slots=True)
class Town:
    """What a test may walk into."""

    runtime: Runtime
    players: Cast
    base_url: str

    async def citizen(self, channel: ChannelName) -> Citizen:
        return Citizen(await self.players.shop(channel).phone(None))

    async def ticket(self, state: State | None = None) -> DeskTicket:
        """The newest ticket at the desk, or the newest in this state, once there is one."""
        assert self.runtime.desk is not None
        states = None if state is None else frozenset({state})
        async with asyncio.timeout(PATIENCE):
            while True:
                if found := await self.runtime.desk.queue(CENTRE, states=states, limit=1):
                    return found[0]
                await asyncio.sleep(0.02)

    async def act(self, action: str, state: State | None = None, **fields: Any) -> DeskTicket:
        """Somebody at the desk takes a step with the newest ticket, or with the newest in this state."""
        assert self.runtime.desk is not None
        ticket = await self.ticket(state)
        return await self.runtime.desk.act(ticket.hotline_ref, action, CENTRE, ticket.version, **fields)

    async def get(self, url: str) -> bytes:
        return (await self.players.http.get(url)).raise_for_status().content


CENTRE = Actor(Role.CENTRE, "desk", None)


@asynccontextmanager
async def open_town(settings: Enclosed, folder: Path) -> AsyncIterator[Town]:
    """The town's server on a free port, until the block ends."""
    line = socket.socket()
    line.bind(("127.0.0.1", 0))
    base_url = f"http://127.0.0.1:{line.getsockname()[1]}"
    async with open_house(settings, base_url, folder) as runtime:
        players = cast(runtime.settings, base_url, utc_now, HURRY)
        app = create_app(runtime, players=players)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
        serving = asyncio.create_task(server.serve(sockets=[line]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield Town(runtime, players, base_url)
        finally:
            server.should_exit = True
            await serving


@pytest.fixture(params=["sqlite", "postgresql"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    """A running town: once on SQLite alone, once on PostgreSQL and Redis."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    redis_url = request.getfixturevalue("redis_url") if request.param == "postgresql" else None
    settings = Enclosed(database_url=url, redis_url=redis_url)
    async with open_town(settings, tmp_path) as opened:
        yield opened


@pytest.fixture(params=list(ChannelName), ids=lambda channel: channel.value)
async def citizen(request: pytest.FixtureRequest, town: Town) -> Citizen:
    """A citizen with a phone, once on WeChat and once on Telegram."""
    return await town.citizen(request.param)


@pytest.fixture
def citizen_of() -> type[Citizen]:
    """Gives a phone into a citizen's hands."""
    return Citizen
