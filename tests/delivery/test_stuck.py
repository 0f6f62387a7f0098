"""What does not get out for a quarter of an hour is told to staff, once an hour."""

from typing import Any

from prometheus_client import REGISTRY

from app.operations.stuck_alert import STUCK_AFTER, StuckAlert
from intake.model.ports import Unavailable
from storage.outbox import outbox


async def test_what_a_platform_does_not_take_rings_at_the_desk_once_an_hour(office: Any) -> None:
    watch = StuckAlert(office.database, office.city, lambda: office.now)
    office.channel.faults = [Unavailable("errcode 45009")] * 100
    await office.queue("一")
    await office.worker.round("wechat")
    await watch.once()
    assert office.backend.told == []

    office.later(seconds=STUCK_AFTER.total_seconds() + 1)
    for _ in range(3):  # every minute, in every process
        await watch.once()
    await office.worker.round("hotline")
    (alert,) = office.backend.told
    assert (alert["type"], alert["kind"], alert["channel"]) == ("alert", "stuck", "WX")
    assert "1条消息" in alert["text"]
    assert REGISTRY.get_sample_value("jiesu_outbox_stuck", {"destination": "wechat"}) == 1

    office.later(hours=1)
    await watch.once()
    await office.worker.round("hotline")
    assert len(office.backend.told) == 2


async def test_what_the_backend_does_not_take_stands_in_the_metrics_alone(office: Any) -> None:
    watch = StuckAlert(office.database, office.city, lambda: office.now)
    office.backend.faults = [Unavailable("away")]
    async with office.database.write() as tx:
        body = {"event_id": "1", "at": office.now.isoformat(), "kind": "fire", "text": "x", "phone": None}
        await outbox.queue(
            tx,
            destination="hotline",
            kind="alert",
            lane="a",
            body=body | {"channel": "WX", "conversation": None},
            now=office.now,
        )
    await office.worker.round("hotline")
    office.later(minutes=20)
    await watch.once()
    assert REGISTRY.get_sample_value("jiesu_outbox_stuck", {"destination": "hotline"}) == 1
    assert len(await office.states()) == 1


async def test_what_is_meant_for_tomorrow_is_not_stuck(office: Any) -> None:
    async with office.database.write() as tx:
        await outbox.queue(
            tx,
            destination="wechat",
            kind="reply",
            lane="a",
            body={},
            now=office.now,
            due_at=office.now.replace(day=office.now.day + 1),
        )
    office.later(hours=3)
    async with office.database.read() as tx:
        assert await outbox.stuck(tx, office.now - STUCK_AFTER) == []
