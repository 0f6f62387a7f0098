"""Voices: written down where an endpoint does it, within its time; else kept, and words asked for."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.turns.transcription import Transcription
from intake.model.messages import Address, ChannelName, Event, Inbound, Media, MediaKind
from intake.model.ports import Fetched
from playground.phones import Picked

WORDS = "新华路15号院门口井盖坏了，我姓王，电话13912345678"
VOICE = Picked(b"#!AMR\n voice", "audio/amr", "v.amr")


class Endpoint:
    """An OpenAI-compatible server: what it was asked, and what it answers."""

    def __init__(self, answer: Any = None, *, status: int = 200, gate: asyncio.Event | None = None) -> None:
        self.answer = {"text": WORDS} if answer is None else answer
        self.status, self.gate = status, gate
        self.asked: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.asked.append(request)
        if self.gate:
            await self.gate.wait()
        content = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        return httpx.Response(self.status, content=content)


def listening(office: Any, endpoint: Endpoint, budget: float = 60.0) -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(endpoint))
    channels = {ChannelName.WECHAT: office.channel}
    told = Transcription("http://speech.test/v1/", "k3y", "whisper-1", http, channels, budget)
    office.service._hear = told.heard


async def speaks(office: Any, citizen: Any) -> str:
    before = len(citizen.heard())
    await citizen.phone.voice(VOICE)
    await office.rest()
    return "\n".join(citizen.heard()[before:])


async def test_without_an_endpoint_a_sentence_is_asked_for_and_the_voice_kept(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.says(WORDS)
    await citizen.says("同意")
    assert "请再打一句话" in await speaks(office, citizen)
    await citizen.says("提交")
    await office.deliver()
    office.clock.on(minutes=2)
    await office.deliver()
    assert [file["kind"] for file in office.backend.tickets[0]["attachments"]] == ["voice"]


async def test_a_voice_is_written_down_and_understood_like_words(office: Any) -> None:
    endpoint = Endpoint()
    listening(office, endpoint)
    citizen = await office.citizen()
    assert "登记前请看一眼" in await speaks(office, citizen)
    assert "新华路15号院" in "".join(await citizen.says("同意"))
    (request,) = endpoint.asked
    assert request.url == "http://speech.test/v1/audio/transcriptions"
    assert request.headers["authorization"] == "Bearer k3y"
    assert VOICE.content in request.content
    assert b"whisper-1" in request.content


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint(status=500),
        Endpoint(status=401),
        Endpoint(b"<html>"),
        Endpoint({"error": "no"}),
        Endpoint({"text": 5}),
        Endpoint([1]),
        Endpoint({"text": "  "}),
    ],
)
async def test_whatever_the_endpoint_does_the_voice_is_still_a_voice(office: Any, endpoint: Endpoint) -> None:
    listening(office, endpoint)
    citizen = await office.citizen()
    assert "请再打一句话" in await speaks(office, citizen)


async def test_a_slow_endpoint_is_not_waited_for_beyond_its_budget(office: Any) -> None:
    listening(office, Endpoint(gate=asyncio.Event()), budget=0.05)
    citizen = await office.citizen()
    assert "请再打一句话" in await speaks(office, citizen)


class Files:
    """A channel that has the voice."""

    async def fetch(self, media: Media) -> Fetched:
        return Fetched(VOICE.content, VOICE.media_type)


@pytest.mark.parametrize("channel", list(ChannelName))
async def test_a_spoken_identity_number_goes_no_further_where_none_may_be_sent(channel: ChannelName) -> None:
    said = {"text": "我的身份证号码是11010519491231002X，请帮我查低保"}
    http = httpx.AsyncClient(transport=httpx.MockTransport(Endpoint(said)))
    told = Transcription("http://speech.test/v1", None, "m", http, {channel: Files()}, 60.0)  # type: ignore[dict-item]
    voice = Inbound(
        "1", Address(channel, "7"), datetime.now(UTC), media=(Media(MediaKind.VOICE, "V"),), source="5"
    )
    heard = await told.heard(voice)
    if channel is ChannelName.TELEGRAM:
        assert (heard.text, heard.media, heard.event) == ("", (), Event.REFUSED)
    else:
        assert heard == replace(voice, text=said["text"])


async def test_no_transaction_is_open_while_the_endpoint_is_asked(office: Any) -> None:
    """Another citizen's turn goes through meanwhile, on SQLite too, where there is one writer."""
    gate = asyncio.Event()
    listening(office, Endpoint(gate=gate))
    first, second = await office.citizen(), await office.citizen()
    await first.phone.voice(VOICE)
    await asyncio.sleep(0.05)
    await second.phone.say("路灯坏了")
    while not second.heard():
        await asyncio.sleep(0.01)
    gate.set()
    await office.rest()
    assert "登记前请看一眼" in first.heard()[0]
