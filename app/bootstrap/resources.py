"""What every command stands on: the city's profile, the keys, the migrated database, the cache."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from pydantic import SecretStr

from app.attachments.malware import Clamd, NoScanner, Scanner
from app.base.clock import utc_now
from app.base.settings import BadSettings, Settings
from app.bootstrap.category_model import judging
from app.operations.health import Stands
from app.privacy.secret_key import KEY_FILE, open_keyring
from app.receiver.spool import Spool
from desk.db import migrate as desk_tables
from intake.city import BadProfile, CityProfile, load
from intake.phrases import worded
from storage.cache.breaker import Breaker
from storage.cache.cache import Cache, MemoryCache
from storage.cache.rate_limits import Buckets, LocalBuckets
from storage.cache.redis_cache import RedisCache
from storage.cache.redis_rate_limits import RedisBuckets
from storage.db.database import Database, standing, upgrade
from storage.db.engines import async_url
from storage.db.keyring import KeyRing
from storage.files.bucket import Bucket, BucketRules
from storage.files.file_store import FileStore
from storage.files.folder import Folder
from storage.files.object_store import ObjectStore
from storage.privacy.ledger import BucketLedger, FolderLedger, Ledger

FIRST_PASSWORD = "first-password"  # noqa: S105  a file's name


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Database]:
    """The migrated database alone, for commands that need nothing else."""
    await migrated(settings)
    async with Database.open(settings.database_url, stored_keyring(settings)) as database:
        yield database


def stored_keyring(settings: Settings) -> KeyRing:
    """The keys of this installation."""
    return open_keyring(plain(settings.secret_key), settings.var / KEY_FILE)


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


def open_cache(settings: Settings, breaker: Breaker) -> Cache:
    if not settings.redis_url:
        return MemoryCache()
    with naming("JIESU_REDIS_URL"):
        return RedisCache(settings.redis_url, breaker=breaker)


def open_buckets(settings: Settings, breaker: Breaker) -> Buckets:
    return RedisBuckets(settings.redis_url, breaker=breaker) if settings.redis_url else LocalBuckets()


def open_bucket(settings: Settings) -> Bucket | None:
    """The object store, where there is one. Raises BadSettings."""
    s3, secret = settings.s3, plain(settings.s3.secret)
    if not s3.url:
        return None
    if not (s3.bucket and s3.key_id and secret):
        raise BadSettings("JIESU_S3__URL needs __BUCKET, __KEY_ID and __SECRET beside it.")
    return Bucket(BucketRules(s3.url, s3.bucket, s3.key_id, secret, s3.region, s3.style == "host"))


def open_files(settings: Settings, keyring: KeyRing) -> FileStore:
    """Where citizens' files lie."""
    bucket = open_bucket(settings)
    return Folder(settings.var / "attachments", keyring) if bucket is None else ObjectStore(bucket, keyring)


def open_ledger(settings: Settings) -> Ledger:
    """Where erasures are told to a database that is restored one day."""
    bucket = open_bucket(settings)
    return FolderLedger(settings.var / "erasures") if bucket is None else BucketLedger(bucket)


def open_spool(settings: Settings, keyring: KeyRing) -> Spool:
    """What waits on this machine's disk."""
    return Spool(settings.var / "spool", keyring, utc_now)


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
