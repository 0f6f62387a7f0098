"""`jiesu check`: each thing the installation stands on, ok or what to do."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta

from app.base.clock import utc_now
from app.base.jobs import HOTLINE
from app.base.settings import BadSettings, Settings, check
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from app.checks.backend import inspect_backend
from app.checks.environment import address, danger, disk, labels, proxies, survey, tagger, weak_secrets
from app.checks.finding import CheckResult
from app.checks.wechat_account import WECHAT, inspect_wechat, plain_mode
from app.operations.stuck_alert import CLOCKS_APART, STUCK_AFTER
from intake.city.workdays import unannounced
from intake.model.ports import Rejected, Unavailable, Unsure
from storage.db.clock import shared
from storage.db.pooler import NOT_FOR_US
from storage.messages import inbox
from storage.outbox import outbox

POOLER_REFUSES = (
    "it must be set to pool_mode = transaction or session, and JIESU_DATABASE_URL must do without options="
)
UNREACHED = "is it running, and is JIESU_DATABASE_URL right?"
UNREADABLE = (
    "{} messages are put aside that none of our keys opens: give the earlier JIESU_SECRET_KEY behind the "
    "new one, separated by a comma, and restart; they are taken then"
)
NONE = timedelta()
BEHIND_A_POOLER = ", behind a pooler: each turn takes a little longer, as no statement is prepared"


async def inspect(settings: Settings) -> list[CheckResult]:
    """Everything in order; stops where what comes later cannot be asked."""
    try:
        check(settings)
    except BadSettings as mistakes:
        return [CheckResult("settings", False, line) for line in str(mistakes).splitlines()]
    return [CheckResult("settings", True, "complete"), *[finding async for finding in _opened(settings)]]


async def _opened(settings: Settings) -> AsyncIterator[CheckResult]:
    try:
        async with open_house(settings, settings.public_url or "http://127.0.0.1:8000") as runtime:
            yield CheckResult("city", True, runtime.city.name)
            for year in unannounced(utc_now().date(), runtime.city):
                yield CheckResult("calendar", True, no_table(year), remark=True)
            if (asked := survey(settings, runtime.city)) is not None:
                yield asked
            async for stored in _stored(settings, runtime):
                yield stored
            if runtime.playing:
                yield CheckResult("playground", True, "on, as no channel is configured")
            else:
                for around in _outside(settings):
                    yield around
                async for finding in _channels(runtime):
                    yield finding
    except BadSettings as mistake:
        yield CheckResult("settings", False, str(mistake))
    except Unavailable as fault:
        hint = POOLER_REFUSES if NOT_FOR_US in fault.reason else UNREACHED
        yield CheckResult("database", False, f"{fault.reason}: {hint}")


async def _stored(settings: Settings, runtime: Runtime) -> AsyncIterator[CheckResult]:
    """What we stand on here, and what waits in it."""
    yield CheckResult("database", True, await _kind(runtime))
    yield await _clocks(runtime)
    yield await _put_aside(runtime)
    for aside in _unreadable(runtime):
        yield aside
    yield _redis(settings, await runtime.health.checks())
    yield disk(settings.var)
    yield await _files(runtime)
    yield tagger()
    yield labels()
    yield danger()
    for waiting in await _waiting(runtime):
        yield waiting


def _unreadable(runtime: Runtime) -> Iterator[CheckResult]:
    """What lies on the disk and no key of ours opens."""
    if number := runtime.health.unreadable():
        yield CheckResult("spool", False, UNREADABLE.format(number))


def _outside(settings: Settings) -> Iterator[CheckResult]:
    """How the platforms and citizens get here."""
    yield address(settings)
    if (believed := proxies(settings)) is not None:
        yield believed
    yield from weak_secrets(settings)


def no_table(year: int) -> str:
    """What to do about a year whose working days nobody has told us."""
    return (
        f"{year} has no table of holidays and worked weekends: deadlines count Monday to Friday without the "
        f"days fixed by law. Add [years.{year}] to the profile as soon as the State Council has announced it."
    )


async def _channels(runtime: Runtime) -> AsyncIterator[CheckResult]:
    for name, probe in runtime.probes().items():
        async for finding in _looked_at(runtime, name, probe):
            yield finding
    if runtime.settings.wechat_on and runtime.settings.wechat.mode == "plain":
        yield plain_mode()


async def _looked_at(
    runtime: Runtime, name: str, probe: Callable[[], Awaitable[None]]
) -> AsyncIterator[CheckResult]:
    if name == HOTLINE:
        async for finding in inspect_backend(runtime.hotline):
            yield finding
    elif name == WECHAT and runtime.wechat_account is not None:
        async for finding in inspect_wechat(runtime.wechat_account, runtime.city, runtime.database, utc_now):
            yield finding
    else:
        yield await _asked(name, probe)


async def _kind(runtime: Runtime) -> str:
    pooled = await runtime.database.is_pooled()
    return f"{runtime.database.kind}, migrated{BEHIND_A_POOLER if pooled else ''}"


async def _clocks(runtime: Runtime) -> CheckResult:
    """Nothing goes twice for it, but signatures, reports and logs tell the wrong time."""
    now = utc_now()
    async with runtime.database.read() as tx:
        ahead = now - await shared(tx, now)
    if abs(ahead) <= CLOCKS_APART:
        return CheckResult("clock", True, "as the database's")
    apart = f"{abs(ahead).total_seconds():.0f} seconds {'ahead of' if ahead > NONE else 'behind'}"
    return CheckResult("clock", False, f"{apart} the database's: set both by the same time server (NTP)")


async def _put_aside(runtime: Runtime) -> CheckResult:
    """Citizens were told that somebody looks at these; nobody would without being told."""
    async with runtime.database.read() as tx:
        found = await inbox.aside(tx)
    if not found:
        return CheckResult("messages", True, "none put aside")
    newest = found[0]
    where = f"{len(found)} put aside, the newest on {newest.at:%Y-%m-%d %H:%M} UTC ({newest.reason})"
    return CheckResult(
        "messages", False, f"{where}: `jiesu aside list` tells of each, `jiesu aside retry` takes it anew"
    )


async def _waiting(runtime: Runtime) -> list[CheckResult]:
    """What was tried in vain, and why: a fault that passed takes its line with it."""
    now = utc_now()
    async with runtime.database.read() as tx:
        found = [stuck for stuck in await outbox.stuck(tx, now) if stuck.reason]
    return [
        CheckResult(
            "outbox",
            now - stuck.oldest < STUCK_AFTER,
            f"{stuck.count} wait for {stuck.destination}, the oldest since {stuck.oldest:%Y-%m-%d %H:%M} UTC "
            f"({stuck.reason})",
            remark=True,
        )
        for stuck in found
    ]


async def _files(runtime: Runtime) -> CheckResult:
    """Whether a citizen's photo can be kept."""
    s3 = runtime.settings.s3
    where = f"object store, bucket {s3.bucket}" if s3.url else "folder"
    try:
        await runtime.files.probe()
    except Unavailable as fault:
        says = f"{fault.reason}: photos and voices wait at the platforms, for three days at most"
        return CheckResult("files", False, f"{where}: {says}")
    return CheckResult("files", True, where)


def _redis(settings: Settings, checks: dict[str, str]) -> CheckResult:
    if settings.redis_url is None:
        return CheckResult("redis", True, "off (one process)")
    up = checks["cache"] == "ok"
    return CheckResult("redis", up, "answers" if up else "does not answer: is JIESU_REDIS_URL right?")


async def _asked(name: str, probe: Callable[[], Awaitable[None]]) -> CheckResult:
    try:
        await probe()
    except (Unavailable, Unsure) as fault:
        return CheckResult(name, False, f"no answer ({fault.reason}): address, network and proxy right?")
    except Rejected as refusal:
        return CheckResult(name, False, f"refused ({refusal.reason}): are the credentials right?")
    return CheckResult(name, True, "answers")
