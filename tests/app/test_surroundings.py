"""What `jiesu check` says of the address and the disk."""

from collections import namedtuple
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.base.settings import Enclosed, HotlineSettings, TelegramSettings
from app.checks import environment
from app.checks.environment import address, disk, survey
from app.checks.installation import inspect
from intake.city import load

TELEGRAM = TelegramSettings(token=SecretStr("1:x"), webhook_secret=SecretStr("s"))


@pytest.mark.parametrize(
    ("url", "ok", "says"),
    [
        (None, True, "jiesu poll"),
        ("http://hotline.example.cn", False, "https"),
        ("https://", False, "must be an address"),
        ("https://hotline.example.cn:9000", False, "port 9000"),
        ("https://hotline.example.cn", True, "hotline.example.cn"),
        ("https://hotline.example.cn:8443", True, "hotline.example.cn"),
    ],
)
def test_an_address_the_platforms_cannot_call_is_told(url: str | None, ok: bool, says: str) -> None:
    found = address(Enclosed(public_url=url, telegram=TELEGRAM))
    assert (found.ok, says in found.says) == (ok, True)


def test_a_full_disk_is_told_before_messages_are_turned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    assert disk(tmp_path).what == "disk"
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: usage(10, 9, 300 * 1024**2))
    found = disk(tmp_path)
    assert not found.ok
    assert "300 MB" in found.says


def test_a_backend_that_cannot_ask_for_surveys_needs_a_profile_that_does() -> None:
    never_asks, asks = load("jiayuguan"), load("xinghe")
    open311 = Enclosed(hotline=HotlineSettings(kind="open311", url="http://127.0.0.1:9/open311/v2"))
    found = survey(open311, never_asks)
    assert found is not None
    assert (found.remark, 'survey_on = "completed"' in found.says) == (True, True)
    assert survey(open311, asks) is None
    assert survey(Enclosed(), never_asks) is None


async def test_the_check_says_so_and_that_the_server_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Enclosed(
        database_url=f"sqlite:///{tmp_path / 'x.db'}",
        hotline=HotlineSettings(kind="open311", url="http://127.0.0.1:9/open311/v2"),
        telegram=TelegramSettings(
            token=SecretStr("1:x"), webhook_secret=SecretStr("s"), api_url="http://127.0.0.1:9"
        ),
    )
    lines = {finding.what: finding for finding in await inspect(settings)}
    assert lines["survey"].remark
    assert (lines["hotline"].ok, "no answer" in lines["hotline"].says) == (False, True)
