"""Opening the house: migrated once, however many open it; and every mistake in one sentence."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.base.settings import BadSettings, Enclosed, HotlineSettings
from app.bootstrap.bootstrap import open_house
from app.bootstrap.resources import open_storage
from app.bootstrap.runtime import Runtime
from desk.db import migrate as desk_tables
from hotline.open311.client import Open311Hotline
from intake.model.ports import Unavailable
from storage.db.database import SchemaState, standing

BASE = "http://127.0.0.1:1"


async def test_who_starts_together_migrates_once(empty_database_url: str, tmp_path: Path) -> None:
    """On connections of their own, as processes have them; the secret's file is theirs together."""

    async def opened() -> dict[str, str]:
        async with open_house(Enclosed(database_url=empty_database_url), BASE, tmp_path / "var") as runtime:
            return await runtime.health.checks()

    for checks in await asyncio.gather(*(opened() for _ in range(4))):
        assert checks["migrations"] == "ok"


async def test_both_sets_of_tables_stand_after_opening(empty_database_url: str, tmp_path: Path) -> None:
    settings = Enclosed(database_url=empty_database_url)
    async with open_house(settings, BASE, tmp_path) as runtime, runtime.database.read() as tx:
        assert await standing(tx) is SchemaState.CURRENT
        assert await desk_tables.standing(tx) is SchemaState.CURRENT


@pytest.mark.parametrize(
    "given",
    [
        {"database_url": "mysql://u:hidden@db/x"},
        {"database_url": "hidden"},
        {"database_url": "sqlite://"},
        {"redis_url": "http://:hidden@r"},
        {"city": "atlantis"},
        {"secret_key": " , "},
    ],
)
async def test_a_setting_that_cannot_work_is_a_sentence(given: dict[str, Any], tmp_path: Path) -> None:
    given = {"database_url": f"sqlite:///{tmp_path / 'x.db'}", **given}
    with pytest.raises(BadSettings) as refused:
        await _opened(Enclosed(**given), tmp_path)
    assert "hidden" not in str(refused.value)


async def test_an_open311_server_is_followed_and_no_desk_opens(tmp_path: Path) -> None:
    hotline = HotlineSettings(kind="open311", url="http://127.0.0.1:9/open311/v2", api_key=SecretStr("k"))
    settings = Enclosed(database_url=f"sqlite:///{tmp_path / 'x.db'}", hotline=hotline)
    async with open_house(settings, BASE, tmp_path) as runtime:
        assert isinstance(runtime.hotline, Open311Hotline)
        assert runtime.following is not None
        assert runtime.desk is None
        assert "hotline" in runtime.probes()


async def test_a_database_that_is_away_is_unavailable_and_its_address_is_not_shown(tmp_path: Path) -> None:
    settings = Enclosed(database_url="postgresql://u:hidden@127.0.0.1:9/x")
    with pytest.raises(Unavailable) as away:
        await _opened(settings, tmp_path)
    assert "hidden" not in str(away.value)


async def test_a_desk_elsewhere_leaves_no_tables_here(empty_database_url: str, tmp_path: Path) -> None:
    settings = Enclosed(
        database_url=empty_database_url,
        hotline={"kind": "rest", "url": "http://backend", "secret": "a secret of 24 bytes and more"},
    )
    async with open_house(settings, BASE, tmp_path) as runtime:
        assert runtime.desk is None
        async with runtime.database.read() as tx:
            assert await desk_tables.standing(tx) is SchemaState.BEHIND
        assert (await runtime.health.checks())["migrations"] == "ok"


async def test_a_command_that_needs_no_more_opens_the_storage_alone(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_storage(Enclosed(database_url=empty_database_url)) as database:
        await database.ping()


async def _opened(settings: Enclosed, var: Path) -> Runtime:
    async with open_house(settings, BASE, var) as runtime:
        return runtime
