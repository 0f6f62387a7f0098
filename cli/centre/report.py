"""`jiesu report`: the bulletin of a year, a quarter or a month, in whatever form it is read."""

import asyncio
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from app.base.clock import utc_now
from app.base.settings import BadSettings, Settings, read_settings
from app.bootstrap.resources import open_city, open_storage
from desk.reports.compose import compose
from desk.reports.figures import Collected, collect
from desk.reports.formats.formats import FORMS, written
from desk.statistics.period import BadPeriod, read_period
from intake.city import CityProfile


class ReportFormat(StrEnum):
    """What typer offers; `forms.FORMS` does the work."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    DOCX = "docx"
    XLSX = "xlsx"
    HTML = "html"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(report)


def report(
    period: Annotated[str, typer.Option(help="2022, 2023Q1 or 2023-03.")],
    format: Annotated[ReportFormat, typer.Option(help="How to write it.")] = ReportFormat.TEXT,  # noqa: A002
    out: Annotated[Path | None, typer.Option(help="A file; docx and xlsx need one.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Reckoned up to the end of this day; else now."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Reckon a period's rates and say what became of its appeals."""
    form = "json" if json else format.value
    if out is None and FORMS[form].binary:
        raise BadSettings(f"{form} is no text: name a file with --out.")
    settings = read_settings()
    city = open_city(settings.city)
    found = asyncio.run(_collected(settings, city, period, as_of.date() if as_of else None))
    content = written(form, found, compose(found))
    if out is None:
        typer.echo(content.decode(), nl=False)
        return
    out.write_bytes(content)
    typer.echo(f"{out} written.", err=True)


async def _collected(settings: Settings, city: CityProfile, text: str, day: date | None) -> Collected:
    try:
        period = read_period(text, city.rates.month_starts_on)
    except BadPeriod as mistake:
        raise BadSettings(f"{mistake}.") from None
    as_of = datetime.combine(day, time.max, ZoneInfo(city.timezone)) if day else utc_now()
    async with open_storage(settings) as database, database.read() as tx:
        return await collect(tx, city, period, as_of)
