"""`python -m bench.footprint`: what a conversation leaves on the disk and costs, for `docs/sizing.md`.

Everything in one process: webhook, dialog, ticket, delivery, the embedded desk; and the stand-ins, which a
city does not run. CPU is therefore an upper bound.
"""

import argparse
import asyncio
import logging
import resource
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from app.base.logs import set_up
from cli.integrator.replay import _house
from intake.model.messages import ChannelName
from playground.replay.books import delivered
from playground.replay.citizen import Ending
from playground.replay.rows import RecordedComplaint
from playground.replay.run import replay

TOLD = (
    "我家住新华路{number}号院，楼下烧烤店油烟太大，天天晚上都这样，"
    "希望有人来管一管，我的电话是1390000{number:04d}。"
)
PATIENCE = 120.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.footprint", description=__doc__)
    parser.add_argument("--conversations", type=int, default=100)
    set_up(level=logging.ERROR)
    asyncio.run(_measure(parser.parse_args().conversations))


async def _measure(conversations: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with _house(Path(folder)) as (runtime, _, players):
            shop = players.shop(ChannelName.WECHAT)
            warm = [RecordedComplaint(0, "", TOLD.format(number=0))]
            await replay(warm, shop, runtime.city, lambda _: None, patience=PATIENCE)
            await delivered(runtime.database, PATIENCE)
            before, started = _size(Path(folder)), time.process_time()
            rows = [
                RecordedComplaint(number, "", TOLD.format(number=number))
                for number in range(1, conversations + 1)
            ]
            stories = await replay(rows, shop, runtime.city, lambda _: None, patience=PATIENCE)
            await delivered(runtime.database, PATIENCE)
            cpu, grown = time.process_time() - started, _size(Path(folder)) - before
    filed = sum(story.ending is Ending.TICKET for story in stories)
    turns = sum(len(story.turns) for story in stories)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{conversations} conversations, {filed} tickets, {turns / conversations:.1f} turns each")
    print(f"disk    {grown / max(filed, 1) / 1024:.1f} KiB per ticket, front door and desk together")
    print(
        f"CPU     {cpu / conversations * 1000:.0f} ms per conversation, {cpu / turns * 1000:.1f} ms per turn"
    )
    print(f"memory  {memory:.0f} MiB at most, one process with everything")


def _size(folder: Path) -> int:
    """The file alone, with what still stands in its log put into it."""
    with closing(sqlite3.connect(folder / "replay.db", timeout=30)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (folder / "replay.db").stat().st_size


if __name__ == "__main__":
    main()
