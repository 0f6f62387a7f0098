"""However much there is, a page that is polled stays small, and all is in reach."""

import re
from typing import Any
from uuid import UUID

import pytest

from desk.app import Desk
from desk.callbacks import undelivered_messages
from desk.callbacks.undelivered_messages import UndeliveredMessage
from desk.pages.centre import undelivered
from desk.tickets import notices

LARGEST = 64 * 1024
HOSTILE = "\"&<'"


async def pages_from(person: Any, here: str, each: str) -> list[str]:
    """What stands on a list's pages, one after the other, each of them small."""
    found: list[str] = []
    while here:
        answer = await person.http.get(here)
        assert len(answer.content) <= LARGEST, here
        found += re.findall(each, answer.text)
        after = re.search(r'rel="next" href="([^"]+)"', answer.text)
        here = after[1].replace("&amp;", "&") if after else ""
    return found


async def test_notices_come_by_the_page(wang: Any, desk: Desk, hotline_ref: str) -> None:
    async with desk.database.write() as tx:
        for _ in range(300):
            await notices.ring(tx, 1, "urge", ["centre"], desk.clock())
    seen = await pages_from(wang, "/desk/notices", r'data-id="(notice-\d+)"')
    assert len(set(seen)) == len(seen) >= 300


async def test_what_is_undelivered_comes_by_the_page(
    wang: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = [
        UndeliveredMessage(
            "desk", n, "front", "status", "buried", 9, desk.clock(), desk.clock(), HOSTILE * 50
        )
        for n in range(200)
    ]

    async def two_hundred(*_: Any, **__: Any) -> tuple[UndeliveredMessage, ...]:
        return tuple(stuck)

    monkeypatch.setattr(undelivered_messages, "undelivered", two_hundred)
    assert undelivered.undelivered_messages is undelivered_messages
    seen = await pages_from(wang, "/desk/outbox", r'data-id="(undelivered-desk-\d+)"')
    assert len(set(seen)) == len(seen) == 200


async def test_a_full_list_of_tickets_is_small(wang: Any, caller: Any, document: dict[str, Any]) -> None:
    for n in range(70):
        key = str(UUID(int=n + 1))
        changes = {"reference": f"WX23042609301{n:04d}", "idempotency_key": key, "title": HOSTILE * 12}
        await caller.file(document | changes)
    seen = await pages_from(wang, "/desk?state=open", r'href="(/desk/tickets/[^"?]+)"')
    assert len(set(seen)) == 70


async def test_a_ticket_with_a_long_history_is_read_from_its_end(
    wang: Any, caller: Any, hotline_ref: str
) -> None:
    for n in range(60):
        event = {"event_id": f"s{n}", "type": "supplement", "at": caller.clock().isoformat()}
        event |= {"text": f"({n})" + HOSTILE * 400}
        assert (await caller.post(f"/tickets/{hotline_ref}/events", event, f"s{n}")).status_code == 200
    here, seen = f"/desk/tickets/{hotline_ref}", ""
    for _ in range(100):
        answer = await wang.http.get(here)
        assert len(answer.content) <= LARGEST
        seen += answer.text
        earlier = re.search(r'href="(/desk/tickets/[^"]+\?before=\d+)"', answer.text)
        if earlier is None:
            break
        here = earlier[1]
    assert all(f"({n})" in seen for n in range(60))
