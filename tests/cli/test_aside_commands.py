"""`jiesu aside` as an operator types it."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from app.base.settings import Enclosed
from app.privacy.secret_key import open_keyring
from intake.model.messages import Address, ChannelName, Inbound
from storage.db.database import Database
from storage.messages import inbox

NOW = datetime(2026, 4, 26, 9, 30, tzinfo=UTC)
FINE = Inbound("oAccount:1", Address(ChannelName.WECHAT, "oAccount"), NOW, "路灯坏了")


@pytest.fixture
def put_aside(jiesu: Any, here: Path) -> None:
    """One message that has its turn now, and one that nobody can read."""
    jiesu("migrate")

    async def put() -> None:
        keyring = open_keyring(None, here / "var" / "secret.key")
        database = Database.open(Enclosed().database_url, keyring)
        async with database.write() as tx:
            body = TypeAdapter(Inbound).dump_json(FINE)
            await inbox.put_aside(tx, ChannelName.WECHAT, FINE.id, body, "KeyError at form.py:31", NOW)
            await inbox.put_aside(tx, ChannelName.TELEGRAM, "noise", b"\xff", "unreadable", NOW)
        await database.close()

    asyncio.run(put())


def test_nothing_to_show_and_nothing_to_let_go(jiesu: Any) -> None:
    assert "Nothing was put aside." in jiesu("aside", "list").out
    assert "0 go again, 0 stay." in jiesu("aside", "retry", "--all").out
    assert jiesu("aside", "retry", "message:none").status == 1


@pytest.mark.parametrize("words", [[], ["--all", "--kind", "message"], ["message:1", "--all"]])
def test_what_is_meant_must_be_said(jiesu: Any, words: list[str]) -> None:
    said = jiesu("aside", "retry", *words)
    assert said.status == 1
    assert "Say what" in said.err


@pytest.mark.usefixtures("put_aside")
def test_one_is_shown_by_its_reason_and_let_go_by_its_id(jiesu: Any) -> None:
    said = jiesu("aside", "list")
    assert "message 2" in said.out
    assert "oAccount" not in said.out
    shown = {one["reason"]: one["id"] for one in json.loads(jiesu("aside", "list", "--json").out)}
    again = jiesu("aside", "retry", shown["KeyError at form.py:31"])
    assert (again.status, again.out) == (0, "1 go again, 0 stay.\n")
    stays = jiesu("aside", "retry", "--kind", "message")
    assert (stays.status, stays.out) == (1, "0 go again, 1 stay.\n")
    assert [one["reason"] for one in json.loads(jiesu("aside", "list", "--json").out)] == ["unreadable"]
