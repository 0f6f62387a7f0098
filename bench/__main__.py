"""`make bench`: what one durable turn costs beside one bare commit, both measured in the same run.

Ratios, since machines differ and are noisy; server CPU, since wall time counts the neighbours too.
"""

import asyncio
import logging
import secrets
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import text

from app.logs import set_up
from app.service import Service
from intake.city import load
from intake.messages import Address, ChannelName, Inbound
from intake.phrases import worded
from storage.cache import MemoryCache
from storage.crypto import KeyRing
from storage.database import Database, upgrade

ROUNDS = 7
TURNS = 60
SAID = "我家暖气不热三天了，在新华路15号院"


def main() -> None:
    set_up(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> None:
    url = f"sqlite:///{folder / 'bench.db'}"
    await upgrade(url)
    database = Database.open(url, KeyRing([secrets.token_hex()]))
    service = Service(database, MemoryCache(), worded(load("jiayuguan")), lambda: datetime.now(UTC))
    commits, turns = [], []
    try:
        for number in range(ROUNDS):
            commits.append(await _cost(_commit(database)))
            turns.append(await _cost(_turn(service, number)))
    finally:
        await database.close()
    commit, turn = median(commits), median(turns)
    print(f"one bare commit   {commit * 1000:6.2f} ms CPU")
    print(f"one durable turn  {turn * 1000:6.2f} ms CPU   = {turn / commit:.1f} bare commits")


async def _cost(steps: AsyncIterator[None]) -> float:
    """CPU seconds per step."""
    started = time.process_time()
    async for _ in steps:
        pass
    return (time.process_time() - started) / TURNS


async def _commit(database: Database) -> AsyncIterator[None]:
    for _ in range(TURNS):
        async with database.write() as tx:
            await tx.execute(text("UPDATE conversations SET updated_at = updated_at WHERE id = 1"))
        yield


async def _turn(service: Service, number: int) -> AsyncIterator[None]:
    for turn in range(TURNS):
        address = Address(ChannelName.WECHAT, f"bench-{number}-{turn}")
        await service.receive(Inbound(f"{number}:{turn}", address, datetime.now(UTC), SAID))
        yield


if __name__ == "__main__":
    main()
