"""Telegram, played: the Bot API server with its citizens, for the playground and for tests.

It follows what the real server's code does, is strict where that is, and knows nothing of our bot's
code: only JSON passes between them. `bot_api.api_router` gives it its HTTP side.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import httpx

from playground.telegram.faults import Cut
from playground.telegram.methods import METHODS, rides_an_answer
from playground.telegram.phone import TelegramPhone
from playground.telegram.server import TelegramServer
from playground.telegram.wire import BotApiError, Json, Params, split_like_the_app


class TelegramPlatform(TelegramServer):
    """The server with the API's methods and its citizens' phones. Implements `PhoneShop`."""

    async def phone(self, user: str | None) -> TelegramPhone:
        """The phone of this user, or a new citizen's for None. Raises NoSuchPhone."""
        return TelegramPhone(self, self.room_of(user))

    def split(self, text: str) -> list[str]:
        """As the app sends a long text."""
        return split_like_the_app(text)

    async def call(self, method: str, params: Params) -> Any:
        """One call of the API; returns its `result`. Raises BotApiError or Cut."""
        self.calls.append((method, params))
        fault = self.faults.next_for(method)
        if isinstance(fault, BotApiError) or (fault is not None and not fault.after):
            raise fault
        do = METHODS.get(method)
        if do is None:
            raise BotApiError(404, "Not Found: method not found")
        result = await do(self, params)
        if fault is not None:
            raise fault
        return result

    async def obey(self, answer: httpx.Response) -> None:
        """Do what a webhook's answer asks for; its result and its failure are told to nobody."""
        params = _carried(answer)
        method = str(params.pop("method", ""))
        if method and rides_an_answer(method):
            with suppress(BotApiError, Cut):
                await self.call(method, Params(params))


def _carried(answer: httpx.Response) -> Json:
    """The call in a webhook's answer, JSON or form; nothing for any other body."""
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(answer.text))
    try:
        carried = answer.json() if answer.content else {}
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}
