"""The working house: everything one process holds on to, and what it does as a whole."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app.attachments.store import Files
from app.base.clock import utc_now
from app.base.settings import Settings
from app.bootstrap.resources import open_scanner, plain
from app.callbacks.apply import CallbackService
from app.callbacks.poll import Polling
from app.operations.aside import AsideList
from app.operations.health import Health
from app.operations.worker import Worker
from app.privacy.erased_again import ErasedAgain
from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.receiver import SpoolingReceiver
from app.receiver.running_turns import LAST_TURNS
from app.turns.service import Service
from bots.telegram.retry_registration import until_heard
from bots.wechat.account import WeChatAccount
from bots.wechat.incoming.verification import PushCredentials
from desk.app import Desk
from intake.city import CityProfile
from intake.model.messages import ChannelName
from intake.model.ports import Channel, Hotline
from storage.cache.cache import Cache
from storage.db.database import Database

if TYPE_CHECKING:  # importing aiogram takes seconds; only who has a token pays for it
    from bots.telegram.channel import TelegramChannel


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything one process holds on to. What is off is None."""

    settings: Settings
    city: CityProfile
    database: Database
    cache: Cache
    service: Service
    receiver: SpoolingReceiver
    channel_events: ChannelEventRecorder
    updates: CallbackService
    worker: Worker
    files: Files
    aside: AsideList
    erased_again: ErasedAgain
    health: Health
    channels: Mapping[ChannelName, Channel]
    telegram: "TelegramChannel | None"
    wechat: PushCredentials | None
    wechat_account: WeChatAccount | None
    hotline: Hotline
    following: Polling | None
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
            await Poll(self.telegram, self.receiver, utc_now).run()
        finally:
            telling.cancel()
            await asyncio.wait({telling})
            await self.receiver.settle(LAST_TURNS)

    async def set_up_telegram(self) -> None:
        """Webhook, commands and descriptions, as they shall be."""
        secret = plain(self.settings.telegram.webhook_secret)
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
            asked["malware"] = open_scanner(self.settings).probe
        if self.desk is not None and self.desk.sign_on is not None:
            asked["sign-on"] = self.desk.sign_on.probe
        return asked if self.desk is not None else asked | {"hotline": self.hotline.probe}
