"""`jiesu replay`: recorded complaints through a channel's own protocol, and an account of every one.

The whole house runs in a temporary folder against the stand-ins; no configured channel, backend or
database is ever touched.
"""

import asyncio
import json as jsonlib
import logging
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
import uvicorn
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress

from app.base.clock import utc_now
from app.base.logs import set_up
from app.base.settings import BadSettings, Enclosed, read_settings
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from cli.servers.serve import HOST, listen
from desk.app import Desk
from intake.model.messages import ChannelName
from playground.playground import Cast, cast
from playground.replay.accounting import account
from playground.replay.books import delivered, read_books
from playground.replay.citizen import ReplayStory
from playground.replay.report import Report, lines, report
from playground.replay.rows import BadFile, RecordedComplaint, read_rows
from playground.replay.run import PATIENCE
from playground.replay.run import replay as play
from webhooks.server import create_app

TIME_SCALE = 0.001
"""The stand-ins' pauses between two tries, shortened."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(replay)


def replay(
    file: Annotated[Path, typer.Argument(help="CSV with the columns title and body, and user if known.")],
    channel: Annotated[ChannelName, typer.Option(help="Whose protocol to speak.")] = ChannelName.WECHAT,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Tell recorded complaints to the bot, in a temporary database, and account for every one."""
    try:
        rows = read_rows(file, limit)
    except BadFile as mistake:
        raise BadSettings(str(mistake)) from None
    set_up(level=logging.ERROR)  # thousands of turns would bury the report
    with _bar(len(rows)) as told:
        found = asyncio.run(replay_rows(rows, channel, told))
    typer.echo(jsonlib.dumps(found.as_json(), ensure_ascii=False) if json else "\n".join(lines(found)))
    if not found.clean:
        raise typer.Exit(1)


async def replay_rows(
    rows: Sequence[RecordedComplaint],
    channel: ChannelName,
    told: Callable[[ReplayStory], None],
    *,
    patience: float = PATIENCE,
) -> Report:
    """Everything from opening the house to its account. `patience`: seconds, as in `run.replay`."""
    started = monotonic()
    with tempfile.TemporaryDirectory(prefix="jiesu-replay-") as folder:
        async with _house(Path(folder)) as (runtime, desk, players):
            stories = await play(rows, players.shop(channel), runtime.city, told, patience=patience)
            seconds = monotonic() - started
            await delivered(runtime.database, patience)
            books = await read_books(desk)
    return report(account(stories, books), stories, runtime.city, seconds)


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[tuple[Runtime, Desk, Cast]]:
    """The whole product, served on a free port: nothing of it comes from the surroundings but the city."""
    settings = Enclosed(
        database_url=f"sqlite:///{folder / 'replay.db'}",
        city=read_settings().city,
        secret_key=SecretStr(secrets.token_urlsafe(32)),
    )
    line = listen(HOST, 0)
    base_url = f"http://{HOST}:{line.getsockname()[1]}"
    async with open_house(settings, base_url, folder) as runtime:
        assert runtime.desk is not None, "enclosed settings embed the desk"  # noqa: S101
        players = cast(runtime.settings, base_url, utc_now, TIME_SCALE)
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(runtime, players=players),
                log_config=None,
                log_level="critical",
                server_header=False,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[line]))
        try:
            while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield runtime, runtime.desk, players
        finally:
            server.should_exit = True
            await serving


@contextmanager
def _bar(total: int) -> Iterator[Callable[[ReplayStory], None]]:
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("conversations", total=total)
        yield lambda _: progress.advance(task)
