"""Whatever the product stores has an owner and an end: a place that is not registered fails here."""

import re

import pytest
from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import create_async_engine

import desk.db.derived_tables
from app.privacy.holdings import DESK, FRONT_DOOR, Erased, Owner, Term
from bench.privacy_page import PAGE, with_tables
from desk.db import migrate as desk_tables
from desk.db.tables import metadata as desk_metadata
from intake.city import load
from storage.db.engines import async_url
from storage.db.migrate import upgrade
from storage.db.tables import metadata

ALL = {one.place: one for one in (*FRONT_DOOR, *DESK)}
SQLITES_OWN = re.compile(r"sqlite_.*|deskwords_.*")
"""Its counters, and the shadows of the search index."""


async def stored(url: str) -> dict[str, set[str]]:
    """The tables of a database and their columns, as its own catalogue has them."""
    engine = create_async_engine(async_url(url))
    async with engine.connect() as link:
        found = await link.run_sync(
            lambda one: {
                table: {column["name"] for column in inspect(one).get_columns(table)}
                for table in inspect(one).get_table_names()
            }
        )
    await engine.dispose()
    return {table: columns for table, columns in found.items() if not SQLITES_OWN.fullmatch(table)}


async def test_every_table_and_column_of_a_migrated_database_is_registered(empty_database_url: str) -> None:
    await upgrade(empty_database_url)
    await desk_tables.upgrade(empty_database_url)
    found = await stored(empty_database_url)
    unknown = {
        table: sorted(columns - set(ALL[table].columns if table in ALL else ()))
        for table, columns in found.items()
    }
    assert {table: columns for table, columns in unknown.items() if columns or table not in ALL} == {}


def test_nothing_is_registered_that_is_not_there() -> None:
    assert desk.db.derived_tables.facts.name in ALL
    tables = {**metadata.tables, **desk_metadata.tables}
    gone = {place: set(ALL[place].columns) - set(table.c.keys()) for place, table in tables.items()}
    assert {place: columns for place, columns in gone.items() if columns} == {}


@pytest.mark.parametrize("place", [*metadata.tables, *desk_metadata.tables])
def test_what_is_sealed_tells_something_and_what_tells_something_is_erased(place: str) -> None:
    holding = ALL[place]
    tells = holding.tells.split()
    sealed = {name for name in holding.columns if name.endswith("_sealed")} - {"key_sealed", "factor_sealed"}
    assert sealed <= set(tells), "a sealed column holds somebody's words"
    if tells:
        assert holding.owner in (Owner.CITIZEN, Owner.MATTER)
        assert holding.erased not in (Erased.STAYS, Erased.ENDS)
        assert holding.term is not Term.FOR_GOOD


def test_terms_of_the_profile_are_terms_the_profile_has() -> None:
    city = load("jiayuguan")
    for term in Term:
        named = re.findall(r"\b(retention|drafts)\.(\w+)", term)
        assert all(getattr(getattr(city, table), key) > 0 for table, key in named)


def test_the_page_says_what_is_registered() -> None:
    assert PAGE.read_text("utf-8") == with_tables(PAGE.read_text("utf-8")), "python -m bench.privacy_page"
