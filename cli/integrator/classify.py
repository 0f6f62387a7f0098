"""`jiesu classify train|eval|predict`: a category model from an operator's own closed tickets.

Only `train` needs scikit-learn (`make classify`); what it imports is imported when it is called.
"""

import json as jsonlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.base.settings import BadSettings, read_settings
from app.bootstrap.resources import open_city
from intake.model.ports import Opinion
from intake.understand.categories.model.files import BadModel, save
from intake.understand.categories.model.linear import LinearModel, open_model
from training.rows import BadRows, LabelledComplaint, learnable, read_rows

app = typer.Typer(help="A category model from your own closed tickets.", no_args_is_help=True)

Table = Annotated[Path, typer.Argument(help="CSV with the columns title, body and label.")]
ForProgram = Annotated[bool, typer.Option("--json", help="For a program.")]


@app.command()
def train(
    csv: Table,
    out: Annotated[Path, typer.Option(help="The folder the model goes to.")],
    seed: Annotated[int, typer.Option(min=0, help="Parts the complaints otherwise.")] = 0,
    json: ForProgram = False,
) -> None:
    """Learn from labelled complaints, report on complaints not learnt from, and save the model."""
    try:
        from training.report import tables  # noqa: PLC0415  # scikit-learn is not there for everyone
        from training.train import steps, train  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise BadSettings(f"Training needs {missing.name}: run `make classify` first.") from None
    rows = _rows(csv, learnable)
    with _bar("learning", steps(rows)) as step:
        trained = train(rows, step, seed)
    about = {"complaints": len(rows), **trained.measures.figures()}
    save(out, trained.labels, trained.sizes, trained.thresholds, about, trained.numbers)
    if json:
        typer.echo(jsonlib.dumps(trained.measures.figures()))
        return
    for table in tables(trained.measures):
        Console().print(table)
    bare = trained.untitled
    typer.echo(
        f"Without titles, as in a chat: macro_f1 {bare.macro_f1:.4f}, accuracy {bare.accuracy:.4f}, "
        f"{bare.accuracy_at_coverage:.4f} at {bare.coverage:.0%} coverage"
    )
    typer.echo(f"{out}: saved. Name it in the city's profile under [classifier].")


@app.command(name="eval")
def evaluate(
    csv: Table,
    model: Annotated[Path, typer.Option(help="The model's folder.")],
    json: ForProgram = False,
) -> None:
    """Try a model on complaints whose label is known."""
    from training.evaluate import evaluate as tried  # noqa: PLC0415  # with its report: slow to import
    from training.report import tables  # noqa: PLC0415

    rows, opened = _rows(csv), _model(model)
    with _bar("complaints", len(rows)) as step:
        found = tried(opened, rows, step)
    if json:
        typer.echo(jsonlib.dumps(found.figures()))
        return
    for table in tables(found):
        Console().print(table)


@app.command()
def predict(
    text: Annotated[str | None, typer.Argument(help="The complaint; standard input without.")] = None,
    model: Annotated[Path | None, typer.Option(help="The model's folder; the city's own without.")] = None,
    json: ForProgram = False,
) -> None:
    """What a model holds of one complaint."""
    opened = _model(model or _of_the_city())
    said = sys.stdin.read() if text is None else text
    if not said.strip():
        raise BadSettings("There is no complaint to read: give it as an argument or on standard input.")
    opinion = opened.of_text(said)
    if json:
        typer.echo(_as_json(opinion))
        return
    for label, chance in opinion.ranked[:3]:
        typer.echo(f"{chance:6.1%}  {label}")
    if not opinion.sure:
        typer.echo("abstains: not sure enough")


def _as_json(opinion: Opinion) -> str:
    ranked = [{"label": label, "confidence": round(chance, 4)} for label, chance in opinion.ranked]
    answer = ranked[0]["label"] if opinion.sure else None
    return jsonlib.dumps({"label": answer, "ranked": ranked}, ensure_ascii=False)


def _of_the_city() -> Path:
    named = open_city(read_settings().city).classifier.model
    if not named:
        raise BadSettings("The city's profile names no model under [classifier]: give --model DIR.")
    return Path(named)


def _rows(
    csv: Path,
    checked: Callable[[tuple[LabelledComplaint, ...]], tuple[LabelledComplaint, ...]] = lambda rows: rows,
) -> tuple[LabelledComplaint, ...]:
    try:
        return checked(read_rows(csv))
    except BadRows as mistake:
        raise BadSettings(str(mistake)) from None


def _model(folder: Path) -> LinearModel:
    try:
        return open_model(folder)
    except BadModel as mistake:
        raise BadSettings(str(mistake)) from None


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
