"""A backend that does not call back is asked, and what it says is told once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.callbacks.poll import FOLLOWED, Polling
from intake.model.ports import Followed, Unavailable
from intake.model.status import StatusUpdate
from storage.tickets import tickets


@dataclass
class City:
    """A backend that numbers late; `says` is what it tells whenever it is asked."""

    numbers: dict[str, str] = field(default_factory=dict)
    says: list[StatusUpdate] = field(default_factory=list)
    asked: list[tuple[Followed, ...]] = field(default_factory=list)
    down: bool = False

    async def news(self, tickets: Sequence[Followed]) -> Sequence[StatusUpdate]:
        self.asked.append(tuple(tickets))
        if self.down:
            raise Unavailable("down")
        return self.says

    def is_provisional(self, hotline_ref: str) -> bool:
        return hotline_ref.startswith("token:")

    async def number(self, hotline_ref: str) -> str | None:
        return self.numbers.get(hotline_ref)


async def told(shell: Any) -> int:
    await shell.drain()
    return sum(one.purpose == "progress" for one in shell.app.sent)


async def test_what_it_says_again_and_again_is_told_once(shell: Any, citizen: Any, update: Any) -> None:
    reference = await citizen.files_a_ticket()
    await shell.drain()
    city = City(says=[update("accepted", reference)])
    for _ in range(2):  # the second after a start, without what is kept in memory
        following = Polling(shell.database, city, shell.updates, shell.clock)
        await following.ask()
        await following.ask()
    assert await told(shell) == 1
    assert {one.status for batch in city.asked for one in batch} == {"submitted", "accepted"}


async def test_a_token_becomes_a_number_for_good(shell: Any, citizen: Any) -> None:
    reference = await citizen.files_a_ticket()
    async with shell.database.write() as tx:
        found = await tickets.find(tx, reference=reference)
        assert found
        await tickets.set_hotline_ref(tx, found.id, "token:t", shell.clock())
    city = City()
    following = Polling(shell.database, city, shell.updates, shell.clock)
    await following.ask()
    assert city.asked == [()]
    city.numbers["token:t"] = "R7"
    await following.ask()
    assert [one.hotline_ref for one in city.asked[-1]] == ["R7"]
    async with shell.database.read() as tx:
        found = await tickets.find(tx, hotline_ref="R7")
    assert found
    assert found.ticket.reference == reference


async def test_old_and_ended_ones_are_left_alone_and_an_outage_is_none_of_ours(
    shell: Any, citizen: Any, update: Any
) -> None:
    reference = await citizen.files_a_ticket()
    await shell.drain()
    city = City(down=True)
    following = Polling(shell.database, city, shell.updates, shell.clock)
    with pytest.raises(Unavailable):
        await following.ask()
    city.down = False
    shell.clock.tick(FOLLOWED.total_seconds() + 1)
    await following.ask()
    assert city.asked[-1] == ()
    shell.clock.tick(-FOLLOWED.total_seconds())
    city.says = [update("withdrawn", reference)]
    await following.ask()
    assert len(city.asked[-1]) == 1
    await following.ask()
    assert city.asked[-1] == ()
