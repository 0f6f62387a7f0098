"""The tables of `docs/privacy.md`, made from `app.privacy.holdings`: `python -m bench.privacy_page`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.privacy.holdings import DESK, FILES, FRONT_DOOR, REDIS, Holding, Lying

PAGE = Path(__file__).parents[1] / "docs" / "privacy.md"
BEGINS, ENDS = "<!-- made by bench.privacy_page -->", "<!-- end -->"


def made() -> str:
    """The four tables, one after the other."""
    parts = (
        ("## Tables of the front door", _tables(FRONT_DOOR)),
        ("## Tables of the desk", _tables(DESK)),
        ("## Files under `var`", _lying(FILES)),
        ("## Redis", _lying(REDIS)),
    )
    return "\n\n".join("\n".join((title, "", *lines)) for title, lines in parts)


def _tables(holdings: Sequence[Holding]) -> Iterator[str]:
    yield "| table | whose | words, files, account | keyed digests | when its citizen is erased | ends |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for one in holdings:
        yield (
            f"| `{one.place}` | {one.owner} | {_names(one.tells)} | {_names(one.traces)} "
            f"| {one.erased} | {one.term} |"
        )


def _lying(places: Sequence[Lying]) -> Iterator[str]:
    yield "| name | holds | whose | when its citizen is erased | ends |"
    yield "| --- | --- | --- | --- | --- |"
    for one in places:
        name = one.pattern.replace("|", "\\|")
        yield f"| `{name}` | {one.holds} | {one.owner} | {one.erased} | {one.term} |"


def _names(columns: str) -> str:
    return ", ".join(f"`{name}`" for name in columns.split()) or "–"


def with_tables(page: str) -> str:
    """The page with the tables as they are now."""
    before, _, rest = page.partition(BEGINS)
    return f"{before}{BEGINS}\n\n{made()}\n\n{ENDS}{rest.partition(ENDS)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
