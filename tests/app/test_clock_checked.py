"""A host whose clock is not the database's is told so by `jiesu check`, and how far it is off."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.base.settings import Enclosed
from app.checks import installation
from app.checks.finding import CheckResult


async def clock_line(url: str, ahead: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> CheckResult:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(installation, "utc_now", lambda: datetime.now(UTC) + timedelta(seconds=ahead))
    found = await installation.inspect(Enclosed(database_url=url, playground=True))
    return next(line for line in found if line.what == "clock")


@pytest.mark.parametrize(("ahead", "says"), [(120, "ahead of"), (-120, "behind")])
async def test_two_minutes_either_way(
    postgresql_url: str, ahead: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await clock_line(postgresql_url, ahead, tmp_path, monkeypatch)
    assert not line.ok
    assert says in line.says
    assert "NTP" in line.says


async def test_one_that_goes_right(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await clock_line(database_url, 0, tmp_path, monkeypatch)).ok
