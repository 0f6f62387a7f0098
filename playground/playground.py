"""The playground as a whole: the page, the two stand-ins, and the APIs they play."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import httpx
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from app.base.settings import Settings
from app.bootstrap.playground_credentials import TELEGRAM_API, WECHAT_API
from intake.city import CityProfile
from intake.model.messages import ChannelName
from playground import page
from playground.page import PageCity, PagePlace
from playground.phones import PhoneShop
from playground.telegram import bot_api
from playground.telegram.platform import TelegramPlatform
from playground.wechat import api
from playground.wechat.platform import WeChatPlatform


@dataclass(frozen=True, slots=True)
class Cast:
    """The two stand-ins, and the line on which they reach our webhooks."""

    wechat: WeChatPlatform
    telegram: TelegramPlatform
    http: httpx.AsyncClient

    def shop(self, channel: ChannelName) -> PhoneShop:
        """Where this app's phones come from."""
        return self.wechat if channel is ChannelName.WECHAT else self.telegram


def cast(settings: Settings, base_url: str, clock: Callable[[], datetime], time_scale: float = 1.0) -> Cast:
    """Stand-ins for the account and the bot in the settings; `time_scale` as in `TelegramPlatform`."""
    http = httpx.AsyncClient(timeout=30.0)
    return Cast(
        wechat_stand_in(settings, base_url, http, clock),
        telegram_stand_in(settings, base_url, http, clock, time_scale),
        http,
    )


def stage(players: Cast, city: CityProfile) -> APIRouter:
    """Everything under `/playground`: it speaks to our own webhooks over HTTP, like the platforms do."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await players.http.aclose()

    shops = {name.value: players.shop(name) for name in ChannelName}
    routes = APIRouter(lifespan=lifespan)
    routes.include_router(page.router(shops, scene(city)))
    routes.include_router(api.api_router(players.wechat), prefix=WECHAT_API)
    routes.include_router(bot_api.api_router(players.telegram), prefix=TELEGRAM_API)
    return routes


def wechat_stand_in(
    settings: Settings,
    base_url: str,
    http: httpx.AsyncClient,
    clock: Callable[[], datetime],
    patience: float = 5.0,
) -> WeChatPlatform:
    """WeChat for the account in the settings."""
    wechat = settings.wechat
    return WeChatPlatform(
        appid=wechat.appid or "",
        secret=_clear(wechat.secret),
        token=_clear(wechat.token),
        aes_key=_clear(wechat.aes_key),
        mode=wechat.mode,
        webhook_url=f"{base_url}/webhooks/wechat",
        http=http,
        clock=clock,
        patience=patience,
    )


def telegram_stand_in(
    settings: Settings,
    base_url: str,
    http: httpx.AsyncClient,
    clock: Callable[[], datetime],
    time_scale: float = 1.0,
) -> TelegramPlatform:
    """Telegram for the bot in the settings."""
    telegram = settings.telegram
    return TelegramPlatform(
        token=_clear(telegram.token),
        webhook_url=f"{base_url}/webhooks/telegram",
        secret=_clear(telegram.webhook_secret),
        http=http,
        clock=clock,
        time_scale=time_scale,
    )


def scene(city: CityProfile) -> PageCity:
    """What the page shows of the city."""
    places = [
        PagePlace(a.name, a.lat, a.lng)
        for a in city.areas.values()
        if a.lat is not None and a.lng is not None
    ]
    return PageCity(city=city.name, account=city.hotline, places=places)


def _clear(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
