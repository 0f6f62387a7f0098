"""Erasing, over a real database: what goes, what stays, who is told; and what goes by itself in time."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.privacy.retention import Retention
from storage.db import tables
from storage.db.keyring import KeyRing
from storage.messages import conversations
from storage.privacy import erasure
from storage.surveys import phone_links
from tests.pictures import a_png

PNG = a_png()
PERSONAL = ("13912345678", "姓王")


async def stored(shell: Any, ring: KeyRing) -> str:
    """All that lies in the rows, opened."""
    said: list[bytes] = []
    async with shell.database.read() as tx:
        for table in tables.metadata.sorted_tables:
            for row in await tx.execute(table.select()):
                said += [_opened(ring, one) for one in row if one]
    return b"\n".join(said).decode("utf-8", "replace")


def _opened(ring: KeyRing, value: object) -> bytes:
    return ring.decrypt(value) if isinstance(value, bytes) else str(value).encode()


@pytest.fixture
def tidying(shell: Any) -> Retention:
    return Retention(shell.database, shell.city, shell.clock)


async def test_erased_is_what_is_ours_and_the_matter_stays_without_its_citizen(
    shell: Any, citizen: Any, keyring: KeyRing
) -> None:
    reference = await citizen.files_a_ticket()
    await shell.drain()
    await citizen.says("删除")
    replies = await citizen.says("确认删除")
    assert reference in replies[0].text
    await shell.drain()
    kept = await stored(shell, keyring)
    assert not [word for word in PERSONAL if word in kept]
    assert "井盖" in kept
    async with shell.database.read() as tx:
        assert await conversations.find(tx, citizen.address) is None
    [(ref, event, _)] = shell.backend.events
    assert (ref, event["type"]) == ("H1", "erase")


async def test_what_was_said_to_staff_is_forgotten_at_the_backend_too(shell: Any, citizen: Any) -> None:
    await citizen.says("人工")
    await shell.drain()
    await citizen.says("删除")
    await citizen.says("确认删除")
    await shell.drain()
    (_, told, _), (ref, wish, _) = shell.backend.events
    assert (ref, wish["type"], wish["conversation"]) == (None, "erase", told["conversation"])


async def test_of_whom_staff_never_heard_they_hear_nothing(shell: Any, citizen: Any) -> None:
    await citizen.says("路灯坏了")
    await citizen.says("删除")
    await citizen.says("确认删除")
    await shell.drain()
    assert shell.backend.events == []


async def test_a_repeat_of_the_wish_erases_once(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    await citizen.says("删除")
    wish = citizen.message("确认删除")
    first = await shell.service.receive(wish)
    assert await shell.service.receive(wish) is not None
    await shell.drain()
    assert len([one for one in shell.backend.events if one[1]["type"] == "erase"]) == 1
    assert first
    async with shell.database.read() as tx:
        [line] = await erasure.ledger(tx)
    assert (line.by, line.counts["tickets"]) == ("citizen", 1)


async def test_a_ticket_not_yet_filed_at_the_backend_arrives_without_its_citizen(
    shell: Any, citizen: Any
) -> None:
    await citizen.files_a_ticket()
    await citizen.says("删除")
    await citizen.says("确认删除")
    await shell.drain()
    [document] = shell.backend.tickets.values()
    assert document["person"]["phone"] is None
    assert document["person"]["anonymous"] is True


async def test_whoever_comes_back_is_nobody_we_know(shell: Any, citizen: Any) -> None:
    await citizen.files_a_ticket()
    await citizen.says("删除")
    await citizen.says("确认删除")
    assert await citizen.own() == ()
    replies = await citizen.says("路灯坏了")
    assert "登记前请看一眼" in replies[0].text


async def test_news_of_a_restricted_ticket_goes_to_nobody(shell: Any, citizen: Any, update: Any) -> None:
    reference = await citizen.files_a_ticket()
    await citizen.says("删除")
    await citizen.says("确认删除")
    await shell.drain()
    sent = len(shell.app.sent)
    await shell.apply(update("completed", reference, public_text="已修好"))
    await shell.drain()
    assert len(shell.app.sent) == sent


async def test_the_whole_of_it_is_handed_out_as_json(shell: Any, citizen: Any) -> None:
    reference = await citizen.files_a_ticket()
    told = (await citizen.says("我的数据"))[0].text
    assert reference in told
    assert "13912345678" in told
    document = json.loads((await citizen.says("导出JSON"))[0].text)
    assert document["tickets"][0]["ticket"]["phone"] == "13912345678"


async def test_a_corrected_number_is_ours_and_the_backends(shell: Any, citizen: Any) -> None:
    reference = await citizen.files_a_ticket()
    await citizen.says("更正")
    await citizen.says("联系电话改为13900000000")
    await shell.drain()
    assert (await shell.ticket(reference)).ticket.phone == "13900000000"
    assert [event["text"] for _, event, _ in shell.backend.events] == ["【更正】联系电话改为13900000000"]


async def test_files_go_when_their_matter_was_passed_on_long_ago(
    shell: Any, citizen: Any, tidying: Retention, tmp_path: Path
) -> None:
    shell.app.files["m"] = PNG
    await citizen.goes_to_the_summary()
    await citizen.sends_photo("m")
    await citizen.says("提交")
    await shell.drain()
    shell.clock.tick(5)  # the ticket waited for its file
    await shell.drain()
    files = lambda: [path for path in (tmp_path / "files").rglob("*") if path.is_file()]  # noqa: E731
    assert len(files()) == 1
    shell.clock.now += timedelta(days=29)
    await tidying.once()
    await shell.drain()
    assert len(files()) == 1
    shell.clock.now += timedelta(days=2)
    await Retention(shell.database, shell.city, shell.clock, own_desk=True).once()
    await shell.drain()
    assert len(files()) == 1, "our own desk still looks at them"
    await tidying.once()
    await shell.drain()
    assert files() == []


async def test_after_the_term_a_ticket_loses_its_citizen(
    shell: Any, citizen: Any, tidying: Retention
) -> None:
    reference = await citizen.files_a_ticket()
    await shell.drain()
    shell.clock.now += timedelta(days=shell.city.retention.ticket_days + 1)
    await tidying.once()
    await tidying.once()
    await shell.drain()
    assert (await shell.ticket(reference)).ticket.phone is None
    assert [event["type"] for _, event, _ in shell.backend.events] == ["erase"]
    async with shell.database.read() as tx:
        assert [line.by for line in await erasure.ledger(tx)] == ["retention"]


async def test_own_data_names_the_phone_that_leads_here(shell: Any, citizen: Any) -> None:
    await citizen.says("路灯坏了")
    async with shell.database.write() as tx:
        stored = await conversations.lock(tx, citizen.address, shell.clock())
        await phone_links.bind(tx, stored.id, "13912345678", "code", shell.clock())
    (told, *_) = await citizen.says("我的数据")
    assert "13912345678" in told.text
    assert "解绑" in told.text
    (document, *_) = await citizen.says("导出JSON")
    assert [one["phone"] for one in json.loads(document.text)["phones"]] == ["13912345678"]
    await citizen.says("解绑")
    (told, *_) = await citizen.says("我的数据")
    assert "13912345678" not in told.text
