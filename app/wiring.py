"""The one place that knows every class: settings in, a working house out."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from pydantic import SecretStr

from app.delivery import Delivery
from app.files import Files
from app.following import Following
from app.gathering import Gathering
from app.health import Health, Stands
from app.judging import judging
from app.malware import Clamd, NoScanner, Scanner
from app.pace import Pace
from app.pretend import at_any_hour, with_stand_ins
from app.reception import Reception
from app.second_reader import Endpoint, SecondReader
from app.secret_key import KEY_FILE, open_keyring
from app.service import Hear, Service
from app.settings import BadSettings, Settings
from app.spool import Spool
from app.telegram_start import until_heard
from app.transcription import Transcription, as_it_is, in_turn
from app.updates import Updates
from app.wechat_book import WeChatBook
from app.witness import Witness
from app.worker import Worker
from bots.telegram.parts import rides
from bots.telegram.shared import Shared
from bots.wechat.account import WeChatAccount
from bots.wechat.channel import Forms, WeChat
from bots.wechat.client import Client, Credentials
from bots.wechat.envelope import Account, Mode
from desk import schema as desk_tables
from desk.app import Desk
from hotline.open311.client import Open311Hotline
from hotline.rest import RestHotline
from intake.city import BadProfile, CityProfile, load
from intake.messages import ChannelName
from intake.phrases import worded
from intake.ports import Channel, Follows, Hotline
from storage.attachments import Folder
from storage.buckets import Buckets, LocalBuckets
from storage.cache import Cache, MemoryCache
from storage.crypto import KeyRing
from storage.database import Database, standing, upgrade
from storage.engines import async_url
from storage.redis_buckets import RedisBuckets
from storage.redis_cache import RedisCache

if TYPE_CHECKING:  # importing aiogram takes seconds; only who has a token pays for it
    from bots.telegram.channel import Telegram

VAR = Path("var")
"""Where what is no setting lies: the secret made here, and the attachments."""

DESK_API = "/desk/api/v1"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """Everything one process holds on to. What is off is None."""

    settings: Settings
    city: CityProfile
    database: Database
    service: Service
    reception: Reception
    witness: Witness
    updates: Updates
    worker: Worker
    files: Files
    health: Health
    channels: Mapping[ChannelName, Channel]
    telegram: "Telegram | None"
    wechat: Account | None
    wechat_account: WeChatAccount | None
    hotline: Hotline
    following: Following | None
    desk: Desk | None
    callback_secrets: str
    playing: bool
    base_url: str

    async def open_desk(self) -> str | None:
        """The first user's password, the one time that user is made."""
        password = secrets.token_urlsafe(9)
        if self.desk is not None and await self.desk.ensure_first_user(password):
            return password
        return None

    async def poll(self) -> None:
        """Telegram by long polling, until cancelled. Raises Rejected for a wrong token."""
        if self.telegram is None:
            return
        from bots.telegram.polling import Poll  # noqa: PLC0415  # aiogram takes seconds to import
        from bots.telegram.setup import introduce, leave_webhook  # noqa: PLC0415

        await until_heard(partial(leave_webhook, self.telegram))
        telling = asyncio.create_task(until_heard(partial(introduce, self.telegram), asyncio.Event()))
        try:
            await Poll(self.telegram, self.reception, utc_now).run()
        finally:
            telling.cancel()
            await asyncio.wait({telling})

    async def set_up_telegram(self) -> None:
        """Webhook, commands and descriptions, as they shall be."""
        secret = _plain(self.settings.telegram.webhook_secret)
        if self.telegram is None or secret is None:
            return
        from bots.telegram.setup import set_up  # noqa: PLC0415  # aiogram takes seconds to import

        await set_up(self.telegram, self.settings.public_url or self.base_url, secret)

    async def keep_telegram_told(self, stop: asyncio.Event) -> None:
        """The same at every start, in the background; not without an address Telegram can reach."""
        if self.settings.public_url is not None and not self.playing:
            await until_heard(self.set_up_telegram, stop)
        await stop.wait()  # a loop that ends is begun again

    def probes(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """A question to each platform and to the backend that shows whether our credentials work."""
        asked: dict[str, Callable[[], Awaitable[None]]] = {
            name.value: channel.probe for name, channel in self.channels.items()
        }
        if self.settings.malware.url:
            asked["malware"] = _scanner(self.settings).probe
        return asked if self.desk is not None else asked | {"hotline": self.hotline.probe}


@asynccontextmanager
async def open_house(settings: Settings, base_url: str, var: Path = VAR) -> AsyncIterator[House]:
    """Migrate, connect and wire; everything is closed at the end. Raises BadSettings, DatabaseDown."""
    keyring = open_keyring(_plain(settings.secret_key), var / KEY_FILE)
    city = open_city(settings.city)
    playing = settings.playground_on
    if playing:
        settings, city = with_stand_ins(settings, keyring, base_url), at_any_hour(city)
    await _migrate(settings)
    async with AsyncExitStack() as closing:
        database = Database.open(settings.database_url, keyring)
        closing.push_async_callback(database.close)
        cache = _cache(settings)
        closing.push_async_callback(cache.aclose)
        folder = Folder(var / "attachments", keyring)
        spool = Spool(var / "spool", keyring, utc_now)
        yield await _wire(
            settings, base_url, keyring, city, database, cache, folder, spool, closing, playing=playing
        )


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Database]:
    """The migrated database alone, for commands that need nothing else."""
    await _migrate(settings)
    database = Database.open(settings.database_url, stored_keyring(settings))
    try:
        yield database
    finally:
        await database.close()


def stored_keyring(settings: Settings) -> KeyRing:
    """The keys of this installation."""
    return open_keyring(_plain(settings.secret_key), VAR / KEY_FILE)


def open_city(name: str) -> CityProfile:
    """The profile with all its words and its model. Raises BadSettings naming the first mistakes."""
    try:
        return judging(worded(load(name)))
    except BadProfile as mistakes:
        raise BadSettings(str(mistakes)) from None


async def _migrate(settings: Settings) -> None:
    with _naming("JIESU_DATABASE_URL"):
        async_url(settings.database_url)
    await upgrade(settings.database_url)
    if embeds_desk(settings):
        await desk_tables.upgrade(settings.database_url)


def _tables(settings: Settings) -> tuple[Stands, ...]:
    return (standing, desk_tables.standing) if embeds_desk(settings) else (standing,)


def embeds_desk(settings: Settings) -> bool:
    """Whether this process is the backend too."""
    return settings.hotline.kind == "desk" and not settings.hotline.url


def _cache(settings: Settings) -> Cache:
    with _naming("JIESU_REDIS_URL"):
        return RedisCache(settings.redis_url) if settings.redis_url else MemoryCache()


@contextmanager
def _naming(variable: str) -> Iterator[None]:
    """A value that cannot be used is the operator's to mend: say which, without what stood in it."""
    try:
        yield
    except ValueError as mistake:
        raise BadSettings(f"{variable} cannot be used: {mistake}.") from None


async def _wire(
    settings: Settings,
    base_url: str,
    keyring: KeyRing,
    city: CityProfile,
    database: Database,
    cache: Cache,
    folder: Folder,
    spool: Spool,
    closing: AsyncExitStack,
    *,
    playing: bool,
) -> House:
    http = await closing.enter_async_context(httpx.AsyncClient(follow_redirects=False))
    public = settings.public_url or base_url
    files = Files(database, folder, keyring, public, utc_now, _scanner(settings))
    calls, callbacks = _backend_secrets(settings, keyring)
    hotline = _backend(settings, city, base_url, calls, http)
    buckets = None if playing else _buckets(settings)
    if buckets is not None:
        closing.push_async_callback(buckets.aclose)
    telegram = _telegram(settings, keyring, cache, buckets)
    channels: dict[ChannelName, Channel] = {}
    account: WeChatAccount | None = None
    if telegram is not None:
        channels[telegram.name] = telegram
        closing.push_async_callback(telegram.aclose)
    if settings.wechat_on:
        client, book = _wechat_client(settings, cache, http), WeChatBook(database, utc_now)
        forms = Forms(city.wechat.templates, city.timezone)
        channels[ChannelName.WECHAT] = WeChat(client, cache, http, utc_now, book, forms)
        account = WeChatAccount(client)
    hear = in_turn(_hearing(settings, http, channels), _second_reader(settings, http, database, city))
    pace = Pace(buckets) if buckets is not None else None
    service = Service(database, cache, city, utc_now, {ChannelName.TELEGRAM: rides}, hear=hear, pace=pace)
    updates, witness = Updates(database, cache, city, utc_now), Witness(database, utc_now, spool)
    delivery = Delivery(database, city, channels, hotline, files, service, utc_now)
    return House(
        settings=settings,
        city=city,
        database=database,
        service=service,
        reception=Reception(service, witness, spool, city),
        witness=witness,
        updates=updates,
        following=Following(database, hotline, updates, utc_now) if isinstance(hotline, Follows) else None,
        worker=Worker(database, cache, city, delivery, utc_now, own_desk=embeds_desk(settings)),
        files=files,
        health=Health(database, cache, spool, _tables(settings)),
        channels=channels,
        telegram=telegram,
        wechat=_wechat_account(settings),
        wechat_account=account,
        hotline=hotline,
        desk=_desk(database, city, calls, callbacks, base_url, http) if embeds_desk(settings) else None,
        callback_secrets=callbacks,
        playing=playing,
        base_url=base_url,
    )


def _backend(
    settings: Settings, city: CityProfile, base_url: str, calls: str, http: httpx.AsyncClient
) -> Hotline:
    hotline = settings.hotline
    if hotline.kind == "open311":
        return Open311Hotline(
            hotline.url or "",
            http,
            city,
            jurisdiction=hotline.jurisdiction,
            api_key=_plain(hotline.api_key),
            clock=utc_now,
        )
    return RestHotline(hotline.url or base_url + DESK_API, calls, http, clock=utc_now, new_id=_token)


def _backend_secrets(settings: Settings, keyring: KeyRing) -> tuple[str, str]:
    """What signs our calls, and what signs the backend's; the embedded desk's are derived from our key."""
    own = _plain(settings.hotline.secret) or ",".join(keyring.digests("hotline", "calls and callbacks"))
    return own, _plain(settings.hotline.callback_secret) or own


def _scanner(settings: Settings) -> Scanner:
    if not settings.malware.url:
        return NoScanner()
    with _naming("JIESU_MALWARE__URL"):
        return Clamd(settings.malware.url)


def _buckets(settings: Settings) -> Buckets:
    return RedisBuckets(settings.redis_url) if settings.redis_url else LocalBuckets()


def _telegram(
    settings: Settings, keyring: KeyRing, cache: Cache, buckets: Buckets | None
) -> "Telegram | None":
    token = _plain(settings.telegram.token)
    if not token:
        return None
    from bots.telegram.channel import open_telegram  # noqa: PLC0415  # aiogram takes seconds to import

    shared = Shared(cache, keyring.digest, buckets)
    try:
        return open_telegram(token, settings.telegram.api_url, settings.telegram.proxy, shared)
    except ValueError as mistake:
        raise BadSettings(f"JIESU_TELEGRAM__TOKEN: {mistake}") from None


def _hearing(settings: Settings, http: httpx.AsyncClient, channels: Mapping[ChannelName, Channel]) -> Hear:
    spoken = settings.transcription
    if not spoken.url:
        return as_it_is
    return Transcription(spoken.url, _plain(spoken.key), spoken.model, http, channels).heard


def _second_reader(
    settings: Settings, http: httpx.AsyncClient, database: Database, city: CityProfile
) -> Hear:
    reader = settings.reader
    if not reader.url:
        return as_it_is
    endpoint = Endpoint(reader.url, _plain(reader.key), reader.model or "", personal=reader.personal)
    return SecondReader(endpoint, http, database, city, utc_now).heard


def _wechat_client(settings: Settings, cache: Cache, http: httpx.AsyncClient) -> Client:
    wechat = settings.wechat
    credentials = Credentials(wechat.appid or "", _plain(wechat.secret) or "", wechat.api_url)
    return Client(credentials, cache, http)


def _wechat_account(settings: Settings) -> Account | None:
    wechat = settings.wechat
    if not settings.wechat_on:
        return None
    aes_key = _plain(wechat.aes_key) or ""
    return Account(wechat.appid or "", _plain(wechat.token) or "", aes_key, Mode(wechat.mode))


def _desk(
    database: Database,
    city: CityProfile,
    calls: str,
    callbacks: str,
    front_door: str,
    http: httpx.AsyncClient,
) -> Desk:
    return Desk(
        database,
        city,
        secrets=calls,
        callback_secrets=callbacks,
        front_door=front_door,
        http=http,
        clock=utc_now,
        digits=lambda n: "".join(secrets.choice("0123456789") for _ in range(n)),
        token=_token,
        chance=random.random,
    )


def _token() -> str:
    return secrets.token_urlsafe(24)


def _plain(secret: object) -> str | None:
    """A setting's secret in the clear, where it is needed and nowhere else."""
    return secret.get_secret_value() if isinstance(secret, SecretStr) and secret.get_secret_value() else None


@dataclass(frozen=True, slots=True)
class LoneDesk:
    """The embedded hotline as a process of its own. `password`: its first user's, if that was made now."""

    desk: Desk
    files: Files
    gathering: Gathering
    password: str | None


@asynccontextmanager
async def open_desk(settings: Settings, base_url: str) -> AsyncIterator[LoneDesk]:
    """The embedded hotline alone, reached at `base_url`."""
    keyring = stored_keyring(settings)
    city = open_city(settings.city)
    await desk_tables.upgrade(settings.database_url)
    calls, callbacks = _backend_secrets(settings, keyring)
    database = Database.open(settings.database_url, keyring)
    async with httpx.AsyncClient(follow_redirects=False) as http:
        front_door = settings.public_url or ""
        desk = _desk(database, city, calls, callbacks, front_door, http)
        folder = Folder(VAR / "attachments", keyring)
        files = Files(database, folder, keyring, base_url, utc_now, _scanner(settings), copies=True)
        password = secrets.token_urlsafe(9)
        made = await desk.ensure_first_user(password)
        gathering = Gathering(database, folder, front_door, http, utc_now)
        try:
            yield LoneDesk(desk, files, gathering, password if made else None)
        finally:
            await database.close()
