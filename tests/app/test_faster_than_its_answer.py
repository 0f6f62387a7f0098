"""A backend that tells of a ticket before its own answer to the filing has come in."""

import asyncio
from collections.abc import Callable
from typing import Any

from intake.model.ports import Unavailable
from intake.model.status import Applied, Status, StatusUpdate

Make = Callable[..., StatusUpdate]


async def test_its_number_is_not_called_unknown_while_the_filing_is_under_way(
    shell: Any, citizen: Any, update: Make
) -> None:
    shell.backend.gate = asyncio.Event()
    reference = await citizen.files_a_ticket()
    filing = asyncio.create_task(shell.drain())
    while not await _begun(shell):
        await asyncio.sleep(0)
    event = update("accepted", hotline_ref="H1")
    assert await shell.apply(event, "m1") is Applied.EARLY
    shell.backend.gate.set()
    await filing
    assert await shell.apply(event, "m1") is Applied.DONE
    assert (await shell.ticket(reference)).view.status == Status.ACCEPTED


async def test_after_a_minute_nobody_knows_it(shell: Any, citizen: Any, update: Make) -> None:
    shell.backend.faults.append(Unavailable("down"))
    await citizen.files_a_ticket()
    await shell.worker.round()
    event = update("accepted", hotline_ref="elsewhere")
    assert await shell.apply(event, "m1") is Applied.EARLY
    shell.clock.tick(61)
    assert await shell.apply(event, "m2") is Applied.UNKNOWN_TICKET


async def test_without_a_filing_it_is_unknown_at_once(shell: Any, citizen: Any, update: Make) -> None:
    assert await shell.apply(update("accepted", hotline_ref="H1")) is Applied.UNKNOWN_TICKET
    await citizen.files_a_ticket()
    assert await shell.apply(update("accepted", hotline_ref="H1")) is Applied.UNKNOWN_TICKET  # not begun
    await shell.drain()
    assert await shell.apply(update("accepted", hotline_ref="H2")) is Applied.UNKNOWN_TICKET


async def test_our_own_number_is_matched_exactly_at_any_time(shell: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    assert await shell.apply(update("accepted", reference, hotline_ref="H1")) is Applied.DONE


async def _begun(shell: Any) -> bool:
    return any(entry.attempts for entry in await shell.entries(kind="submit"))
