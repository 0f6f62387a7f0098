"""Which rows join for whoever has a dump and no key: derived from the rows, held against SECURITY.md."""

import re
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from app.base.clock import utc_now
from bench.redteam.world import World, opened, serving
from intake.model.messages import Address, ChannelName, Inbound
from tests.security.looked_through import values

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
    """One citizen with a complaint and a report, and a neighbour with a complaint and the same phone."""
    for user in ("oVictim00", "oNeighbour00"):
        await said(world, user, ORDINARY, "同意", "提交")
    await said(world, "oVictim00", REPORT, "对", "提交")
    assert await world.count("tickets") == 3
    desk = world.runtime.desk
    assert desk is not None
    await world.runtime.worker.drain()
    while await desk.messenger.send_due():
        pass
    await world.runtime.worker.drain()


async def said(world: World, user: str, *texts: str) -> None:
    for text in texts:
        inbound = Inbound(f"m-{next(world.ids)}", Address(ChannelName.WECHAT, user), utc_now(), text)
        await world.runtime.receiver.receive(inbound)


def read(url: str) -> Places:
    """All tables as they lie there; what the search index is made of has no rows of its own."""
    places: Places = defaultdict(list)
    for table, column, value in values(url):
        if not table.startswith("deskwords_"):
            for plain in telling(value):
                places[plain].append(f"{table}.{column}")
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
