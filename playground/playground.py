"""The playground as a whole: the page, the stand-ins, and the APIs they play."""

from collections.abc import AsyncIterator, Callable, Mapping
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
class StandIn:
    """One platform as it is played: its phones, and the API that our channel calls, under a path."""

    shop: PhoneShop
    api: APIRouter
    path: str


@dataclass(frozen=True, slots=True)
class Cast:
    """The stand-ins, and the line on which they reach our webhooks."""

    stand_ins: Mapping[ChannelName, StandIn]
    http: httpx.AsyncClient

    def shop(self, channel: ChannelName) -> PhoneShop:
        """Where this app's phones come from."""
        return self.stand_ins[channel].shop


def cast(settings: Settings, base_url: str, clock: Callable[[], datetime], time_scale: float = 1.0) -> Cast:
    """Stand-ins for what the settings name; `time_scale` as in `TelegramPlatform`."""
    http = httpx.AsyncClient(timeout=30.0)
    wechat = wechat_stand_in(settings, base_url, http, clock)
    telegram = telegram_stand_in(settings, base_url, http, clock, time_scale)
    stand_ins = {
        ChannelName.WECHAT: StandIn(wechat, api.api_router(wechat), WECHAT_API),
        ChannelName.TELEGRAM: StandIn(telegram, bot_api.api_router(telegram), TELEGRAM_API),
    }
    return Cast(stand_ins, http)


def stage(players: Cast, city: CityProfile) -> APIRouter:
    """Everything under `/playground`: it speaks to our own webhooks over HTTP, like the platforms do."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await players.http.aclose()

    shops = {name.value: one.shop for name, one in players.stand_ins.items()}
    routes = APIRouter(lifespan=lifespan)
    routes.include_router(page.router(shops, scene(city)))
    for one in players.stand_ins.values():
        routes.include_router(one.api, prefix=one.path)
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
