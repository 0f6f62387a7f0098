"""Bringing matters in, campaigns: a dry run stores nothing, twice is once, a stop stops."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from app.base.settings import read_settings
from app.bootstrap.resources import open_storage
from cli.main import app
from desk.db.tables import tickets as desk_tickets
from intake.model.messages import Address, ChannelName
from storage.db.tables import surveys
from storage.messages import conversations
from storage.surveys import phone_links

TABLE = """工单编号,电话,承办单位,办结时间
2603021000001,13912345678,供热公司,2026-03-02 10:00
2603021000002,13912345679,供热公司,2026-03-02 11:00
"""


@pytest.fixture
def jiesu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JIESU_DATABASE_URL", f"sqlite:///{tmp_path}/jiesu.db")
    monkeypatch.setenv("JIESU_SECRET_KEY", "a secret of this test alone")
    return lambda *arguments: CliRunner().invoke(app, ["survey", *arguments])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "completed.csv"
    file.write_text(TABLE)
    return file


async def _bind(phone: str) -> None:
    async with open_storage(read_settings()) as database, database.write() as tx:
        now = datetime.now(UTC)
        stored = await conversations.lock(tx, Address(ChannelName.WECHAT, "oSomebody"), now)
        await phone_links.bind(tx, stored.id, phone, "code", now)


async def _states() -> dict[str, int]:
    async with open_storage(read_settings()) as database, database.read() as tx:
        rows = await tx.execute(select(surveys.c.state, func.count()).group_by(surveys.c.state))
        return {row.state: row[1] for row in rows}


async def _to_phone() -> int:
    async with open_storage(read_settings()) as database, database.read() as tx:
        query = select(func.count()).select_from(desk_tickets).where(desk_tickets.c.phone_since.is_not(None))
        return int((await tx.execute(query)).scalar_one())


def test_the_way_of_a_table(jiesu: Callable[..., Result], table: Path) -> None:
    asyncio.run(_bind("13912345678"))
    tried = jiesu("import", str(table), "--dry-run")
    assert "1 for a campaign in the chat, 1 for the centre to phone" in tried.output
    assert "Nothing was stored" in tried.output
    assert asyncio.run(_states()) == {}
    assert "Nothing" not in jiesu("import", str(table)).output
    assert asyncio.run(_states()) == {"listed": 1, "unreachable": 1}
    assert asyncio.run(_to_phone()) == 1
    assert "2 known already" in jiesu("import", str(table)).output
    planned = jiesu("run", "--period", "2026-03", "--dry-run").output
    assert "1 to ask (WX 1)" in planned
    assert "Campaign 1 runs" in jiesu("run", "--period", "2026-03").output
    assert "Nobody is left" in jiesu("run", "--period", "2026-03").output
    assert "is paused" in jiesu("pause", "1").output
    assert jiesu("pause", "1").exit_code == 1
    assert "is running" in jiesu("resume", "1").output
    assert "is stopped" in jiesu("stop", "1").output
    assert jiesu("resume", "1").exit_code == 1
    (listed,) = json.loads(jiesu("list", "--json").output)
    assert (listed["state"], listed["total"], listed["surveys"]) == ("stopped", 1, {"stopped": 1})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2603021000001,139,供热公司,2026-03-02 10:00", "no telephone number"),
        ("2603021000001,13912345678,没有的单位,2026-03-02 10:00", "no such unit"),
        ("2603021000001,13912345678,供热公司,昨天", "no date and time"),
        ("2603021000001,13912345678,供热公司,2190-03-02 10:00", "lies in the future"),
        (",13912345678,供热公司,2026-03-02 10:00", "is empty"),
        ("2603021000001,,供热公司,2026-03-02 10:00", "is empty"),
    ],
)
def test_a_bad_line_stops_it_all(
    jiesu: Callable[..., Result], tmp_path: Path, line: str, reason: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(f"{TABLE.splitlines()[0]}\n{line}\n")
    answer = jiesu("import", str(file))
    assert answer.exit_code == 1
    assert reason in answer.output


def test_a_code_is_six_digits_and_no_number_gets_none(jiesu: Callable[..., Result]) -> None:
    assert jiesu("code", "139 1234 5678").output[:6].isdecimal()
    assert jiesu("code", "12").exit_code == 1
