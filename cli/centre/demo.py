"""`jiesu demo`: a city to look at. Made-up tickets go into the database, never beside a real channel."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.base.clock import utc_now
from app.base.settings import BadSettings, Settings, read_settings
from app.bootstrap.resources import embeds_desk, open_city, open_storage
from desk.demo.build import build
from desk.demo.fill import Filler, FillPlan
from desk.demo.rows import Press
from desk.demo.seed import NotThisCity
from desk.demo.seed import stories as seed_stories
from desk.demo.story import Story
from desk.demo.texts import Writer
from intake.city import CityProfile
from storage.db.sealed import keyring

app = typer.Typer(
    help="A city to look at: made-up tickets, never beside a real channel.", no_args_is_help=True
)


@app.command()
def fill(
    tickets: Annotated[int, typer.Option(min=1, max=20_000_000, help="How many.")] = 5_000,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Over so many days up to now.")] = 365,
    direct: Annotated[float, typer.Option(min=0, max=1, help="Part of them answered at once.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Another number, another city.")] = 1,
) -> None:
    """Fill the desk with a living city's tickets, the latest still open."""
    settings, city = _allowed()
    wanted = FillPlan(tickets, utc_now(), days, direct)
    _build(settings, city, Filler(city, wanted, seed).stories(), tickets, seed, lived=True)


@app.command()
def seed() -> None:
    """Build the fixture city, whose `report --period 2022` and `2023Q1` give the figures it published.

    Its tickets are there to be counted: they have no histories and are not found by their words.
    """
    settings, city = _allowed()
    try:
        stories = seed_stories(city)
    except NotThisCity as mistake:
        raise BadSettings(f"{mistake}; use JIESU_CITY=jiayuguan.") from None
    _build(settings, city, stories, len(stories), 0, lived=False)


def _allowed() -> tuple[Settings, CityProfile]:
    settings = read_settings()
    if settings.channels_on:
        raise BadSettings("A channel is configured: made-up tickets do not go beside real ones.")
    if not embeds_desk(settings):
        raise BadSettings("The desk is not embedded here (JIESU_HOTLINE__KIND=desk, no JIESU_HOTLINE__URL).")
    return settings, open_city(settings.city)


def _build(
    settings: Settings, city: CityProfile, stories: Iterable[Story], total: int, chance: int, *, lived: bool
) -> None:
    writer = Writer(city, random.Random(chance))  # noqa: S311  # made up, not a secret
    with _bar(total) as done:
        made = asyncio.run(_built(settings, writer, stories, done, lived=lived))
    typer.echo(f"{made} tickets made.")


async def _built(
    settings: Settings, writer: Writer, stories: Iterable[Story], done: Callable[[int], None], *, lived: bool
) -> int:
    async with open_storage(settings) as database:
        async with database.read() as tx:
            ring = keyring(tx)
        return await build(database, Press(writer.city, ring, writer, lived), stories, done)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("tickets"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("tickets", total=total)
        yield lambda number: progress.advance(task, number)
