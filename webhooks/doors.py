"""The doors of the channels that are on: each gives what came in to the receiver and says the result.

A new channel is its module beside this one and a line in `DOORS`.
"""

from collections.abc import Callable, Sequence

from fastapi import APIRouter

from app.base.clock import utc_now
from app.bootstrap.runtime import Runtime
from webhooks.wechat import wechat_router


def routes_of(runtime: Runtime) -> list[APIRouter]:
    """Every channel's that has what it needs."""
    return [door for door in (opened(runtime) for opened in DOORS) if door is not None]


def _wechat(runtime: Runtime) -> APIRouter | None:
    if runtime.wechat is None:
        return None
    return wechat_router(runtime.wechat, runtime.receiver, runtime.channel_events, runtime.cache, utc_now)


def _telegram(runtime: Runtime) -> APIRouter | None:
    secret = runtime.settings.telegram.webhook_secret
    if runtime.telegram is None or secret is None:
        return None
    from webhooks.telegram import telegram_router  # noqa: PLC0415  # aiogram takes seconds to import

    return telegram_router(secret.get_secret_value(), runtime.receiver, runtime.telegram, utc_now)


DOORS: Sequence[Callable[[Runtime], APIRouter | None]] = (
    _wechat,
    _telegram,
)
