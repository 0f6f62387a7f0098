"""`jiesu check`: each thing the installation stands on, ok or what to do."""

from collections.abc import AsyncIterator, Awaitable, Callable

from app.backend_inspection import inspect_backend
from app.clock import utc_now
from app.findings import Finding
from app.footing import VAR
from app.house import House
from app.lanes import HOTLINE
from app.settings import BadSettings, Settings, check
from app.surroundings import address, disk, survey
from app.watch import STUCK_AFTER
from app.wechat_inspection import WECHAT, inspect_wechat, plain_mode
from app.wiring import open_house
from intake.ports import Rejected, Unavailable, Unsure
from intake.workdays import unannounced
from storage import inbox, outbox


async def inspect(settings: Settings) -> list[Finding]:
    """Everything in order; stops where what comes later cannot be asked."""
    try:
        check(settings)
    except BadSettings as mistakes:
        return [Finding("settings", False, line) for line in str(mistakes).splitlines()]
    return [Finding("settings", True, "complete"), *[finding async for finding in _opened(settings)]]


async def _opened(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with open_house(settings, settings.public_url or "http://127.0.0.1:8000") as house:
            yield Finding("city", True, house.city.name)
            for year in unannounced(utc_now().date(), house.city):
                yield Finding("calendar", True, no_table(year), remark=True)
            if (asked := survey(settings, house.city)) is not None:
                yield asked
            yield Finding("database", True, f"{house.database.kind}, migrated")
            yield await _put_aside(house)
            yield _redis(settings, await house.health.checks())
            yield disk(VAR)
            for waiting in await _waiting(house):
                yield waiting
            if house.playing:
                yield Finding("playground", True, "on, as no channel is configured")
            else:
                yield address(settings)
                async for finding in _channels(house):
                    yield finding
    except BadSettings as mistake:
        yield Finding("settings", False, str(mistake))
    except Unavailable as fault:
        yield Finding("database", False, f"{fault.reason}: is it running, and is JIESU_DATABASE_URL right?")


def no_table(year: int) -> str:
    """What to do about a year whose working days nobody has told us."""
    return (
        f"{year} has no table of holidays and worked weekends: deadlines count Monday to Friday without the "
        f"days fixed by law. Add [years.{year}] to the profile as soon as the State Council has announced it."
    )


async def _channels(house: House) -> AsyncIterator[Finding]:
    for name, probe in house.probes().items():
        async for finding in _looked_at(house, name, probe):
            yield finding
    if house.settings.wechat_on and house.settings.wechat.mode == "plain":
        yield plain_mode()


async def _looked_at(house: House, name: str, probe: Callable[[], Awaitable[None]]) -> AsyncIterator[Finding]:
    if name == HOTLINE:
        async for finding in inspect_backend(house.hotline):
            yield finding
    elif name == WECHAT and house.wechat_account is not None:
        async for finding in inspect_wechat(house.wechat_account, house.city, house.database, utc_now):
            yield finding
    else:
        yield await _asked(name, probe)


async def _put_aside(house: House) -> Finding:
    """Citizens were told that somebody looks at these; nobody would without being told."""
    async with house.database.read() as tx:
        found = await inbox.aside(tx)
    if not found:
        return Finding("messages", True, "none put aside")
    newest = found[0]
    where = f"{len(found)} put aside, the newest on {newest.at:%Y-%m-%d %H:%M} UTC ({newest.reason})"
    return Finding("messages", False, f"{where}: report it with the log lines of that time")


async def _waiting(house: House) -> list[Finding]:
    """What was tried in vain, and why: a fault that passed takes its line with it."""
    now = utc_now()
    async with house.database.read() as tx:
        found = [stuck for stuck in await outbox.stuck(tx, now) if stuck.reason]
    return [
        Finding(
            "outbox",
            now - stuck.oldest < STUCK_AFTER,
            f"{stuck.count} wait for {stuck.destination}, the oldest since {stuck.oldest:%Y-%m-%d %H:%M} UTC "
            f"({stuck.reason})",
            remark=True,
        )
        for stuck in found
    ]


def _redis(settings: Settings, checks: dict[str, str]) -> Finding:
    if settings.redis_url is None:
        return Finding("redis", True, "off (one process)")
    up = checks["cache"] == "ok"
    return Finding("redis", up, "answers" if up else "does not answer: is JIESU_REDIS_URL right?")


async def _asked(name: str, probe: Callable[[], Awaitable[None]]) -> Finding:
    try:
        await probe()
    except (Unavailable, Unsure) as fault:
        return Finding(name, False, f"no answer ({fault.reason}): address, network and proxy right?")
    except Rejected as refusal:
        return Finding(name, False, f"refused ({refusal.reason}): are the credentials right?")
    return Finding(name, True, "answers")
