"""`jiesu audit verify`: whether anybody has touched the desk's history."""

import asyncio
import json as jsonlib
from typing import Annotated, Any

import typer

from app.base.settings import read_settings
from app.bootstrap.resources import open_storage
from cli.progress import counted
from desk.history import audit
from desk.history.anchors import Anchor
from storage.db.database import Database

app = typer.Typer(help="The desk's history.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The desk's history."""


@app.command()
def verify(
    expect: Annotated[str | None, typer.Option(help="An anchor's seal noted earlier; it must stand.")] = None,
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Check every ticket's chain of events, and the keyed anchors over all of them."""
    found = asyncio.run(_verify(expect))
    typer.echo(jsonlib.dumps(found) if json else _sentence(found))
    if not found["ok"]:
        raise typer.Exit(1)


async def _verify(expect: str | None) -> dict[str, Any]:
    async with open_storage(read_settings()) as database:
        tickets, events = await audit.size(database)
        fault = await _chains(database, tickets)
        broken = None if fault else await audit.broken_anchor(database)
        line = None if fault else await audit.broken_line(database)
        newest = await audit.newest_anchor(database)
        missing = expect is not None and not await audit.has_anchor(database, expect)
    return {
        "ok": fault is None and broken is None and line is None and not missing,
        "tickets": tickets,
        "events": events,
        "hotline_ref": fault and fault.hotline_ref,
        "event": fault and fault.seq,
        "broken_anchor": _anchor(broken),
        "journal_line": line,
        "newest_anchor": _anchor(newest),
        "expected_anchor_missing": missing,
    }


async def _chains(database: Database, tickets: int) -> audit.ChainFault | None:
    with counted() as progress:
        bar = progress.add_task("tickets", total=tickets)
        async for checked in audit.chains(database):
            progress.update(bar, completed=checked.tickets)
            if checked.fault is not None:
                return checked.fault
    return None


def _anchor(anchor: Anchor | None) -> dict[str, Any] | None:
    if anchor is None:
        return None
    return {"number": anchor.id, "at": anchor.at.isoformat(), "events": anchor.number, "seal": anchor.mac}


def _sentence(found: dict[str, Any]) -> str:
    if found["hotline_ref"]:
        ticket, event = found["hotline_ref"], found["event"]
        return f"Ticket {ticket}: event {event} does not hold. Somebody changed the history."
    if found["broken_anchor"]:
        anchor = found["broken_anchor"]
        return (
            f"Anchor {anchor['number']} of {anchor['at']} does not hold. Somebody rewrote or removed events."
        )
    if found["journal_line"]:
        return f"Line {found['journal_line']} of the journal does not hold. Somebody changed it."
    if found["expected_anchor_missing"]:
        return "The expected anchor is gone. Somebody put older data in this database's place."
    newest = found["newest_anchor"]
    seal = f" Newest anchor {newest['number']} of {newest['at']}, seal {newest['seal']}." if newest else ""
    return f"{found['tickets']} tickets with {found['events']} events hold.{seal}"
