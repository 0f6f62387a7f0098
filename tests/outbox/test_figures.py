"""What waits for the front door is counted beside what waits for everybody else, where the desk is ours."""

from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from app.operations.health import Health, outboxes
from app.operations.stuck_alert import STUCK_AFTER, StuckAlert
from intake.city import CityProfile, load
from intake.phrases import worded
from storage.cache.cache import MemoryCache
from storage.db.database import Database
from tests.outbox.conftest import Box


@pytest.fixture(scope="module")
def city() -> CityProfile:
    return worded(load("jiayuguan"))


def figure(name: str, box: Box) -> float | None:
    return REGISTRY.get_sample_value(f"jiesu_outbox_{name}", {"destination": box.destination})


async def test_depth_and_age(box: Box, database: Database, now: datetime) -> None:
    await box.queue(database, now - timedelta(minutes=5), "a", "b")
    health = Health(database, MemoryCache(), None, boxes=outboxes(own_desk=True))
    await health.measure(now)
    assert (figure("depth", box), figure("age_seconds", box)) == (2, 300)


async def test_what_is_stuck_until_it_is_not(
    box: Box, database: Database, city: CityProfile, now: datetime
) -> None:
    (entry_id,) = await box.queue(database, now, "a")
    late = now + STUCK_AFTER + timedelta(seconds=1)
    watch = StuckAlert(database, city, lambda: late, own_desk=True)
    await watch.once()
    assert figure("stuck", box) == 1
    async with database.write() as tx:
        await box.outbox.bury(tx, entry_id, "by hand", late)
    await watch.once()
    assert figure("stuck", box) == 0
