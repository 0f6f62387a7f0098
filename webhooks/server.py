"""The web process: every path of the house, and what runs beside them."""

import asyncio
import gc
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, FastAPI

from app.attachments.store import Files
from app.base.clock import utc_now
from app.base.settings import Settings
from app.bootstrap.backend import StandaloneDesk
from app.bootstrap.runtime import Runtime
from desk.app import Desk
from desk.open311.router import Rules, open311_router
from desk.pages.router import desk_pages
from hotline.contract import AttachmentPart
from playground.playground import Cast, cast, stage
from storage.cache.rate_limits import LocalBuckets
from storage.faults import caught, described
from storage.periodic import pause
from webhooks.attachments import attachment_router
from webhooks.doors import routes_of
from webhooks.error_handlers import answer_faults
from webhooks.health import health_router
from webhooks.hotline import hotline_router
from webhooks.rate_limit import AddressLimit
from webhooks.security_headers import SecurityHeaders

log = structlog.get_logger(__name__)

BEGIN_AGAIN = 5.0  # seconds

Background = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def create_app(
    runtime: Runtime, *, with_worker: bool = True, players: Cast | None = None, polling: bool = False
) -> FastAPI:
    """All the paths that this installation has switched on; `players` replaces the playground's own cast.

    `polling`: Telegram's updates are fetched, and it must not be told of our webhook.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        gc.collect()
        gc.freeze()  # what was imported lives for ever: the collector need not look at it again
        await runtime.erased_again.before_the_first_message()
        loops = _background(runtime, with_worker=with_worker)
        async with _running(loops if polling else [*loops, runtime.keep_telegram_told]):
            yield

    app = FastAPI(title="jiesu", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    answer_faults(app)
    app.add_middleware(AddressLimit, buckets=LocalBuckets())
    app.add_middleware(SecurityHeaders, secure=_by_https(runtime.settings))
    app.include_router(health_router(runtime.health, utc_now))
    app.include_router(hotline_router(runtime.updates, runtime.callback_secrets, utc_now))
    app.include_router(attachment_router(runtime.files))
    for door in routes_of(runtime):
        app.include_router(door)
    if runtime.desk is not None:
        _desk_routes(
            app, runtime.desk, runtime.settings, lambda part: runtime.files.path(part.sha256), of_front=True
        )
        app.include_router(_open311(runtime.desk, runtime.settings, runtime.files))
    if runtime.playing:
        players = players or cast(runtime.settings, runtime.base_url, utc_now)
        app.include_router(stage(players, runtime.city))
    return app


def create_desk_app(alone: StandaloneDesk, settings: Settings) -> FastAPI:
    """The embedded hotline as its own process: its API, its pages, its callbacks, and copies of its files."""
    desk, files = alone.desk, alone.files

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with _running([desk.run_callbacks, desk.run_clock, desk.keep_tidy, alone.gathering.run]):
            yield

    app = FastAPI(title="jiesu desk", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    answer_faults(app)
    app.add_middleware(AddressLimit, buckets=LocalBuckets())
    app.add_middleware(SecurityHeaders, secure=_by_https(settings))
    app.include_router(health_router(alone.health, utc_now))
    app.include_router(attachment_router(files))
    _desk_routes(app, desk, settings, partial(_copy_of, alone), of_front=False)
    app.include_router(_open311(desk, settings, files))
    return app


def _by_https(settings: Settings) -> bool:
    return urlsplit(settings.public_url or "").scheme == "https"


def _copy_of(alone: StandaloneDesk, part: AttachmentPart) -> str:
    """Our own copy's address; the front door's as long as it is still to come."""
    return part.url if alone.gathering.waits_for(part) else alone.files.path(part.sha256)


def _open311(desk: Desk, settings: Settings, files: Files) -> APIRouter:
    key = settings.hotline.api_key
    keys = tuple(one for one in (key.get_secret_value() if key else "").split(",") if one)
    rules = Rules(keys, settings.hotline.jurisdiction)
    return open311_router(desk, rules, keep=files.take, media_url=lambda part: files.link(part.sha256))


def _desk_routes(
    app: FastAPI,
    desk: Desk,
    settings: Settings,
    attachment_url: Callable[[AttachmentPart], str],
    *,
    of_front: bool,
) -> None:
    app.include_router(desk.router())
    app.include_router(
        desk_pages(
            desk,
            new_secret=lambda: secrets.token_urlsafe(24),
            attachment_url=attachment_url,
            secure=_by_https(settings),
            of_front=of_front,
        )
    )


def _background(runtime: Runtime, *, with_worker: bool) -> list[Background]:
    found: list[Background] = [runtime.receiver.run, runtime.erased_again.run]
    if with_worker:
        found.append(runtime.worker.run)
        if runtime.following is not None:
            found.append(runtime.following.run)
    if runtime.desk is not None:
        found += [runtime.desk.run_callbacks, runtime.desk.run_clock, runtime.desk.keep_tidy]
    return found


@asynccontextmanager
async def _running(loops: list[Background]) -> AsyncIterator[None]:
    """Run the loops until the block ends; each finishes what it has in hand."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(_for_good(loop, stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def _for_good(loop: Background, stop: asyncio.Event) -> None:
    """A loop that broke is begun anew: a process without its worker would look well and deliver nothing."""
    while not stop.is_set():
        fault = await caught(loop(stop))
        if fault is not None:
            log.error("a loop broke", fault=described(fault))
            await pause(stop, BEGIN_AGAIN)
