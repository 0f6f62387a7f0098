"""`jiesu survey …`: whom to ask, brought in from a table; campaigns over a period; a phone's code."""

import asyncio
import json as json_
import secrets
from collections import Counter
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import Progress

from app.base.clock import utc_now
from app.base.settings import BadSettings, Settings, read_settings
from app.bootstrap.resources import embeds_desk, open_city, open_storage
from app.surveys import campaigns as campaigning
from app.surveys.campaigns import Plan
from app.surveys.external_cases import Listed, Matter, put
from desk.importing.import_calls import bring_to_rate, to_phone
from desk.importing.sheet import BadSheet, read_sheet
from desk.importing.survey_cases import ToRate, as_call, check_sheet
from desk.statistics.period import BadPeriod, read_period
from desk.workflow.context import DeskContext
from intake.city import CityProfile
from intake.understand.persons.phone import standard
from storage.db.database import Database, Tx
from storage.surveys import campaigns, phone_links
from storage.surveys.campaigns import Campaign

app = typer.Typer(help="Ask citizens how their matters went.", no_args_is_help=True)
LOOK = 1.0  # seconds between looks at a campaign that is watched
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Json = Annotated[bool, typer.Option("--json", help="For a program.")]


@app.command(name="import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX, one completed matter a line.")],
    dry_run: DryRun = False,
) -> None:
    """Bring in completed matters told elsewhere; nothing is stored while a line is bad."""
    settings = read_settings()
    city = open_city(settings.city)
    try:
        sheet = read_sheet(file)
    except BadSheet as mistake:
        raise BadSettings(f"{file}: {mistake}.") from None
    typer.echo(f"{file}: {sheet.says}.", err=True)
    good, problems = check_sheet(sheet, city, utc_now())
    for one in problems:
        typer.echo(f"{file}:{one.line}: {one.column} {one.reason}", err=True)
    if problems:
        raise BadSettings(f"{len(problems)} problems; nothing was brought in.")
    found = asyncio.run(_brought(settings, city, good, dry_run=dry_run))
    typer.echo(
        f"{len(good)} matters: {found[Listed.CHAT]} for a campaign in the chat, "
        f"{found[Listed.PHONE]} for the centre to phone, {found[Listed.REFUSED]} want no survey, "
        f"{found[Listed.KNOWN]} known already." + (" Nothing was stored." if dry_run else "")
    )


class _DryRun(Exception):
    """The transaction is given up; this would have become of the line."""

    def __init__(self, listed: Listed) -> None:
        super().__init__(listed)
        self.listed = listed


async def _brought(
    settings: Settings, city: CityProfile, good: list[ToRate], *, dry_run: bool
) -> Counter[Listed]:
    office = _office(city) if embeds_desk(settings) else None
    found: Counter[Listed] = Counter()
    console = Console(stderr=True)
    async with open_storage(settings) as database:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            for one in progress.track(good, description="matters"):
                found[await _line(database, city, office, one, dry_run=dry_run)] += 1
    return found


async def _line(
    database: Database, city: CityProfile, office: DeskContext | None, one: ToRate, *, dry_run: bool
) -> Listed:
    """One line in one transaction; a dry run does it all, and gives the transaction up."""
    try:
        async with database.write() as tx:
            listed = await _put(tx, city, office, one)
            _given_up(listed, dry_run=dry_run)
    except _DryRun as tried:
        return tried.listed
    return listed


def _given_up(listed: Listed, *, dry_run: bool) -> None:
    if dry_run:
        raise _DryRun(listed)


async def _put(tx: Tx, city: CityProfile, office: DeskContext | None, one: ToRate) -> Listed:
    """One line, in one transaction. Where the desk is embedded it gets a ticket to rate."""
    now, number = utc_now(), one.number
    if office is not None:
        hotline_ref = await bring_to_rate(tx, office, as_call(one, city))
        if hotline_ref is None:
            return Listed.KNOWN
        number = hotline_ref
    matter = Matter(number, one.unit or "", one.completed_at, one.phone, one.channel, one.user)
    listed = await put(tx, city, matter, now, tell=office is None)
    if office is not None and listed is Listed.PHONE:
        await to_phone(tx, office, number, now)
    return listed


def _office(city: CityProfile) -> DeskContext:
    return DeskContext(city, lambda n: "".join(secrets.choice("0123456789") for _ in range(n)))


@app.command()
def run(
    period: Annotated[str, typer.Option(help="Completed in 2022, 2023Q1 or 2023-03.")],
    dry_run: DryRun = False,
    watch: Annotated[bool, typer.Option(help="Stay and show how far it is.")] = True,
) -> None:
    """Begin a campaign over a period's matters nobody was asked about; a running `serve` or `work` asks."""
    settings = read_settings()
    city = open_city(settings.city)
    try:
        chosen = read_period(period)
    except BadPeriod as mistake:
        raise BadSettings(f"{mistake}.") from None
    zone = ZoneInfo(city.timezone)
    first = datetime.combine(chosen.first, time.min, zone)
    end = datetime.combine(chosen.last + timedelta(days=1), time.min, zone)
    asyncio.run(_run(settings, city, str(chosen), first, end, dry_run=dry_run, watch=watch))


async def _run(
    settings: Settings,
    city: CityProfile,
    name: str,
    first: datetime,
    end: datetime,
    *,
    dry_run: bool,
    watch: bool,
) -> None:
    async with open_storage(settings) as database:
        planned = await campaigning.plan(database, city, first, end, utc_now())
        typer.echo(_said(planned, city))
        if dry_run or not planned.total:
            return
        made = await _begun(database, city, name, first, end)
        typer.echo(f"Campaign {made} runs. Pause it with: jiesu survey pause {made}")
        console = Console(stderr=True)
        if watch and console.is_terminal:
            await _watch(database, made, console)


async def _begun(database: Database, city: CityProfile, name: str, first: datetime, end: datetime) -> int:
    """The campaign, with its list filled."""
    made = 0
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        bar = progress.add_task("listed", total=None)
        async for campaign, total in campaigning.begin(database, city, name, first, end, utc_now()):
            made = campaign
            progress.update(bar, completed=total)
    return made


def _said(planned: Plan, city: CityProfile) -> str:
    if not planned.total:
        return "Nobody is left to ask about this period."
    local = planned.until.astimezone(ZoneInfo(city.timezone))
    by = ", ".join(f"{channel} {number}" for channel, number in sorted(planned.by_channel.items()))
    hours = f"{city.survey.opens:%H:%M}–{city.survey.closes:%H:%M}"
    return (
        f"{planned.total} to ask ({by}), {planned.per_minute} a minute between {hours}: "
        f"the last about {local:%Y-%m-%d %H:%M}; answers until {city.survey.window_days} days later."
    )


async def _watch(database: Database, campaign_id: int, console: Console) -> None:
    with Progress(console=console) as progress:
        bar = progress.add_task("asked", total=None)
        while True:
            async with database.read() as tx:
                one = await campaigns.one(tx, campaign_id)
                states = await campaigns.progress(tx, campaign_id)
            if one is None:
                return
            progress.update(bar, total=one.total, completed=one.total - states.get("listed", 0))
            if one.state in ("done", "stopped"):
                return
            await asyncio.sleep(LOOK)


@app.command(name="list")
def show(json: Json = False) -> None:
    """The campaigns, newest first, and how far each is."""
    found = asyncio.run(_listed(read_settings()))
    if json:
        typer.echo(json_.dumps([_document(*one) for one in found]))
        return
    for one, states in found:
        counted = ", ".join(f"{state} {number}" for state, number in sorted(states.items()))
        typer.echo(f"{one.id}  {one.name}  {one.state}  {one.total} in all: {counted}")


async def _listed(settings: Settings) -> list[tuple[Campaign, dict[str, int]]]:
    async with open_storage(settings) as database, database.read() as tx:
        return [(one, await campaigns.progress(tx, one.id)) for one in await campaigns.every(tx)]


def _document(one: Campaign, states: dict[str, int]) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "per_minute": one.per_minute,
        "total": one.total,
        "surveys": states,
        "made_at": one.made_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
    }


Campaigns = Annotated[int, typer.Argument(help="Its number, as `jiesu survey list` shows it.")]


@app.command()
def pause(campaign: Campaigns) -> None:
    """Ask nobody further for now; who was asked may answer."""
    _turn(campaign, "paused")


@app.command()
def resume(campaign: Campaigns) -> None:
    """Go on where it was paused."""
    _turn(campaign, "running")


@app.command()
def stop(campaign: Campaigns) -> None:
    """End it: who was not asked yet is not asked by it."""
    _turn(campaign, "stopped")


def _turn(campaign: int, state: str) -> None:
    if not asyncio.run(_turned(read_settings(), campaign, state)):
        raise BadSettings(f"Campaign {campaign} cannot be {state}: see jiesu survey list.")
    typer.echo(f"Campaign {campaign} is {state}.")


async def _turned(settings: Settings, campaign: int, state: str) -> bool:
    async with open_storage(settings) as database, database.write() as tx:
        return await campaigns.turn(tx, campaign, state, utc_now())


@app.command()
def code(phone: Annotated[str, typer.Argument(help="The number the citizen calls from.")]) -> None:
    """Six digits to read out to whoever calls from this number: they bind it to their chat."""
    kept = standard(phone)
    if kept is None:
        raise BadSettings("This is no telephone number.")
    digits = "".join(secrets.choice("0123456789") for _ in range(6))
    asyncio.run(_issued(read_settings(), kept, digits))
    typer.echo(f"{digits}  (for 30 minutes and five tries)")


async def _issued(settings: Settings, phone: str, digits: str) -> None:
    async with open_storage(settings) as database, database.write() as tx:
        await phone_links.issue(tx, phone, digits, utc_now())
