"""`jiesu replay` (placeholder until it lands)."""

import typer


def add_to(app: typer.Typer) -> None:
    del app
