"""The channels as the settings describe them, and what hears and reads before a turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import httpx

from app.base.settings import BadSettings, Settings
from app.bootstrap.resources import plain
from app.delivery.wechat_quota import WeChatQuota
from app.turns.llm_reader import LlmEndpoint, LlmReader
from app.turns.service import Hear
from app.turns.transcription import Transcription, as_it_is
from bots.telegram.shared import Shared
from bots.wechat.account import WeChatAccount
from bots.wechat.channel import MessageTemplates, WeChatChannel
from bots.wechat.client import Client, Credentials
from bots.wechat.incoming.verification import Mode, PushCredentials
from intake.city import CityProfile
from intake.model.messages import ChannelName
from intake.model.ports import Channel
from storage.cache.cache import Cache
from storage.cache.rate_limits import Buckets
from storage.db.database import Database
from storage.db.keyring import KeyRing

if TYPE_CHECKING:  # importing aiogram takes seconds; only who has a token pays for it
    from bots.telegram.channel import TelegramChannel


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels that are on, and what only one of them has. What is off is None."""

    by_name: Mapping[ChannelName, Channel]
    telegram: "TelegramChannel | None"
    wechat: PushCredentials | None
    wechat_account: WeChatAccount | None


def open_channels(
    settings: Settings,
    keyring: KeyRing,
    cache: Cache,
    buckets: Buckets | None,
    database: Database,
    city: CityProfile,
    http: httpx.AsyncClient,
    clock: Callable[[], datetime],
) -> Channels:
    """Those with credentials. Without `buckets` nothing holds Telegram back. Raises BadSettings."""
    telegram = _telegram(settings, keyring, cache, buckets)
    client = _wechat_client(settings, cache, http) if settings.wechat_on else None
    opened: list[Channel | None] = [
        telegram,
        _wechat(client, cache, database, city, http, clock) if client else None,
    ]
    return Channels(
        {channel.name: channel for channel in opened if channel is not None},
        telegram,
        _push_credentials(settings) if client else None,
        WeChatAccount(client) if client else None,
    )


def _telegram(
    settings: Settings, keyring: KeyRing, cache: Cache, buckets: Buckets | None
) -> "TelegramChannel | None":
    token = plain(settings.telegram.token)
    if not token:
        return None
    from bots.telegram.channel import open_telegram  # noqa: PLC0415  # aiogram takes seconds to import

    shared = Shared(cache, keyring.digest, buckets)
    try:
        return open_telegram(token, settings.telegram.api_url, settings.telegram.proxy, shared)
    except ValueError as mistake:
        raise BadSettings(f"JIESU_TELEGRAM__TOKEN: {mistake}") from None


def hearing(settings: Settings, http: httpx.AsyncClient, channels: Mapping[ChannelName, Channel]) -> Hear:
    spoken = settings.transcription
    if not spoken.url:
        return as_it_is
    return Transcription(spoken.url, plain(spoken.key), spoken.model, http, channels).heard


def second_reader(
    settings: Settings,
    http: httpx.AsyncClient,
    database: Database,
    city: CityProfile,
    clock: Callable[[], datetime],
) -> Hear:
    reader = settings.reader
    if not reader.url:
        return as_it_is
    endpoint = LlmEndpoint(reader.url, plain(reader.key), reader.model or "", personal=reader.personal)
    return LlmReader(endpoint, http, database, city, clock).heard


def _wechat_client(settings: Settings, cache: Cache, http: httpx.AsyncClient) -> Client:
    wechat = settings.wechat
    credentials = Credentials(wechat.appid or "", plain(wechat.secret) or "", wechat.api_url)
    return Client(credentials, cache, http)


def _wechat(
    client: Client,
    cache: Cache,
    database: Database,
    city: CityProfile,
    http: httpx.AsyncClient,
    clock: Callable[[], datetime],
) -> WeChatChannel:
    forms = MessageTemplates(city.wechat.templates, city.timezone)
    return WeChatChannel(client, cache, http, clock, WeChatQuota(database, clock), forms)


def _push_credentials(settings: Settings) -> PushCredentials:
    wechat = settings.wechat
    aes_key = plain(wechat.aes_key) or ""
    return PushCredentials(wechat.appid or "", plain(wechat.token) or "", aes_key, Mode(wechat.mode))
