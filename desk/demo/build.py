"""Stories into a database, some thousand to a transaction."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from desk.demo import bulk
from desk.demo.rows import Press
from desk.demo.story import Story
from desk.statistics import state_counts
from storage.db.database import Database

BATCH = 2_000


async def build(
    database: Database, press: Press, stories: Iterable[Story], done: Callable[[int], None]
) -> int:
    """Store them all; `done` hears after each transaction how many it was. Returns how many in all."""
    total = 0
    for batch in _batches(stories):
        async with database.write() as tx:
            ids = await bulk.free_ids(tx, len(batch))
            await bulk.write(tx, press.rows(dict(zip(ids, batch, strict=True))))
        total += len(batch)
        done(len(batch))
    async with database.write() as tx:
        await state_counts.fold(tx)
        await bulk.settled(tx)
    return total


def _batches(stories: Iterable[Story]) -> Iterator[list[Story]]:
    source = iter(stories)
    while batch := list(islice(source, BATCH)):
        yield batch
