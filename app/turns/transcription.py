"""Voice messages written down by an OpenAI-compatible endpoint, where the operator names one.

The rule: it happens before the turn and outside any transaction, within a budget that leaves the turn
its time; whatever goes wrong, the voice is a voice like any other, and the citizen is asked to type. What
may not be written on a channel may not be spoken there either.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import httpx
import structlog

from intake.model.channels import traits_of
from intake.model.messages import ChannelName, Event, Inbound, Media, MediaKind
from intake.model.ports import Channel, Fetched, Rejected, Unavailable
from intake.understand.persons.identity import has_id_number

BUDGET = 2.0
"""Seconds for the download and the transcription together."""

LONGEST = 2000  # characters; a minute of speech has a few hundred
_NAMES = {
    "audio/mpeg": "voice.mp3",
    "audio/mp3": "voice.mp3",
    "audio/ogg": "voice.ogg",
    "audio/wav": "voice.wav",
}

log = structlog.get_logger(__name__)


class Transcription:
    """One endpoint. `url` is the API's base, as its clients take it (`…/v1`)."""

    def __init__(
        self,
        url: str,
        key: str | None,
        model: str,
        http: httpx.AsyncClient,
        channels: Mapping[ChannelName, Channel],
        budget: float = BUDGET,
    ) -> None:
        self._url = url.rstrip("/") + "/audio/transcriptions"
        self._key = key
        self._model = model
        self._http = http
        self._channels = channels
        self._budget = budget

    async def heard(self, inbound: Inbound) -> Inbound:
        """The message with the words of its voice, or as it was. Raises nothing."""
        voice, channel = _voice(inbound), self._channels.get(inbound.address.channel)
        if voice is None or channel is None:
            return inbound
        try:
            async with asyncio.timeout(self._budget):
                words = await self._words(await channel.fetch(voice))
        except (TimeoutError, httpx.HTTPError, Unavailable, Rejected, ValueError) as fault:
            log.warning("voice not written down", fault=type(fault).__name__)
            return inbound
        return _proper(replace(inbound, text=words))

    async def _words(self, file: Fetched) -> str:
        name = _NAMES.get(file.media_type, "voice.amr")
        answer = await self._http.post(
            self._url,
            data={"model": self._model, "response_format": "json"},
            files={"file": (name, file.content, file.media_type or "application/octet-stream")},
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            timeout=self._budget,
        )
        answer.raise_for_status()
        document = answer.json()
        if not isinstance(document, dict) or not isinstance(document.get("text"), str):
            raise Rejected("no text in the answer")
        return " ".join(document["text"].split())[:LONGEST]


def _proper(heard: Inbound) -> Inbound:
    """Where numbers of identity cards are refused, the voice that says one is not taken in either."""
    if not (traits_of(heard.address.channel).refuses_id_numbers and has_id_number(heard.text)):
        return heard
    return replace(heard, text="", media=(), event=Event.REFUSED)


def _voice(inbound: Inbound) -> Media | None:
    if inbound.text or inbound.event is not None:
        return None
    return next((media for media in inbound.media if media.kind is MediaKind.VOICE), None)


async def as_it_is(inbound: Inbound) -> Inbound:
    """Nobody writes voices down here."""
    return inbound


def in_turn(
    first: Callable[[Inbound], Awaitable[Inbound]], second: Callable[[Inbound], Awaitable[Inbound]]
) -> Callable[[Inbound], Awaitable[Inbound]]:
    """The second looks only at what the first left as it was: together they take no longer than one."""

    async def hear(inbound: Inbound) -> Inbound:
        heard = await first(inbound)
        return await second(heard) if heard is inbound else heard

    return hear
