"""What both outboxes hold to: claimed once, in order, again after a death, settled by its holder alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.db.database import Database, Tx
from storage.db.keyring import KeyRing
from storage.outbox.backoff import FEWEST, GIVE_UP, MOST_UNENDED, REST, kills
from storage.outbox.engine import Claimed, Outbox, TakenOver
from tests.outbox.conftest import LEASE, Box

SECOND = timedelta(seconds=1)
End = Callable[[Outbox[Any], Tx, Claimed[Any], datetime], Awaitable[object]]

ENDS: dict[str, End] = {
    "done": lambda box, tx, held, now: box.done(tx, held, now),
    "buried": lambda box, tx, held, now: box.bury(tx, held, "refused", now),
    "later": lambda box, tx, held, now: box.later(tx, held, SECOND, "away", now),
    "noted": lambda box, tx, held, now: box.note(tx, held, "being sent"),
    "put back": lambda box, tx, held, now: box.put_back(tx, held, "asked to wait"),
}


@pytest.fixture(params=ENDS)
def end(request: pytest.FixtureRequest) -> End:
    return ENDS[request.param]


async def test_a_dead_workers_entry_falls_due_again_when_its_lease_ends(
    box: Box, database: Database, now: datetime
) -> None:
    await box.queue(database, now, "a")
    (first,) = await box.claim(database, now)
    assert await box.claim(database, now + LEASE - SECOND) == []
    (again,) = await box.claim(database, now + LEASE)
    assert (again.id, again.attempts) == (first.id, 2)


async def test_a_worker_that_lost_its_lease_has_no_say_any_more(
    box: Box, database: Database, now: datetime, end: End
) -> None:
    await box.queue(database, now, "a")
    (asleep,) = await box.claim(database, now)
    await box.claim(database, now + LEASE)
    before = await box.entries(database)
    with pytest.raises(TakenOver):
        async with database.write() as tx:
            await end(box.outbox, tx, asleep, now + LEASE)
    assert await box.entries(database) == before


async def test_nor_has_one_whose_entry_an_operator_let_go_again_and_another_took(
    box: Box, database: Database, now: datetime, end: End
) -> None:
    """The other's attempt has the same number: it is the lease that tells them apart."""
    (entry_id,) = await box.queue(database, now, "a")
    (asleep,) = await box.claim(database, now)
    async with database.write() as tx:
        assert await box.outbox.retry(tx, entry_id, now + SECOND)
    (other,) = await box.claim(database, now + SECOND)
    assert other.attempts == asleep.attempts
    before = await box.entries(database)
    with pytest.raises(TakenOver):
        async with database.write() as tx:
            await end(box.outbox, tx, asleep, now + SECOND)
    assert await box.entries(database) == before


async def test_what_a_lost_lease_undoes_is_the_whole_transaction(
    box: Box, database: Database, now: datetime
) -> None:
    await box.queue(database, now, "a", "b")
    asleep, held = await box.claim(database, now)
    async with database.write() as tx:
        await box.outbox.bury(tx, asleep.id, "by hand", now)

    async def settle_both() -> None:
        async with database.write() as tx:
            await box.outbox.done(tx, held, now)
            await box.outbox.done(tx, asleep, now)

    with pytest.raises(TakenOver):
        await settle_both()
    assert [entry.state for entry in await box.entries(database)] == ["buried", "due"]


async def test_three_workers_claim_disjoint_entries_and_keep_every_lanes_order(
    box: Box, database: Database, now: datetime
) -> None:
    ids = await box.queue(database, now, *(f"lane {number % 7}" for number in range(42)))
    delivered: list[Claimed[Any]] = []

    async def work() -> None:
        while len(delivered) < len(ids):
            for entry in await box.claim(database, now, limit=2):
                delivered.append(entry)
                async with database.write() as tx:
                    await box.outbox.done(tx, entry, now)
            await asyncio.sleep(0)

    await asyncio.gather(work(), work(), work())
    assert sorted(entry.id for entry in delivered) == ids
    for lane in {entry.lane for entry in delivered}:
        went = [entry.id for entry in delivered if entry.lane == lane]
        assert went == sorted(went)


async def test_two_workers_at_the_same_moment_never_share_a_head(
    box: Box, postgresql_url: str, keyring: KeyRing, now: datetime
) -> None:
    async with Database.open(postgresql_url, keyring, played_time=True) as database:
        await box.queue(database, now, "a", "b", "c", "d")
        async with database.write() as one, database.write() as two:
            first = await box.outbox.claim(one, now=now, lease=LEASE, limit=3)
            second = await box.outbox.claim(two, now=now, lease=LEASE, limit=3)
    assert [entry.lane for entry in first] == ["a", "b", "c"]
    assert [entry.lane for entry in second] == ["d"]


async def test_a_failing_head_holds_up_its_lane_and_no_other_until_it_is_given_up(
    box: Box, database: Database, now: datetime
) -> None:
    first, second, other = await box.queue(database, now, "a", "a", "b")
    head, elsewhere = await box.claim(database, now)
    assert (head.id, elsewhere.id) == (first, other)
    async with database.write() as tx:
        await box.outbox.later(tx, head, timedelta(hours=1), "away", now)
        await box.outbox.done(tx, elsewhere, now)
    assert await box.claim(database, now + timedelta(minutes=30)) == []
    async with database.write() as tx:
        await box.outbox.bury(tx, first, "given up by hand", now)
    assert [entry.id for entry in await box.claim(database, now + timedelta(minutes=30))] == [second]


async def test_what_was_claimed_and_not_begun_is_free_at_once_and_no_attempt_is_counted(
    box: Box, database: Database, now: datetime
) -> None:
    await box.queue(database, now, "a")
    claimed = await box.claim(database, now)
    async with database.write() as tx:
        await box.outbox.give_back(tx, claimed, now)
    (again,) = await box.claim(database, now + SECOND)
    assert again.attempts == 1
    async with database.write() as tx:  # whoever stops twice takes nothing from the next
        await box.outbox.give_back(tx, claimed, now + SECOND)
    assert await box.claim(database, now + SECOND) == []


async def test_a_body_our_keys_do_not_open_holds_up_its_lane_alone_and_waits_for_the_right_ones(
    box: Box, database: Database, database_url: str, now: datetime
) -> None:
    async with Database.open(database_url, KeyRing(["another"]), played_time=True) as stranger:
        first, second, other = [
            *await box.queue(database, now, "a"),
            *await box.queue(stranger, now, "a"),
            *await box.queue(stranger, now, "b"),
        ]
        assert [entry.id for entry in await box.claim(stranger, now)] == [other]
        waiting = (await box.entries(database, "due"))[0]
        assert (waiting.id, waiting.reason) == (first, "its body cannot be read with our keys")
        (held,) = await box.claim(database, now + LEASE)
        assert held.id == first
        async with database.write() as tx:
            await box.outbox.done(tx, held, now + LEASE)
        assert [entry.id for entry in await box.claim(stranger, now + 2 * LEASE)] == [second, other]


async def test_what_waited_for_its_key_is_not_taken_for_what_workers_die_of(
    box: Box, database: Database, database_url: str, now: datetime
) -> None:
    """A process without the new key looks at it once a minute; whoever has the key delivers it like any."""
    await box.queue(database, now, "a")
    async with Database.open(database_url, KeyRing(["another"]), played_time=True) as stranger:
        for looks in range(2 * MOST_UNENDED):
            assert await box.claim(stranger, now + looks * LEASE) == []
    (held,) = await box.claim(database, now + 2 * MOST_UNENDED * LEASE)
    assert kills(held.unended) is None


async def test_one_that_no_key_opens_is_given_up_after_three_days_and_its_lane_goes_on(
    box: Box, database: Database, database_url: str, now: datetime
) -> None:
    await box.queue(database, now, "a")
    async with Database.open(database_url, KeyRing(["another"]), played_time=True) as stranger:
        (behind,) = await box.queue(stranger, now, "a")
        for tries in range(FEWEST):
            assert await box.claim(stranger, now + GIVE_UP + tries * LEASE) == []
        assert [entry.id for entry in await box.claim(stranger, now + GIVE_UP + FEWEST * LEASE)] == [behind]
    (buried,) = await box.entries(database, "buried")
    assert "given up" in (buried.reason or "")


async def test_what_its_workers_die_of_is_known_and_rests_before_each_try(
    box: Box, database: Database, now: datetime
) -> None:
    await box.queue(database, now, "a")
    for died in range(MOST_UNENDED):
        (claimed,) = await box.claim(database, now + died * LEASE)
        assert kills(claimed.unended) is None
    at = now + MOST_UNENDED * LEASE
    (killer,) = await box.claim(database, at)
    assert "no worker lived" in (kills(killer.unended) or "")
    assert killer.until == at + REST
    assert await box.claim(database, at + REST - SECOND) == []


@pytest.mark.parametrize("end", ["later", "put back"])
async def test_a_failure_somebody_wrote_down_killed_nobody(
    box: Box, database: Database, now: datetime, end: str
) -> None:
    await box.queue(database, now, "a")
    for tries in range(3 * MOST_UNENDED):
        (claimed,) = await box.claim(database, now + tries * SECOND)
        assert (claimed.attempts, claimed.unended) == (tries + 1, 1)
        async with database.write() as tx:
            await ENDS[end](box.outbox, tx, claimed, now + tries * SECOND)


async def test_a_dead_letter_says_why_and_may_go_again_what_is_done_may_not(
    box: Box, database: Database, now: datetime
) -> None:
    buried, done = await box.queue(database, now, "a", "b")
    for entry in await box.claim(database, now):
        async with database.write() as tx:
            if entry.id == buried:
                await box.outbox.bury(tx, entry, "r" * 5000, now)
            else:
                await box.outbox.done(tx, entry, now)
    (letter,) = await box.entries(database, "buried")
    assert (letter.destination, letter.settled_at, letter.lane) == (box.destination, now, "a")
    assert set(letter.reason or "") == {"r"}
    async with database.write() as tx:
        retried = [await box.outbox.retry(tx, entry_id, now) for entry_id in (buried, done, 999)]
    assert retried == [True, False, False]
    assert [(entry.id, entry.attempts) for entry in await box.claim(database, now)] == [(buried, 1)]


async def test_an_operator_buries_what_a_worker_holds_and_the_workers_word_comes_too_late(
    box: Box, database: Database, now: datetime
) -> None:
    (entry_id,) = await box.queue(database, now, "a")
    (held,) = await box.claim(database, now)
    async with database.write() as tx:
        assert await box.outbox.bury(tx, entry_id, "by hand", now)
    with pytest.raises(TakenOver):
        async with database.write() as tx:
            await box.outbox.later(tx, held, SECOND, "away", now)
    assert [entry.state for entry in await box.entries(database)] == ["buried"]


async def test_depth_and_what_is_stuck_are_counted_by_destination(
    box: Box, database: Database, now: datetime
) -> None:
    await box.queue(database, now - timedelta(hours=1), "a")
    await box.queue(database, now, "b")
    (tried, _) = await box.claim(database, now)
    async with database.write() as tx:
        await box.outbox.later(tx, tried, timedelta(hours=2), "away", now)
        assert await box.outbox.depth(tx) == [(box.destination, 2, now - timedelta(hours=1))]
        (stuck,) = await box.outbox.stuck(tx, now - timedelta(minutes=15))
    assert (stuck.destination, stuck.count, stuck.oldest, stuck.reason) == (
        box.destination,
        1,
        now - timedelta(hours=1),
        "away",
    )
