"""The line to the Bot API: aiogram's client with a replaceable server, a proxy, and one call left raw."""

from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    Response,
    SendMessage,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    SetWebhook,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import Message
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientSession, TCPConnector

from bots.telegram.errors import asking, wanted_pause
from bots.telegram.outgoing.pace import SendPace
from intake.model.ports import Rejected

ANSWER_WITHIN = 20.0
"""Seconds for one call; a longer one is given up as unsure."""

_OF_THE_BOT_ITSELF = (SetMyCommands, SetMyDescription, SetMyShortDescription, SetWebhook)
"""Calls whose limits are their own and long: whoever writes to citizens need not wait for them."""


class ProxySession(AiohttpSession):
    """aiogram's session that goes through an HTTP proxy by itself; other kinds are aiogram's to open.

    What the server says it sent is sent, even where the rest of its answer is newer than aiogram:
    taken for a fault, it would be sent again.
    """

    def __init__(self, api: TelegramAPIServer, proxy: str | None) -> None:
        plain = proxy is not None and proxy.startswith(("http://", "https://"))
        super().__init__(proxy=None if plain else proxy, api=api, timeout=ANSWER_WITHIN)
        self._through = proxy if plain else None

    async def create_session(self) -> ClientSession:
        """The HTTP session, opened on first use."""
        if self._through is None:
            return await super().create_session()
        if self._session is None or self._session.closed:
            connector = TCPConnector(**self._connector_init)
            self._session = ClientSession(connector=connector, proxy=self._through)
        return self._session

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """aiogram's reading of an answer; of a sent message the number is enough."""
        try:
            return super().check_response(bot, method, status_code, content)
        except ClientDecodeError as odd:
            number = _number_of_sent(odd.data) if isinstance(method, SendMessage) else None
            if number is None:
                raise
            sent = cast("TelegramType", Message.model_construct(message_id=number))
            return Response.model_construct(ok=True, result=sent)


def _number_of_sent(answer: Any) -> int | None:
    """The sent message's number, if the answer says that it was sent."""
    result = answer.get("result") if isinstance(answer, dict) and answer.get("ok") is True else None
    number = result.get("message_id") if isinstance(result, dict) else None
    return number if type(number) is int else None


class RawUpdates(TelegramMethod[list[Any]]):
    """`getUpdates` whose updates stay as they came, so that one bad one does not hide the others."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int
    timeout: int
    allowed_updates: list[str]


class RetryAfterMiddleware(BaseRequestMiddleware):
    """Whatever call about a chat is answered with 429: everybody who writes for this bot keeps still."""

    def __init__(self, pace: SendPace) -> None:
        self._pace = pace

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter as asked:
            if not isinstance(method, _OF_THE_BOT_ITSELF):
                await self._pace.asked_to_wait(wanted_pause(asked))
            raise


def open_bot(token: str, api_url: str | None = None, proxy: str | None = None) -> Bot:
    """A client for this bot; nothing is asked yet.

    Raises ValueError for what is no token, RuntimeError for a SOCKS proxy without `aiohttp-socks`.
    """
    api = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
    try:
        return Bot(token, session=ProxySession(api, proxy))
    except TokenValidationError:
        raise ValueError("a Telegram token has the form 123456:letters-and-digits") from None


async def waiting_updates(bot: Bot, offset: int, wait: int, kinds: tuple[str, ...]) -> list[Any]:
    """The updates from `offset` on (0: all unconfirmed), waiting up to `wait` seconds for the first.

    Asking confirms those before `offset`. Raises Unavailable, or Rejected for a wrong token.
    """
    question = RawUpdates(offset=offset, timeout=wait, allowed_updates=list(kinds))
    with asking():
        try:
            return await bot(question, request_timeout=wait + int(ANSWER_WITHIN))
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise Rejected("Telegram does not know this token") from None
