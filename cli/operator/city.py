"""`jiesu city check FILE`: every mistake of a city profile, with file, key and reason."""

import typer

from app.base.clock import utc_now
from app.checks.installation import no_table
from intake.city import load, problems
from intake.city.workdays import unannounced

app = typer.Typer(help="City profiles.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """City profiles."""


@app.command()
def check(file: str) -> None:
    """Check a profile: a file in cities/ by its name, or a path."""
    found = problems(file)
    for mistake in found:
        typer.echo(mistake, err=True)
    if found:
        raise typer.Exit(1)
    for year in unannounced(utc_now().date(), load(file)):
        typer.echo(f"{file}: note: {no_table(year)}", err=True)
    typer.echo(f"{file}: ok")
