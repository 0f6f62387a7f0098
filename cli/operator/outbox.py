"""`jiesu outbox`: what waits, what was given up and why; let it go again, or bury it."""

import asyncio
import json as jsonlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from app.base.clock import utc_now
from app.base.settings import read_settings
from app.bootstrap.resources import open_storage
from storage.db.database import Tx
from storage.outbox import outbox

T = TypeVar("T")
State = Literal["due", "done", "kept", "buried", "unsure"]
EntryId = Annotated[int, typer.Argument(help="Its number in the list.", min=1, max=2**63 - 1)]
app = typer.Typer(help="Messages and tickets on their way out.", no_args_is_help=True)


@app.command(name="list")
def list_entries(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 50,
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Show entries, oldest first; their content stays sealed."""
    found = _with(lambda tx: outbox.entries(tx, state=state, limit=limit))
    if json:
        typer.echo(jsonlib.dumps([_row(entry) for entry in found], default=str))
        return
    table = Table("id", "destination", "kind", "state", "attempts", "queued", "due", "reason")
    for entry in found:
        table.add_row(*(str(value or "") for value in _row(entry).values()))
    Console().print(table)


@app.command()
def retry(entry: EntryId) -> None:
    """Let an entry go again at once."""
    if not _with(lambda tx: outbox.retry(tx, entry, utc_now())):
        typer.echo(f"There is no entry {entry} that could go again.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Entry {entry} is due.")


@app.command()
def bury(
    entry: EntryId, reason: Annotated[str, typer.Option(help="Why.")] = "buried by the operator"
) -> None:
    """Give an entry up; those behind it go on."""
    if not _with(lambda tx: outbox.bury(tx, entry, reason, utc_now())):
        typer.echo(f"There is no entry {entry} that waits.", err=True)
        raise typer.Exit(1)
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
        async with open_storage(read_settings()) as database, database.write() as tx:
            return await do(tx)

    return asyncio.run(run())
