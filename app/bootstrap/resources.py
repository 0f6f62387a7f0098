"""What every command stands on: the city's profile, the keys, the migrated database, the cache."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from pydantic import SecretStr

from app.attachments.malware import Clamd, NoScanner, Scanner
from app.base.settings import BadSettings, Settings
from app.bootstrap.category_model import judging
from app.operations.health import Stands
from app.privacy.secret_key import KEY_FILE, open_keyring
from desk.db import migrate as desk_tables
from intake.city import BadProfile, CityProfile, load
from intake.phrases import worded
from storage.cache.cache import Cache, MemoryCache
from storage.cache.rate_limits import Buckets, LocalBuckets
from storage.cache.redis_cache import RedisCache
from storage.cache.redis_rate_limits import RedisBuckets
from storage.db.database import Database, standing, upgrade
from storage.db.engines import async_url
from storage.db.keyring import KeyRing

VAR = Path("var")
FIRST_PASSWORD = "first-password"  # noqa: S105  a file's name
"""Where what is no setting lies: the secret made here, and the attachments."""


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Database]:
    """The migrated database alone, for commands that need nothing else."""
    await migrated(settings)
    async with Database.open(settings.database_url, stored_keyring(settings)) as database:
        yield database


def stored_keyring(settings: Settings) -> KeyRing:
    """The keys of this installation."""
    return open_keyring(plain(settings.secret_key), VAR / KEY_FILE)


def open_city(name: str) -> CityProfile:
    """The profile with all its words and its model. Raises BadSettings naming the first mistakes."""
    try:
        return judging(worded(load(name)))
    except BadProfile as mistakes:
        raise BadSettings(str(mistakes)) from None


async def migrated(settings: Settings) -> None:
    with naming("JIESU_DATABASE_URL"):
        async_url(settings.database_url)
    await upgrade(settings.database_url)
    if embeds_desk(settings):
        await desk_tables.upgrade(settings.database_url)


def standings(settings: Settings) -> tuple[Stands, ...]:
    return (standing, desk_tables.standing) if embeds_desk(settings) else (standing,)


def embeds_desk(settings: Settings) -> bool:
    """Whether this process is the backend too."""
    return settings.hotline.kind == "desk" and not settings.hotline.url


def open_cache(settings: Settings) -> Cache:
    with naming("JIESU_REDIS_URL"):
        return RedisCache(settings.redis_url) if settings.redis_url else MemoryCache()


def open_buckets(settings: Settings) -> Buckets:
    return RedisBuckets(settings.redis_url) if settings.redis_url else LocalBuckets()


def open_scanner(settings: Settings) -> Scanner:
    if not settings.malware.url:
        return NoScanner()
    with naming("JIESU_MALWARE__URL"):
        return Clamd(settings.malware.url)


@contextmanager
def naming(variable: str) -> Iterator[None]:
    """A value that cannot be used is the operator's to mend: say which, without what stood in it."""
    try:
        yield
    except ValueError as mistake:
        raise BadSettings(f"{variable} cannot be used: {mistake}.") from None


def plain(secret: object) -> str | None:
    """A setting's secret in the clear, where it is needed and nowhere else."""
    return secret.get_secret_value() if isinstance(secret, SecretStr) and secret.get_secret_value() else None
