"""`jiesu aside`: what was put aside for a person to look at, and letting it go again once that is done."""

import asyncio
import json as jsonlib
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from app.base.logs import set_up
from app.base.settings import BadSettings, check, read_settings
from app.bootstrap.bootstrap import open_house
from app.operations.aside import AsideKind, AsideList, SetAside, TriedAgain

T = TypeVar("T")
Kind = Annotated[AsideKind | None, typer.Option(help="Only what lies there.")]
app = typer.Typer(help="What was put aside, and why.", no_args_is_help=True)


@app.command(name="list")
def list_aside(
    kind: Kind = None,
    limit: Annotated[int, typer.Option(help="At most so many of each kind.", min=1, max=100_000)] = 50,
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Show it, oldest first, and how much there is; what it says stays sealed."""
    found = _with(lambda aside: aside.listed(_kinds(kind), limit))
    if json:
        typer.echo(jsonlib.dumps([_row(one) for one in found]))
        return
    table = Table("id", "of", "since (UTC)", "retry", "reason")
    for one in found:
        table.add_row(*(str(value) for value in _row(one).values()))
    Console().print(table)
    counts = Counter(one.kind.value for one in found)
    typer.echo(", ".join(f"{kind} {count}" for kind, count in counts.items()) or "Nothing was put aside.")


@app.command()
def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="As `jiesu aside list` shows them.")] = None,
    kind: Kind = None,
    all_of_it: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
) -> None:
    """Let it go again, by id, by kind or all; `serve` may run. What may have arrived goes by its id alone."""
    if sum((bool(ids), kind is not None, all_of_it)) != 1:
        raise BadSettings("Say what: ids, --kind or --all.")
    tried = _with(lambda aside: aside.again(ids or None, _kinds(kind)))
    typer.echo(f"{tried.gone} go again, {tried.stay} stay.")
    if _in_vain(tried, ids):
        raise typer.Exit(1)


def _in_vain(tried: TriedAgain, ids: list[str] | None) -> bool:
    return tried.stay > 0 or tried.gone < len(ids or ())


def _kinds(kind: AsideKind | None) -> tuple[AsideKind, ...]:
    return tuple(AsideKind) if kind is None else (kind,)


def _row(one: SetAside) -> dict[str, object]:
    return {
        "id": one.id,
        "of": one.of,
        "since": f"{one.since:%Y-%m-%d %H:%M:%S}",
        "retry": "yes" if one.again else "no",
        "reason": one.reason,
    }


def _with(do: Callable[[AsideList], Awaitable[T]]) -> T:
    async def run() -> T:
        set_up(sys.stderr)  # what a turn tells is no part of the answer
        settings = read_settings()
        check(settings, serving=False)
        async with open_house(settings, settings.public_url or "") as runtime:
            return await do(runtime.aside)

    return asyncio.run(run())
