"""Hosts whose clocks differ share a PostgreSQL: nothing goes twice, and nothing lies about meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from app.operations.stuck_alert import StuckAlert
from storage.outbox import outbox, passive_fallback
from storage.outbox.circuit_breaker import CircuitBreaker
from storage.outbox.engine import Claimed, TakenOver
from storage.outbox.loop import LEASE, Work
from tests.outbox.conftest import Box, Host

Pair = tuple[Host, Host]


@pytest.fixture(params=["behind", "ahead"])
def pair(request: pytest.FixtureRequest, hosts: Pair) -> Pair:
    """The first is the one behind, or the one ahead; the second is the other."""
    behind, ahead = hosts
    return (behind, ahead) if request.param == "behind" else (ahead, behind)


def work(box: Box, host: Host, deliver: Any) -> Work[Any]:
    async def settle(entry: Claimed[Any], fault: Exception | None) -> str:
        assert fault is None
        async with host.database.write() as tx:
            await box.outbox.done(tx, entry, host.clock())
        return "delivered"

    circuits = {box.destination: CircuitBreaker(box.destination, lambda: 0.0)}
    return Work(box.outbox, host.database, circuits, host.clock, deliver, settle)


async def test_what_one_host_has_in_hand_no_other_sends(box: Box, pair: Pair) -> None:
    slow, other = pair
    await box.queue(slow.database, slow.clock(), "a", "a", "b")
    begun, gate, sent = asyncio.Event(), asyncio.Event(), []

    async def slowly(entry: Claimed[Any]) -> None:
        begun.set()
        await gate.wait()
        sent.append(entry.id)

    async def at_once(entry: Claimed[Any]) -> None:
        sent.append(entry.id)

    first = asyncio.create_task(work(box, slow, slowly).round())
    await begun.wait()
    assert not await work(box, other, at_once).round()
    gate.set()
    assert await first
    while await work(box, other, at_once).round():
        pass
    assert sorted(sent) == [entry.id for entry in await box.entries(slow.database, "done")]
    assert len(sent) == len(set(sent)) == 3


async def test_what_one_host_queues_is_due_for_every_other_at_once(box: Box, pair: Pair) -> None:
    one, other = pair
    ids = await box.queue(one.database, one.clock(), "a")
    assert [entry.id for entry in await box.claim(other.database, other.clock())] == ids


async def test_a_pause_lasts_as_long_for_every_host(box: Box, pair: Pair) -> None:
    one, other = pair
    await box.queue(one.database, one.clock(), "soon", "late")
    for entry, rest in zip(await box.claim(one.database, one.clock()), (0, 60), strict=True):
        async with one.database.write() as tx:
            await box.outbox.later(tx, entry, timedelta(seconds=rest), "away", one.clock())
    assert [entry.lane for entry in await box.claim(other.database, other.clock())] == ["soon"]


async def test_what_one_host_buried_goes_again_from_every_other(box: Box, pair: Pair) -> None:
    one, other = pair
    (entry_id,) = await box.queue(one.database, one.clock(), "a")
    async with one.database.write() as tx:
        assert await box.outbox.bury(tx, entry_id, "by hand", one.clock())
        assert await box.outbox.retry(tx, entry_id, one.clock())
    assert [entry.id for entry in await box.claim(other.database, other.clock())] == [entry_id]


async def test_a_claim_is_told_in_the_claimers_own_time(box: Box, pair: Pair) -> None:
    """Who compares it with its own clock must not be misled: is it still mine, is it three days old?"""
    one, other = pair
    await box.queue(one.database, one.clock(), "a")
    now = other.clock()
    (entry,) = await box.claim(other.database, now)
    assert entry.until == now + LEASE
    assert abs(entry.queued_at - now) < timedelta(seconds=60)


async def test_a_dead_hosts_entry_is_taken_over_and_the_dead_ones_word_refused(box: Box, pair: Pair) -> None:
    dead, other = pair
    await box.queue(dead.database, dead.clock(), "a")
    async with dead.database.write() as tx:
        (asleep,) = await box.outbox.claim(tx, now=dead.clock(), lease=timedelta(), limit=1)
    (held,) = await box.claim(other.database, other.clock())
    assert (held.id, held.attempts) == (asleep.id, 2)
    with pytest.raises(TakenOver):
        async with dead.database.write() as tx:
            await box.outbox.done(tx, asleep, dead.clock())


async def test_a_reply_held_back_for_its_ride_is_held_back_from_every_host(pair: Pair) -> None:
    """Else it comes twice: in the platform's own answer, and by the host whose clock is ahead."""
    one, other = pair
    due_at = one.clock() + timedelta(seconds=30)
    async with one.database.write() as tx:
        await outbox.queue(
            tx,
            destination="wechat",
            kind="reply",
            lane="citizen:1",
            body={},
            now=one.clock(),
            due_at=due_at,
            once="k",
        )
    claim = {"now": other.clock(), "lease": LEASE, "limit": 9}
    async with other.database.write() as tx:
        assert await outbox.claim(tx, **claim) == []
    async with one.database.write() as tx:
        assert await passive_fallback.release(tx, ["k"], one.clock()) == 1
    async with other.database.write() as tx:
        assert len(await outbox.claim(tx, **claim)) == 1


async def test_how_far_a_clock_is_off_is_said(pair: Pair) -> None:
    looking, _ = pair
    await StuckAlert(looking.database, None, looking.clock).once()  # type: ignore[arg-type]
    ahead = REGISTRY.get_sample_value("jiesu_clock_ahead_seconds")
    assert ahead is not None
    assert abs(ahead - looking.ahead.total_seconds()) < 60
