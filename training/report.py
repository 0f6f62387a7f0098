"""What was measured, for a person: figures, a line per class, and who was taken for whom."""

from collections.abc import Iterator

from rich.table import Table

from training.measures import Measures


def tables(found: Measures) -> Iterator[Table]:
    """The tables of the report, in order."""
    yield _figures(found)
    yield _classes(found)
    yield _confusion(found)


def _figures(found: Measures) -> Table:
    table = Table("on complaints not learnt from", "", title="Figures", title_justify="left")
    for name, value in found.figures().items():
        table.add_row(name, f"{value:.4f}")
    return table


def _classes(found: Measures) -> Table:
    table = Table("class", "precision", "recall", "F1", "complaints", title="Classes", title_justify="left")
    for one in found.labels:
        table.add_row(
            one.label, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", str(one.support)
        )
    return table


def _confusion(found: Measures) -> Table:
    names = [one.label for one in found.labels]
    columns = [str(number) for number, _ in enumerate(names, 1)]
    table = Table("truly \\ taken for", *columns, title="Confusion", title_justify="left")
    for number, (name, row) in enumerate(zip(names, found.confusion, strict=True), 1):
        table.add_row(f"{number} {name}", *(str(count) if count else "·" for count in row))
    return table
