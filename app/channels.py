"""The two apps' channels as the settings describe them, and what hears and reads before a turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import httpx

from app.footing import plain
from app.second_reader import Endpoint, SecondReader
from app.service import Hear
from app.settings import BadSettings, Settings
from app.transcription import Transcription, as_it_is
from app.wechat_book import WeChatBook
from bots.telegram.shared import Shared
from bots.wechat.account import WeChatAccount
from bots.wechat.channel import Forms, WeChat
from bots.wechat.client import Client, Credentials
from bots.wechat.envelope import Account, Mode
from intake.city import CityProfile
from intake.messages import ChannelName
from intake.ports import Channel
from storage.buckets import Buckets
from storage.cache import Cache
from storage.crypto import KeyRing
from storage.database import Database

if TYPE_CHECKING:  # importing aiogram takes seconds; only who has a token pays for it
    from bots.telegram.channel import Telegram


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels that are on, and what only one of them has. What is off is None."""

    by_name: Mapping[ChannelName, Channel]
    telegram: "Telegram | None"
    wechat: Account | None
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
    by_name: dict[ChannelName, Channel] = {}
    telegram = _telegram(settings, keyring, cache, buckets)
    if telegram is not None:
        by_name[telegram.name] = telegram
    if not settings.wechat_on:
        return Channels(by_name, telegram, None, None)
    client = _wechat_client(settings, cache, http)
    forms = Forms(city.wechat.templates, city.timezone)
    by_name[ChannelName.WECHAT] = WeChat(client, cache, http, clock, WeChatBook(database, clock), forms)
    return Channels(by_name, telegram, _wechat(settings), WeChatAccount(client))


def _telegram(
    settings: Settings, keyring: KeyRing, cache: Cache, buckets: Buckets | None
) -> "Telegram | None":
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
    endpoint = Endpoint(reader.url, plain(reader.key), reader.model or "", personal=reader.personal)
    return SecondReader(endpoint, http, database, city, clock).heard


def _wechat_client(settings: Settings, cache: Cache, http: httpx.AsyncClient) -> Client:
    wechat = settings.wechat
    credentials = Credentials(wechat.appid or "", plain(wechat.secret) or "", wechat.api_url)
    return Client(credentials, cache, http)


def _wechat(settings: Settings) -> Account:
    wechat = settings.wechat
    aes_key = plain(wechat.aes_key) or ""
    return Account(wechat.appid or "", plain(wechat.token) or "", aes_key, Mode(wechat.mode))
