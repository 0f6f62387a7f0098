"""`jiesu check` and `jiesu wechat` against WeChat's stand-in on a real port: what is wrong, what to do."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.bootstrap.resources import open_city
from app.privacy.secret_key import open_keyring
from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from app.turns.service import Service
from bots.wechat.incoming.verification import PushCredentials
from cli import main
from intake.city import load
from intake.dialog.qr_codes import scene_of
from playground.wechat.api import api_router
from playground.wechat.forms import AccountTemplate
from playground.wechat.platform import WeChatPlatform
from storage.cache.cache import MemoryCache
from storage.db.database import Database
from webhooks.wechat import wechat_router

APPID, SECRET, TOKEN = "wx49f0ab532d5d035a", "app-secret", "t0kent0kent0kent0kent0ken"
KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
PROFILE = """
[[wechat.menu]]
name = "查进度"
say = "查进度"

[[wechat.menu]]
name = "更多"
under = [{ name = "找人工", say = "人工" }, { name = "网站", url = "https://city.example/12345" }]

[[wechat.templates.progress]]
id = "TPL"
kind = "template"
fields = { character_string1 = "tail", phrase2 = "status" }

[[wechat.templates.progress]]
id = "SUB"
kind = "subscription"
fields = { character_string1 = "tail", phrase2 = "status" }
"""


@dataclass
class Stand:
    platform: WeChatPlatform
    url: str


@pytest.fixture
def stand() -> Iterator[Stand]:
    platform = WeChatPlatform(
        appid=APPID,
        secret=SECRET,
        token=TOKEN,
        aes_key=KEY,
        mode="safe",
        webhook_url="http://127.0.0.1:9/webhooks/wechat",
        http=httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200))),
        clock=lambda: datetime.now(UTC),
    )
    platform.forms.templates = {
        "TPL": AccountTemplate(("a",)),
        "SUB": AccountTemplate(("a",), by_permission=True),
    }
    app = FastAPI()
    app.include_router(api_router(platform))
    with closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [line]})
        thread.start()
        yield Stand(platform, f"http://127.0.0.1:{line.getsockname()[1]}")
        server.should_exit = True
        thread.join()


@pytest.fixture
def here(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of the second city, with a menu and templates, against the stand-in."""
    monkeypatch.chdir(tmp_path)
    second = Path(main.__file__).parents[1] / "cities" / "xinghe.toml"
    (tmp_path / "city.toml").write_text(second.read_text("utf-8") + PROFILE, "utf-8")
    given = {"APPID": APPID, "SECRET": SECRET, "TOKEN": TOKEN, "AES_KEY": KEY, "API_URL": stand.url}
    for name, value in given.items():
        monkeypatch.setenv(f"JIESU_WECHAT__{name}", value)
    monkeypatch.setenv("JIESU_CITY", str(tmp_path / "city.toml"))
    monkeypatch.setenv("JIESU_PUBLIC_URL", "https://hotline.example.cn")
    monkeypatch.setenv("JIESU_TRUSTED_PROXIES", "10.0.0.7")
    return tmp_path


def jiesu(capsys: Any, *words: str) -> tuple[int, str]:
    """Exit status, and all that was said."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["jiesu", *words])
        try:
            main.run()
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert SECRET not in said.out + said.err
    return status, said.out + said.err


def line(said: str, about: str) -> str:
    (found,) = [each for each in said.splitlines() if each[6:38].strip() == about]
    return found


@pytest.mark.usefixtures("here")
def test_a_good_account_is_all_ok(capsys: Any) -> None:
    status, said = jiesu(capsys, "check")
    assert status == 0, said
    about = [
        each for each in said.splitlines() if each[6:38].strip() != "calendar"
    ]  # speaks of the day it is
    assert all(each.startswith("ok") for each in about)
    assert "customer-service" in line(said, "wechat rights")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("variable", "value", "errcode", "todo"),
    [
        ("SECRET", "another", 40125, "JIESU_WECHAT__SECRET"),
        ("APPID", "wx0000000000000000", 40013, "JIESU_WECHAT__APPID"),
    ],
)
def test_wrong_credentials(
    capsys: Any, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, errcode: int, todo: str
) -> None:
    monkeypatch.setenv(f"JIESU_WECHAT__{variable}", value)
    status, said = jiesu(capsys, "check")
    assert status == 1
    found = line(said, "wechat")
    assert found.startswith("FAIL")
    assert todo in found
    assert str(errcode) in found


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("errcode", "todo"),
    [(40164, "203.0.113.7 is not on the account's IP list: add it"), (89503, "administrator to confirm")],
)
def test_a_server_wechat_does_not_know(capsys: Any, stand: Stand, errcode: int, todo: str) -> None:
    stand.platform.refuse["/cgi-bin/stable_token"] = errcode
    status, said = jiesu(capsys, "check")
    assert status == 1
    assert todo in line(said, "wechat")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("key", ["short", KEY + "x", KEY[:-1] + "!"])
def test_an_aes_key_that_is_none(capsys: Any, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("JIESU_WECHAT__AES_KEY", key)
    status, said = jiesu(capsys, "check")
    assert status == 1
    assert "JIESU_WECHAT__AES_KEY" in said
    assert "43" in said


OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.mark.parametrize(
    ("ours", "sign"),
    [({"aes_key": OTHER_KEY}, "cipher"), ({"appid": "wx1111111111111111"}, "another account")],
)
def test_a_well_formed_aes_key_or_appid_that_is_not_the_consoles_shows_with_the_first_push(
    capsys: Any, here: Path, stand: Stand, ours: dict[str, str], sign: str
) -> None:
    assert jiesu(capsys, "check")[0] == 0
    asyncio.run(push(here, stand, ours))
    status, said = jiesu(capsys, "check")
    assert status == 1
    found = line(said, "wechat pushes")
    assert sign in found
    assert "compare EncodingAESKey, AppID and mode" in found
    asyncio.run(push(here, stand, {}))
    assert jiesu(capsys, "check")[0] == 0


async def push(here: Path, stand: Stand, ours: dict[str, str], late: timedelta = timedelta()) -> None:
    """The stand-in pushes one message to a webhook of this installation, `late` by our clock."""
    at = datetime.now(UTC) - late
    keyring = open_keyring(None, here / "var" / "secret.key")
    async with Database.open(f"sqlite:///{here / 'var' / 'jiesu.db'}", keyring) as database:
        fields = {"appid": APPID, "token": TOKEN, "aes_key": KEY} | ours
        clock = lambda: datetime.now(UTC)  # noqa: E731
        service = Service(database, MemoryCache(), open_city(str(here / "city.toml")), clock)
        spool, recorder = Spool(here / "spool", keyring, clock), ChannelEventRecorder(database, clock)
        receiver = SpoolingReceiver(service, recorder, spool, open_city(str(here / "city.toml")))
        app = FastAPI()
        app.include_router(wechat_router(PushCredentials(**fields), receiver, recorder, MemoryCache(), clock))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://us.test") as http:
            seal, stamp = stand.platform.wire, str(int(at.timestamp()))
            message = {"ToUserName": "gh_1", "FromUserName": "oX", "CreateTime": 1, "MsgType": "text"}
            added, body = seal.push(message | {"Content": "你好", "MsgId": 1}, stamp, "n")
            query = seal.query(stamp, "n", "oX") | added
            await http.post("/webhooks/wechat", params=query, content=body)
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)


def test_a_clock_that_is_wrong_is_said_and_until_when(capsys: Any, here: Path, stand: Stand) -> None:
    assert jiesu(capsys, "check")[0] == 0
    asyncio.run(push(here, stand, {}, late=timedelta(hours=8)))
    status, said = jiesu(capsys, "check")
    assert status == 1
    found = line(said, "wechat clock")
    assert "28800 s behind ours" in found or "28801 s behind ours" in found
    assert "NTP" in found
    asyncio.run(push(here, stand, {}))
    status, said = jiesu(capsys, "check")
    assert status == 0
    assert line(said, "wechat clock").startswith("ok")


@pytest.mark.usefixtures("here")
def test_plain_mode_is_refused_and_where_it_is_allowed_the_check_goes_on_saying_so(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIESU_WECHAT__MODE", "plain")
    status, said = jiesu(capsys, "check")
    assert status == 1
    assert "JIESU_WECHAT__ALLOW_PLAIN=true" in line(said, "settings")
    monkeypatch.setenv("JIESU_WECHAT__ALLOW_PLAIN", "true")
    status, said = jiesu(capsys, "check")
    assert status == 0
    assert line(said, "wechat mode").startswith("note")


@pytest.mark.usefixtures("here")
def test_no_rights_is_passive_only_mode_and_noted(capsys: Any, stand: Stand) -> None:
    stand.platform.verified = False
    _, said = jiesu(capsys, "check")
    found = line(said, "wechat rights")
    assert found.startswith("note")
    assert "passive-only" in found
    assert "verified" in found
    assert line(said, "wechat templates (template)").startswith("FAIL")
    stand.platform.verified = True
    status, said = jiesu(capsys, "check")
    assert status == 0
    assert line(said, "wechat rights").startswith("ok")


@pytest.mark.usefixtures("here")
def test_a_template_the_account_does_not_have(capsys: Any, stand: Stand) -> None:
    del stand.platform.forms.templates["SUB"]
    status, said = jiesu(capsys, "check")
    assert status == 1
    assert "SUB of the profile is none" in line(said, "wechat templates (subscription)")


@pytest.mark.usefixtures("here")
def test_a_platform_that_does_not_answer(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIESU_WECHAT__API_URL", "http://127.0.0.1:9")
    status, said = jiesu(capsys, "check")
    assert status == 1
    assert "network" in line(said, "wechat")


@pytest.mark.usefixtures("here")
def test_the_menu_is_the_profiles(capsys: Any, stand: Stand) -> None:
    status, said = jiesu(capsys, "wechat", "menu", "push")
    assert (status, said) == (0, "The menu has 2 buttons now.\n")
    assert stand.platform.menu == {
        "button": [
            {"name": "查进度", "type": "click", "key": "查进度"},
            {
                "name": "更多",
                "sub_button": [
                    {"name": "找人工", "type": "click", "key": "人工"},
                    {"name": "网站", "type": "view", "url": "https://city.example/12345"},
                ],
            },
        ]
    }


def test_a_profile_without_a_menu_pushes_none(capsys: Any, here: Path, stand: Stand) -> None:
    text = (here / "city.toml").read_text("utf-8").replace(PROFILE, "")
    (here / "city.toml").write_text(text, "utf-8")
    status, said = jiesu(capsys, "wechat", "menu", "push")
    assert status == 1
    assert "[[wechat.menu]]" in said
    assert stand.platform.menu is None


def test_a_code_for_a_place(capsys: Any, here: Path) -> None:
    city = load(here / "city.toml")
    place, category = next(iter(city.areas.values())).name, next(iter(city.categories))
    status, said = jiesu(capsys, "wechat", "qr", "--place", place, "--category", category, "--json")
    assert status == 0
    made = json.loads(said)
    assert made["scene"] == scene_of(city, place, category)
    assert made["url"].startswith("http://weixin.qq.com/q/")
    assert made["picture"].endswith(made["ticket"])
    status, said = jiesu(capsys, "wechat", "qr", "--place", place, "--days", "30")
    assert status == 0
    assert "picture" in said


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", [["--place", "火星"], ["--category", "9876"], []])
def test_a_code_for_nothing_is_refused_with_a_reason(capsys: Any, words: list[str]) -> None:
    status, said = jiesu(capsys, "wechat", "qr", *words)
    assert status == 1
    assert "profile" in said or "needs a place" in said


@pytest.mark.usefixtures("here")
def test_what_wechat_refuses_is_one_sentence(capsys: Any, stand: Stand) -> None:
    stand.platform.refuse["/cgi-bin/menu/create"] = 65303
    status, said = jiesu(capsys, "wechat", "menu", "push")
    assert status == 1
    assert "65303" in said
    assert len(said.splitlines()) == 1
