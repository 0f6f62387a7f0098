"""The one place that ties everything together: settings in, a working house out."""

from asyncio import timeout
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx

from app.attachments.store import Files
from app.base.clock import utc_now
from app.base.settings import Settings
from app.bootstrap.backend import backend_secrets, embedded_desk, open_backend
from app.bootstrap.channels import hearing, open_channels, second_reader
from app.bootstrap.playground_credentials import at_any_hour, with_stand_ins
from app.bootstrap.resources import (
    embeds_desk,
    migrated,
    open_buckets,
    open_cache,
    open_city,
    open_files,
    open_ledger,
    open_scanner,
    open_spool,
    standings,
    stored_keyring,
)
from app.bootstrap.runtime import Runtime
from app.callbacks.apply import CallbackService
from app.callbacks.poll import Polling
from app.delivery.handlers import Delivery
from app.operations.aside import AsideList
from app.operations.health import Health, outboxes
from app.operations.worker import Worker
from app.privacy.erased_again import ErasedAgain
from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.put_aside import PutAsideMessages
from app.receiver.rate_limit import RateLimit
from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from app.turns.service import Forgotten, Service
from app.turns.transcription import in_turn
from bots.answers import RIDES
from intake.city import CityProfile
from intake.model.messages import Address
from intake.model.ports import Follows
from storage.cache.breaker import Breaker
from storage.cache.cache import Cache
from storage.db.database import Database
from storage.db.keyring import KeyRing

ANSWERED_WITHIN = 1.0
"""Seconds an answer waits for the ledger; what is not written by then is with the next round."""


@asynccontextmanager
async def open_house(settings: Settings, base_url: str, var: Path | None = None) -> AsyncIterator[Runtime]:
    """Migrate, connect and wire; everything is closed at the end. Raises BadSettings, DatabaseDown.

    `var`: a folder that is not the settings' own.
    """
    if var is not None:
        settings = settings.model_copy(update={"var": var})
    keyring = stored_keyring(settings)
    city = open_city(settings.city)
    playing = settings.playground_on
    if playing:
        settings, city = with_stand_ins(settings, keyring, base_url), at_any_hour(city)
    await migrated(settings)
    async with AsyncExitStack() as closing:
        database = Database.open(settings.database_url, keyring)
        closing.push_async_callback(database.close)
        redis = Breaker()  # what one who asks Redis finds out, all know
        cache = open_cache(settings, redis)
        closing.push_async_callback(cache.aclose)
        yield await _wire(settings, base_url, keyring, city, database, cache, redis, closing, playing=playing)


async def _wire(
    settings: Settings,
    base_url: str,
    keyring: KeyRing,
    city: CityProfile,
    database: Database,
    cache: Cache,
    redis: Breaker,
    closing: AsyncExitStack,
    *,
    playing: bool,
) -> Runtime:
    http = await closing.enter_async_context(httpx.AsyncClient(follow_redirects=False))
    public = settings.public_url or base_url
    store, spool = open_files(settings, keyring), open_spool(settings, keyring)
    files = Files(database, store, keyring, public, utc_now, open_scanner(settings))
    calls, callbacks = backend_secrets(settings, keyring)
    hotline = open_backend(settings, city, base_url, calls, http, utc_now)
    buckets = None if playing else open_buckets(settings, redis)
    if buckets is not None:
        closing.push_async_callback(buckets.aclose)
    behind = database.behind()
    channels = open_channels(settings, keyring, cache, buckets, behind, city, http, utc_now)
    for channel in channels.by_name.values():
        closing.push_async_callback(channel.aclose)
    heard = hearing(settings, http, channels.by_name)
    hear = in_turn(heard, second_reader(settings, http, database, city, utc_now))
    pace = RateLimit(buckets, keyring.digest) if buckets is not None else None
    erased_again = ErasedAgain(database, open_ledger(settings), files, utc_now)
    forgotten = _outside(spool, erased_again)
    service = Service(database, cache, city, utc_now, RIDES, hear=hear, forgotten=forgotten)
    updates, channel_events = (
        CallbackService(database, cache, city, utc_now),
        ChannelEventRecorder(database, utc_now, spool),
    )
    delivery = Delivery(behind, city, channels.by_name, hotline, files, service, utc_now)
    put_aside = PutAsideMessages(database, service, channel_events, channels.by_name, utc_now)
    aside = AsideList(database, keyring, spool, put_aside, utc_now, own_desk=embeds_desk(settings))
    desk = None
    if embeds_desk(settings):
        desk = embedded_desk(settings, database, city, calls, callbacks, base_url, http, utc_now)
    return Runtime(
        settings=settings,
        city=city,
        database=database,
        cache=cache,
        service=service,
        receiver=SpoolingReceiver(service, channel_events, spool, city, pace),
        channel_events=channel_events,
        updates=updates,
        following=Polling(database, hotline, updates, utc_now) if isinstance(hotline, Follows) else None,
        worker=Worker(behind, cache, city, delivery, utc_now, own_desk=embeds_desk(settings)),
        files=files,
        aside=aside,
        erased_again=erased_again,
        health=Health(database, cache, spool, standings(settings), outboxes(own_desk=embeds_desk(settings))),
        channels=channels.by_name,
        telegram=channels.telegram,
        wechat=channels.wechat,
        wechat_account=channels.wechat_account,
        hotline=hotline,
        desk=desk,
        callback_secrets=callbacks,
        playing=playing,
        base_url=base_url,
    )


def _outside(spool: Spool, erased_again: ErasedAgain) -> Forgotten:
    """What lies of somebody outside the database goes, and the ledger is told; each without the other."""

    async def forgotten(address: Address) -> None:
        try:
            await spool.overwrite_done(address)
        finally:
            with suppress(TimeoutError):
                async with timeout(ANSWERED_WITHIN):
                    await erased_again.write_down()

    return forgotten
