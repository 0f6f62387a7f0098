"""Whoever has the dump and no key: which rows they can join, derived from the rows and held against SECURITY.md."""

import re
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import MetaData, create_engine, select

from bench.redteam.world import World, opened, serving

REPORT = "我要举报幸福小区物业私拆承重墙，五一路幸福小区3号楼2单元，我叫王芳，电话13912345678"
ORDINARY = "我家暖气不热三天了，整栋楼都这样，五一路幸福小区3号楼2单元，我叫王芳，电话13912345678"
SECURITY = Path(__file__).parents[2] / "SECURITY.md"
TELLING = 8
"""Signs of the shortest value that two rows do not share by chance."""

pytestmark = pytest.mark.timeout(600)  # a whole house, and a loaded machine
Places = dict[str, list[str]]
"""Each telling value, and the columns that it stands in, once for each row."""


@pytest.fixture
def line() -> Iterator[socket.socket]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


async def story(world: World) -> None:
    """One citizen with a report and two complaints, and a neighbour with one of the same phone."""
    for user, words in (("oVictim00", ORDINARY), ("oVictim00", REPORT), ("oNeighbour00", ORDINARY)):
        await world.files_a_ticket(user, words)
    desk = world.runtime.desk
    assert desk is not None
    await world.runtime.worker.drain()
    while await desk.messenger.send_due():
        pass
    await world.runtime.worker.drain()


def read(url: str) -> Places:
    """All tables as they lie there."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    tables = MetaData()
    places: Places = defaultdict(list)
    with engine.connect() as link:
        tables.reflect(link)
        for table in tables.sorted_tables:
            for row in link.execute(select(table)):
                for column, value in row._mapping.items():
                    for plain in telling(value):
                        places[plain].append(f"{table.name}.{column}")
    engine.dispose()
    return places


def telling(value: object) -> Iterable[str]:
    """A value if it is one of few: words of ours have no digit, times and small numbers join nobody."""
    if isinstance(value, bytes | memoryview):
        yield bytes(value).hex()
    if isinstance(value, UUID):
        yield value.hex
    if isinstance(value, str) and len(value) >= TELLING and re.search(r"\d", value):
        plain = re.sub(r"[-\s]", "", value)
        if not re.match(r"\d{4}-\d\d-\d\d", value):
            yield plain


def joined(places: Places) -> set[tuple[str, str]]:
    """Columns that share a value, in different tables or rows."""
    pairs: set[tuple[str, str]] = set()
    for columns in places.values():
        some = sorted(columns)
        pairs |= {(a, b) for at, a in enumerate(some) for b in some[at + 1 :]}
    return pairs


def stated() -> set[tuple[str, str]]:
    """The lines of SECURITY.md that say which columns join."""
    lines = re.findall(r"^- `([\w.]+)` = `([\w.]+)`$", SECURITY.read_text("utf-8"), re.MULTILINE)
    return {(min(pair), max(pair)) for pair in lines}


async def test_rows_join_by_what_is_stated_and_by_nothing_else(
    database_url: str, tmp_path: Path, line: socket.socket
) -> None:
    inside = f"http://127.0.0.1:{line.getsockname()[1]}"
    async with opened(tmp_path, database_url=database_url, inside=inside) as world, serving(world.app, line):
        await story(world)
    found = joined(read(database_url))
    assert ("desk_tickets.reference", "tickets.reference") in found, "we look at the right rows"
    assert sorted(found - stated()) == []
    assert sorted(stated() - found) == []


async def test_no_two_rows_share_a_digest_or_a_sealed_value(
    database_url: str, tmp_path: Path, line: socket.socket
) -> None:
    """What is sealed is never sealed alike twice; of digests, only an anchor's repeats what it covers."""
    inside = f"http://127.0.0.1:{line.getsockname()[1]}"
    async with opened(tmp_path, database_url=database_url, inside=inside) as world, serving(world.app, line):
        await story(world)
    sealed = [pair for pair in joined(read(database_url)) if any("sealed" in name for name in pair)]
    phones = [pair for pair in joined(read(database_url)) if any("phone" in name for name in pair)]
    assert sealed == phones == []
