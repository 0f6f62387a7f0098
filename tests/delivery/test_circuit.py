"""A dead destination is left alone, and found alive again by one."""

import asyncio
from typing import Any

import pytest

from intake.model.ports import NeedsOperator, Paused, Postponed, Rejected, Trouble, Unavailable, Unsure
from storage.outbox import outbox
from storage.outbox.circuit_breaker import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, CircuitBreaker
from storage.outbox.engine import LookAgain


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> CircuitBreaker:
    circuit = CircuitBreaker("hotline", clock)
    for _ in range(FAILURES):
        circuit.ended(Unavailable("away"))
    return circuit


def test_a_few_failures_in_between_change_nothing() -> None:
    circuit = CircuitBreaker("hotline", Clock())
    for fault in [Unavailable("away"), None, Unsure("no answer"), Rejected("no")] * FAILURES:
        circuit.ended(fault)
    assert circuit.places(16) == 16


@pytest.mark.parametrize("fault", [LookAgain("files", 3), Paused("too fast", 9)])
def test_what_says_nothing_about_the_destination_does_not_count(fault: Exception) -> None:
    circuit = CircuitBreaker("hotline", Clock())
    for _ in range(3 * FAILURES):
        circuit.ended(fault)
    assert not circuit.open


def test_after_five_in_a_row_nothing_is_tried_then_one_then_all() -> None:
    clock = Clock()
    circuit = broken(clock)
    assert (circuit.places(16), circuit.rest()) == (0, FIRST_PAUSE)
    clock.now += FIRST_PAUSE
    assert circuit.places(16) == 1
    circuit.begun(1)
    assert circuit.places(16) == 0
    circuit.begun(0)  # another loop of the same destination found nothing: the probe is still out
    assert circuit.places(16) == 0
    circuit.ended(Rejected("your ticket is wrong"))  # an answer is an answer
    assert circuit.places(16) == 16


def test_one_that_is_put_off_alone_is_an_answer_too() -> None:
    circuit = CircuitBreaker("hotline", Clock())
    for _ in range(3 * FAILURES):
        circuit.ended(Postponed("being handled"))
    assert not circuit.open


def test_a_refused_key_is_probed_once_a_minute_until_it_is_put_right() -> None:
    clock = Clock()
    circuit = CircuitBreaker("hotline", clock)
    for _ in range(FAILURES):
        circuit.ended(NeedsOperator(Trouble.KEY, "401"))
    assert circuit.places(16) == 0
    clock.now += FIRST_PAUSE
    circuit.begun(circuit.places(16))
    circuit.ended(None)
    assert circuit.places(16) == 16


def test_each_probe_in_vain_doubles_the_pause_up_to_a_minute() -> None:
    clock = Clock()
    circuit = broken(clock)
    pauses = []
    for _ in range(6):
        pauses.append(circuit.rest())
        clock.now += circuit.rest()
        circuit.begun(circuit.places(16))
        circuit.ended(Unavailable("away"))
    assert pauses == [5, 10, 20, 40, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_destination_that_names_its_pause_gets_it() -> None:
    clock = Clock()
    circuit = CircuitBreaker("hotline", clock)
    for _ in range(FAILURES):
        circuit.ended(Unavailable("away", retry_after=30))
    assert circuit.rest() == 30


async def test_a_dead_backend_is_hardly_asked_and_citizens_still_hear(office: Any) -> None:
    backend, channel, worker = office.backend, office.channel, office.worker
    backend.faults = [Unavailable("away")] * 1000
    async with office.database.write() as tx:
        for number in range(100):
            body = {"event_id": str(number), "at": office.now.isoformat(), "kind": "fire", "text": "x"}
            await outbox.queue(
                tx,
                destination="hotline",
                kind="alert",
                lane=f"lane {number}",
                body=body | {"phone": None, "channel": "WX", "conversation": None},
                now=office.now,
            )
    await office.queue("您的诉求已登记")
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    async with asyncio.timeout(20):
        while not channel.sent or backend.calls < FAILURES:
            await asyncio.sleep(0.01)
    stop.set()
    await running
    assert channel.sent == ["您的诉求已登记"]
    assert backend.calls <= 16 + FAILURES  # what was in hand when it broke, and no more of the hundred
