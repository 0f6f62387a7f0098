"""Whatever happens, a message given to the receiver is answered, kept or lost, and that by the deadline."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spooled
from intake.model.messages import Address, ChannelName, Inbound, Reply
from intake.model.ports import Unavailable
from intake.model.received import Answered, Kept, Lost
from tests.receiving import BROKEN, BUSY, KEPT, receiver_over

ANSWER = (Reply("已登记"),)
SOON = 0.05  # seconds
AWAY, FULL, BUG = (
    Unavailable("the database is away", 7),
    Unavailable("the disk is full"),
    RuntimeError("ours"),
)


@dataclass
class Parts:
    """What the receiver stands on; a gate holds that part until it is opened, a fault breaks it."""

    turn: Exception | None = None
    disk: Exception | None = None
    shelf: Exception | None = None
    outbox: Exception | None = None
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    turns: int = 0
    kept: list[Spooled] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    late: list[tuple[Reply, ...]] = field(default_factory=list)

    async def receive(self, _: Inbound) -> tuple[Reply, ...]:
        self.turns += 1
        await self._part("turn")
        return ANSWER

    async def put_aside(self, _: ChannelName, message_id: str, __: bytes, reason: str) -> None:
        await self._part("shelf")
        self.aside.append(message_id)

    async def send_late(self, _: Address, replies: tuple[Reply, ...], __: str) -> None:
        await self._part("outbox")
        self.late.append(replies)

    async def keep(self, message: Spooled) -> None:
        await self._part("disk")
        self.kept.append(message)

    def holds(self, _: Address) -> bool:
        return False

    async def _part(self, name: str) -> None:
        if gate := self.gates.get(name):
            await gate.wait()
        if fault := getattr(self, name):
            raise fault


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
def receiver(parts: Parts) -> SpoolingReceiver:
    return receiver_over(parts)


def message(number: int = 1, channel: ChannelName = ChannelName.WECHAT) -> Inbound:
    return Inbound(f"m{number}", Address(channel, "citizen"), datetime.now(UTC), text="路灯坏了")


def soon() -> float:
    return asyncio.get_running_loop().time() + SOON


@pytest.mark.parametrize("deadline", [False, True])
@pytest.mark.parametrize(
    ("faults", "result"),
    [
        ({}, Answered(ANSWER)),
        ({"turn": AWAY}, Kept((Reply(KEPT),))),
        ({"turn": BUG}, Kept((Reply(BROKEN),))),
        ({"turn": BUG, "shelf": AWAY}, Kept((Reply(BROKEN),))),
        ({"turn": AWAY, "disk": FULL}, Lost((Reply(BUSY),), 7)),
        ({"turn": AWAY, "disk": BUG}, Lost((Reply(BUSY),), 7)),
        ({"turn": BUG, "shelf": AWAY, "disk": FULL}, Lost((Reply(BUSY),))),
    ],
)
async def test_what_becomes_of_it_is_one_of_three(
    receiver: SpoolingReceiver, parts: Parts, faults: dict[str, Any], result: Any, deadline: bool
) -> None:
    for part, fault in faults.items():
        setattr(parts, part, fault)
    long = asyncio.get_running_loop().time() + 60
    assert await receiver.receive(message(), long if deadline else None) == result


@pytest.mark.parametrize(
    ("hanging", "result"),
    [({"turn"}, Kept()), ({"turn", "disk"}, Lost()), ({"disk"}, Lost())],
)
async def test_at_the_deadline_only_what_is_certain_is_told_and_without_words(
    receiver: SpoolingReceiver, parts: Parts, hanging: set[str], result: Any
) -> None:
    """A turn that was put off and whose disk hangs is nowhere either."""
    parts.gates = {part: asyncio.Event() for part in hanging}
    parts.turn = AWAY if hanging == {"disk"} else None
    assert await receiver.receive(message(), soon()) == result


async def test_with_a_full_disk_who_waited_too_long_is_asked_to_write_again(
    receiver: SpoolingReceiver, parts: Parts
) -> None:
    parts.gates, parts.disk = {"turn": asyncio.Event()}, FULL
    assert await receiver.receive(message(), soon()) == Lost((Reply(BUSY),))


async def test_a_late_turn_goes_on_and_its_replies_go_by_the_outbox(
    receiver: SpoolingReceiver, parts: Parts
) -> None:
    parts.gates["turn"] = asyncio.Event()
    assert await receiver.receive(message(), soon()) == Kept()
    assert (len(parts.kept), parts.late) == (1, [])
    parts.gates["turn"].set()
    await receiver.settle(5)
    assert (parts.turns, parts.late) == (1, [ANSWER])


async def test_who_stops_waiting_cancels_no_turn(receiver: SpoolingReceiver, parts: Parts) -> None:
    parts.gates["turn"] = asyncio.Event()
    waiting = asyncio.create_task(receiver.receive(message()))
    while not parts.turns:
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    joined = asyncio.create_task(receiver.receive(message()))
    await asyncio.sleep(0)
    parts.gates["turn"].set()
    assert await joined == Answered(ANSWER)
    assert parts.turns == 1


async def test_repeats_join_the_turn_and_the_message_is_kept_once_for_all(
    receiver: SpoolingReceiver, parts: Parts
) -> None:
    parts.gates["turn"] = asyncio.Event()
    waiting = [receiver.receive(message(), soon()) for _ in range(3)]
    assert await asyncio.gather(*waiting) == [Kept()] * 3
    patient = asyncio.create_task(receiver.receive(message()))
    await asyncio.sleep(0)
    parts.gates["turn"].set()
    assert await patient == Kept(), "its words are on their way already"
    assert (parts.turns, len(parts.kept), parts.late) == (1, 1, [ANSWER])


async def test_the_same_id_on_another_channel_is_another_message(
    receiver: SpoolingReceiver, parts: Parts
) -> None:
    both = [receiver.receive(message(1, channel)) for channel in ChannelName]
    assert await asyncio.gather(*both) == [Answered(ANSWER)] * len(ChannelName)
    assert parts.turns == len(ChannelName)


@pytest.mark.parametrize(
    ("outbox", "disk", "result"),
    [(None, None, Answered()), (AWAY, None, Kept((Reply(KEPT),))), (AWAY, FULL, Lost((Reply(BUSY),)))],
)
async def test_what_the_answer_does_not_carry_is_queued_or_the_message_kept(
    receiver: SpoolingReceiver, parts: Parts, outbox: Any, disk: Any, result: Any
) -> None:
    parts.outbox, parts.disk = outbox, disk
    assert await receiver.send_on(message(), ANSWER, "m1:rest") == result
    assert len(parts.kept) == isinstance(result, Kept)


@pytest.mark.parametrize(
    ("shelf", "disk", "result"), [(None, None, Kept()), (AWAY, None, Kept()), (BUG, FULL, Lost())]
)
async def test_what_nobody_can_read_is_kept_or_comes_again(
    receiver: SpoolingReceiver, parts: Parts, shelf: Any, disk: Any, result: Any
) -> None:
    parts.shelf, parts.disk = shelf, disk
    assert await receiver.put_aside(ChannelName.TELEGRAM, "x", b"\xff", "not JSON") == result


async def test_nor_is_it_called_kept_while_all_hangs(receiver: SpoolingReceiver, parts: Parts) -> None:
    parts.gates["shelf"] = asyncio.Event()
    assert await receiver.put_aside(ChannelName.WECHAT, "x", b"\xff", "not XML", soon()) == Lost()
    parts.gates["shelf"].set()
    await receiver.settle(5)
    assert parts.aside == ["x"]
