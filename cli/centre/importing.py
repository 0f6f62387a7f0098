"""`jiesu desk import FILE`: telephone tickets from a table; bad lines are listed before any is stored."""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app.base.clock import utc_now
from app.base.settings import BadSettings, Settings, read_settings
from app.bootstrap.resources import embeds_desk, open_city, open_storage
from desk.importing.calls import ImportedCall
from desk.importing.check import check_sheet
from desk.importing.import_calls import bring
from desk.importing.sheet import BadSheet, read_sheet
from desk.workflow.context import DeskContext
from intake.city import CityProfile


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(name="import")(bring_in)


def bring_in(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX, one ticket a line.")],
    apply: Annotated[bool, typer.Option("--apply", help="Bring them in, not only check them.")] = False,
) -> None:
    """Bring telephone tickets in; nothing is stored while a line is bad."""
    settings = read_settings()
    if not embeds_desk(settings):
        raise BadSettings("The desk is not embedded here (JIESU_HOTLINE__KIND=desk, no JIESU_HOTLINE__URL).")
    city = open_city(settings.city)
    calls = _checked(file, city)
    if not apply:
        typer.echo(f"{len(calls)} tickets could be brought in; run it again with --apply.")
        return
    new = asyncio.run(_brought(settings, city, calls))
    typer.echo(f"{new} tickets brought in, {len(calls) - new} were there already.")


def _checked(file: Path, city: CityProfile) -> Sequence[ImportedCall]:
    try:
        sheet = read_sheet(file)
    except BadSheet as mistake:
        raise BadSettings(f"{file}: {mistake}.") from None
    typer.echo(f"{file}: {sheet.says}.", err=True)
    checked = check_sheet(sheet, city, utc_now())
    for one in checked.problems:
        typer.echo(f"{file}:{one.line}: {one.column} {one.reason}", err=True)
    if checked.problems:
        raise BadSettings(f"{len(checked.problems)} problems; nothing was brought in.")
    return checked.calls


async def _brought(settings: Settings, city: CityProfile, calls: Sequence[ImportedCall]) -> int:
    office = DeskContext(city, lambda n: "".join(secrets.choice("0123456789") for _ in range(n)))
    console = Console(stderr=True)
    new = 0
    async with open_storage(settings) as database:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            for call in progress.track(calls, description="tickets"):
                async with database.write() as tx:
                    new += await bring(tx, office, call)
    return new
