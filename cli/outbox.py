"""`jiesu outbox`: what waits, what was given up and why; let it go again, or bury it."""

import asyncio
import json as jsonlib
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from app.settings import Settings
from app.wiring import open_storage, utc_now
from storage import outbox
from storage.database import Tx

T = TypeVar("T")
app = typer.Typer(help="Messages and tickets on their way out.", no_args_is_help=True)


@app.command(name="list")
def list_entries(
    state: Annotated[str | None, typer.Option(help="due, done, kept, buried or unsure")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Show entries, newest first; their content stays sealed."""
    found = _with(lambda tx: outbox.entries(tx, state=state, limit=limit))
    if json:
        typer.echo(jsonlib.dumps([_row(entry) for entry in found], default=str))
        return
    table = Table("id", "destination", "kind", "state", "attempts", "queued", "due", "reason")
    for entry in found:
        table.add_row(*(str(value or "") for value in _row(entry).values()))
    Console().print(table)


@app.command()
def retry(entry: int) -> None:
    """Let an entry go again at once."""
    if not _with(lambda tx: outbox.retry(tx, entry, utc_now())):
        typer.echo(f"There is no entry {entry} that could go again.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Entry {entry} is due.")


@app.command()
def bury(entry: int, reason: Annotated[str, typer.Option(help="Why.")] = "buried by the operator") -> None:
    """Give an entry up; those behind it go on."""
    _with(lambda tx: outbox.bury(tx, entry, reason, utc_now()))
    typer.echo(f"Entry {entry} is buried.")


def _row(entry: outbox.Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "destination": entry.destination,
        "kind": entry.kind,
        "state": entry.state,
        "attempts": entry.attempts,
        "queued_at": entry.queued_at,
        "due_at": entry.due_at,
        "reason": entry.reason,
    }


def _with(do: Callable[[Tx], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_storage(Settings()) as database, database.write() as tx:
            return await do(tx)

    return asyncio.run(run())
