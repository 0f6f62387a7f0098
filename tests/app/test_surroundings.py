"""What `jiesu check` says of the address and the disk."""

from collections import namedtuple
from pathlib import Path

import pytest
from pydantic import SecretStr

from app import surroundings
from app.settings import Enclosed, Telegram
from app.surroundings import address, disk

TELEGRAM = Telegram(token=SecretStr("1:x"), webhook_secret=SecretStr("s"))


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
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda _: usage(10, 9, 300 * 1024**2))
    found = disk(tmp_path)
    assert not found.ok
    assert "300 MB" in found.says
