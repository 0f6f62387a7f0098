"""`jiesu audit`: whether anybody has touched the desk's history, and a line to keep that tells it later."""

import asyncio
import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer

from app.base.clock import utc_now
from app.base.settings import BadSettings, read_settings
from app.bootstrap.resources import open_storage
from cli.progress import counted
from desk.history import anchor_lines, audit
from desk.history.anchors import Anchor
from desk.history.audit import AuditReport
from storage.db.database import Database

app = typer.Typer(help="The desk's history.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The desk's history."""


@app.command()
def anchor() -> None:
    """Seal the history and the journal as they stand; prints one line, to be kept elsewhere."""
    line = asyncio.run(_anchor_now())
    if line is None:
        typer.echo("There is nothing to anchor yet: what is younger than ten minutes is left out.", err=True)
        raise typer.Exit(1)
    typer.echo(line)


@app.command()
def verify(
    expect: Annotated[
        str | None,
        typer.Option(help="A file of lines that `jiesu audit anchor` printed, or one seal; all must stand."),
    ] = None,
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Check every ticket's chain of events, the journal's, and the keyed anchors over all of them."""
    found = asyncio.run(_verify(_expected(expect)))
    typer.echo(jsonlib.dumps(found) if json else _sentence(found))
    if not found["ok"]:
        raise typer.Exit(1)


def _expected(given: str | None) -> tuple[str, ...]:
    """Raises BadSettings where there is nothing to compare with: that must not pass as held."""
    if given is None:
        return ()
    try:
        return anchor_lines.seals(given if anchor_lines.is_seal(given) else Path(given).read_text("utf-8"))
    except (OSError, ValueError):
        raise BadSettings(f"{given} is no file of lines that `jiesu audit anchor` printed.") from None


async def _anchor_now() -> str | None:
    async with open_storage(read_settings()) as database:
        return await anchor_lines.made_now(database, utc_now())


async def _verify(expected: tuple[str, ...]) -> dict[str, Any]:
    async with open_storage(read_settings()) as database:
        tickets, events = await audit.size(database)
        report = await _report(database, tickets, expected)
        newest = await audit.newest_anchor(database)
    return {
        "ok": report.holds,
        "tickets": tickets,
        "events": events,
        "hotline_ref": report.fault and report.fault.hotline_ref,
        "event": report.fault and report.fault.seq,
        "broken_anchor": _anchor(report.broken_anchor),
        "journal_line": report.broken_line,
        "newest_anchor": _anchor(newest),
        "expected_anchor_missing": bool(report.missing),
        "unkeyed": report.unkeyed,
        "unkeyed_late": len(report.late_events) + len(report.late_lines),
        "unkeyed_forged": report.forged_late,
        "first_unkeyed_late": _first_late(report),
    }


async def _report(database: Database, tickets: int, expected: tuple[str, ...]) -> AuditReport:
    with counted() as progress:
        bar = progress.add_task("tickets", total=tickets)
        return await audit.verify(database, expected, lambda done: progress.update(bar, completed=done))


def _first_late(report: AuditReport) -> str | None:
    if report.late_events:
        return f"event {report.late_events[0].seq} of ticket {report.late_events[0].hotline_ref}"
    return f"line {report.late_lines[0]} of the journal" if report.late_lines else None


def _anchor(anchor: Anchor | None) -> dict[str, Any] | None:
    if anchor is None:
        return None
    covered = {"events": anchor.number, "lines": anchor.lines}
    return {"number": anchor.id, "at": anchor.at.isoformat(), "seal": anchor.mac} | covered


def _sentence(found: dict[str, Any]) -> str:
    if found["hotline_ref"]:
        ticket, event = found["hotline_ref"], found["event"]
        return f"Ticket {ticket}: event {event} does not hold. Somebody changed the history, or the ticket."
    if found["broken_anchor"]:
        anchor = found["broken_anchor"]
        return (
            f"Anchor {anchor['number']} of {anchor['at']} does not hold. Somebody rewrote or removed history."
        )
    if found["journal_line"]:
        return f"Line {found['journal_line']} of the journal does not hold. Somebody changed or removed it."
    if found["unkeyed_forged"]:
        return f"The {found['first_unkeyed_late']} has no key. Somebody wrote it who has none."
    if found["expected_anchor_missing"]:
        return "An expected anchor is gone. Somebody put older data in this database's place."
    return f"{found['tickets']} tickets with {found['events']} events hold.{_late(found)}{_newest(found)}"


def _late(found: dict[str, Any]) -> str:
    if not found["unkeyed_late"]:
        return ""
    return (
        f" {found['unkeyed_late']} steps without a key stand behind keyed ones, first the"
        f" {found['first_unkeyed_late']}: look whether a process of the release before still runs."
    )


def _newest(found: dict[str, Any]) -> str:
    newest = found["newest_anchor"]
    return f" Newest anchor {newest['number']} of {newest['at']}, seal {newest['seal']}." if newest else ""
