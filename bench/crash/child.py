"""One life of one process of the product: as `jiesu serve` or `jiesu work` would run it."""

import asyncio
import logging
import os
import signal
import socket
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from pydantic import SecretStr

from app.base.settings import Enclosed, HotlineSettings, TelegramSettings, WeChatSettings
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from bench import warm
from bench.crash import points
from storage.outbox import backoff, loop
from webhooks.server import create_app

LEASE = 12.0
"""Seconds; shortened, like the first pause between two tries, so that a run of many deaths ends."""

OF_LEASE = 0.75
"""So much of its lease a delivery may take, as in the product."""

FIRST_TRY_AGAIN = timedelta(seconds=0.2)


def warm_up() -> None:
    """Import what is otherwise imported late, and read what every life reads anew."""
    for late in ("alembic.command", "bots.telegram.channel", "webhooks.telegram"):
        import_module(late)
    warm.understanding()


def settings_of(given: dict[str, Any]) -> Enclosed:
    """The installation every child belongs to."""
    return Enclosed(
        database_url=given["database_url"],
        redis_url=given["redis_url"],
        secret_key=SecretStr("the key of a run that is over in minutes"),
        playground=False,
        city=given["city"],
        public_url=given["base_url"],
        telegram=TelegramSettings(
            token=SecretStr("100001:crash-run-crash-run-crash-run-cra"),
            webhook_secret=SecretStr("telegram-webhook-secret"),
            api_url=given["platforms_url"] + "/playground/telegram-api",
        ),
        wechat=WeChatSettings(
            appid="wx0123456789abcdef",
            secret=SecretStr("0123456789abcdef0123456789abcdef"),
            token=SecretStr("wechattoken"),
            aes_key=SecretStr("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
            api_url=given["platforms_url"] + "/playground/wechat-api",
        ),
        hotline=HotlineSettings(
            kind="rest",
            url=given["platforms_url"] + "/backend",
            secret=SecretStr("whsec_Y2FsbHMgb3V0IGNhbGxzIG91dCBjYWxscyBvdXQ"),
            callback_secret=SecretStr("whsec_Y2FsbGJhY2tzIGNhbGxiYWNrcyBjYWxsYmFja3M"),
        ),
    )


def live(order: dict[str, Any], listening: dict[str, socket.socket]) -> None:
    """The child's whole life; it does not tidy up its memory at the end."""
    asyncio.run(_live(order, listening.get(order["listens"])))
    sys.stderr.flush()
    os._exit(0)


async def _live(order: dict[str, Any], line: socket.socket | None) -> None:
    """Until SIGTERM, or the point is reached. `roles`: web, worker or both."""
    lease = order["settings"].get("lease", LEASE)
    loop.LEASE, loop.PATIENCE = timedelta(seconds=lease), OF_LEASE * lease
    backoff.FIRST = FIRST_TRY_AGAIN
    level = logging.CRITICAL if order.get("quiet", True) else logging.INFO
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    logging.disable(level)
    if order.get("point"):
        points.arm(order["point"], order["calls"])
    settings = settings_of(order["settings"])
    async with open_house(settings, order["settings"]["base_url"], Path(order["var"])) as runtime:
        await _run(runtime, order["roles"], line)


async def _run(runtime: Runtime, roles: list[str], line: socket.socket | None) -> None:
    if points.WEB not in roles:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await runtime.worker.run(stop)
        return
    app = create_app(runtime, with_worker=points.WORKER in roles)
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3)
    assert line is not None
    await uvicorn.Server(config).serve(sockets=[line])
