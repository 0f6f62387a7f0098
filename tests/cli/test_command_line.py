"""Each command says what it did, or in one plain sentence what to do; never a traceback, never a secret."""

import asyncio
import json
import re
import socket
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.base.clock import utc_now
from app.privacy.secret_key import open_keyring
from intake.model.messages import Address, ChannelName
from intake.model.ticket import AppealType, CategoryGuess, Ticket, Urgency
from storage.db.database import Database
from storage.messages import conversations, inbox
from storage.outbox import outbox
from storage.tickets import tickets

CITIES = Path(__file__).parents[2] / "cities"


def plain(said: Any) -> bool:
    """One sentence, or one a line; no traceback."""
    return bool(said.err.strip()) and "Traceback" not in said.err and "usage" not in said.err.lower()


def in_outbox(here: Path, *kinds: str) -> list[int]:
    """Entries of an installation that has been migrated."""

    async def queue() -> list[int]:
        async with (
            Database.open(
                f"sqlite:///{here / 'var' / 'jiesu.db'}", open_keyring(None, here / "var" / "secret.key")
            ) as database,
            database.write() as tx,
        ):
            made = [
                await outbox.queue(
                    tx, destination="hotline", kind=kind, lane=kind, body={"said": "秘密"}, now=utc_now()
                )
                for kind in kinds
            ]
            for entry in made[1:]:
                await outbox.bury(tx, entry or 0, "the backend answered 422", utc_now())
            await inbox.put_aside(
                tx,
                ChannelName.WECHAT,
                "m",
                "秘密".encode(),
                "KeyError at intake/form/form.py:1",
                utc_now(),
            )
        return [entry for entry in made if entry is not None]

    return asyncio.run(queue())


# --- settings


@pytest.mark.parametrize("command", [["serve"], ["check"]])
def test_a_half_configured_channel_stops_the_start(jiesu: Any, command: list[str]) -> None:
    said = jiesu(*command, JIESU_WECHAT__APPID="wx1", JIESU_WECHAT__SECRET="hidden")
    assert said.status == 1
    for name in ("TOKEN", "AES_KEY"):
        assert f"JIESU_WECHAT__{name} is missing" in said.out + said.err
    assert "s3cret" not in said.out + said.err


def test_the_real_command_says_it_on_stderr(process: Any) -> None:
    said = process("serve", JIESU_TELEGRAM__TOKEN="42:hidden")
    assert (said.status, said.out) == (1, "")
    assert said.err.strip().splitlines() == [
        "JIESU_TELEGRAM__WEBHOOK_SECRET is missing: serve needs it beside the token (poll does not)."
    ]


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"JIESU_PLAYGROUND": "true", "JIESU_TELEGRAM__TOKEN": "42:x"}, "JIESU_PLAYGROUND"),
        ({"JIESU_HOTLINE__KIND": "rest"}, "JIESU_HOTLINE__URL"),
        ({"JIESU_HOTLINE__KIND": "rest", "JIESU_HOTLINE__URL": "http://b"}, "JIESU_HOTLINE__SECRET"),
        ({"JIESU_HOTLINE__KIND": "fax"}, "JIESU_HOTLINE__KIND"),
        ({"JIESU_CITY": "atlantis"}, "atlantis"),
        ({"JIESU_DATABASE_URL": "mysql://u:hidden@db/x"}, "JIESU_DATABASE_URL"),
        ({"JIESU_DATABASE_URL": "postgresql://u:hidden@127.0.0.1:9/x"}, "JIESU_DATABASE_URL"),
        ({"JIESU_REDIS_URL": "hidden"}, "JIESU_REDIS_URL"),
        ({"JIESU_DATABASE_URL": "sqlite:////proc/nowhere/x.db"}, "/proc/nowhere"),
    ],
)
def test_serve_refuses_what_cannot_work(jiesu: Any, environment: dict[str, str], named: str) -> None:
    said = jiesu("serve", "--port", "0", **environment)
    assert said.status == 1
    assert plain(said)
    assert named in said.err
    assert "hidden" not in said.err


def test_on_sqlite_there_is_one_process(jiesu: Any) -> None:
    assert "SQLite" in (several := jiesu("serve", "--workers", "2")).err
    assert "SQLite" in (work := jiesu("work")).err
    assert (several.status, work.status) == (1, 1)


def test_a_taken_port_is_said_before_anything_starts(jiesu: Any, here: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = jiesu("serve", "--port", str(taken.getsockname()[1]))
    assert said.status == 1
    assert "cannot be used" in said.err
    assert not (here / "var").exists()


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
def test_a_port_that_is_none(jiesu: Any, port: str) -> None:
    said = jiesu("serve", "--port", port)
    assert said.status == 2
    assert "Traceback" not in said.err


def test_poll_needs_a_token(jiesu: Any) -> None:
    said = jiesu("poll")
    assert said.status == 1
    assert "JIESU_TELEGRAM__TOKEN is missing" in said.err


def test_a_desk_of_its_own_needs_to_know_the_front_door(jiesu: Any) -> None:
    said = jiesu("desk")
    assert said.status == 1
    assert "JIESU_PUBLIC_URL" in said.err


# --- check, migrate


def test_check_says_line_by_line_what_works(jiesu: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _it_is(date(2026, 6, 1), monkeypatch)
    said = jiesu("check")
    assert said.status == 0
    lines = {line.split()[1]: line.split()[0] for line in said.out.splitlines()}
    ours = ("settings", "city", "database", "clock", "messages", "redis", "disk", "files", "playground")
    things = (*ours, "tagger", "labels", "danger")
    assert lines == dict.fromkeys(things, "ok")


def _it_is(day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for module in ("app.checks.installation", "cli.operator.city"):
        monkeypatch.setattr(f"{module}.utc_now", lambda: at)


@pytest.mark.parametrize("command", [("check",), ("city", "check", "jiayuguan")])
def test_a_year_without_a_calendar_is_noted_before_it_begins(
    jiesu: Any, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    _it_is(date(2026, 12, 31), monkeypatch)
    said = jiesu(*command)
    assert said.status == 0  # it works; deadlines are only less exact
    (line,) = [line for line in (said.out + said.err).splitlines() if "note" in line]
    assert "[years.2027]" in line


def test_check_shows_messages_that_were_put_aside_but_not_what_they_say(jiesu: Any, here: Path) -> None:
    jiesu("migrate")
    in_outbox(here, "event")
    said = jiesu("check")
    assert said.status == 1
    (line,) = [line for line in said.out.splitlines() if "messages" in line]
    assert line.startswith("FAIL")
    assert "KeyError at intake/form/form.py:1" in line
    assert "秘密" not in said.out


def test_check_env_lists_every_variable(jiesu: Any) -> None:
    said = jiesu("check", "--env", JIESU_SECRET_KEY="s3cret", JIESU_TELEGRAM__TOKEN="s3cret")
    assert said.status == 0
    assert said.out.count("JIESU_") == len(said.out.splitlines())
    assert "s3cret" not in said.out


def test_migrate_twice_is_fine(jiesu: Any) -> None:
    assert [jiesu("migrate").status for _ in range(2)] == [0, 0]


# --- a backend


def test_trying_a_backend_needs_the_secret_it_signs_with(jiesu: Any) -> None:
    said = jiesu("hotline", "try", "http://127.0.0.1:9/api")
    assert (said.status, said.out) == (1, "")
    assert "JIESU_HOTLINE__SECRET is missing" in said.err


@pytest.mark.parametrize("json_wanted", [False, True])
def test_a_backend_that_is_not_there_fails_every_trial(jiesu: Any, json_wanted: bool) -> None:
    options = ["--json"] if json_wanted else []
    said = jiesu(
        "hotline",
        "try",
        "http://127.0.0.1:9/api",
        *options,
        JIESU_HOTLINE__SECRET="a hidden secret of 24 bytes",
    )
    assert said.status == 1
    assert "s3cret" not in said.out + said.err
    if json_wanted:
        assert {verdict["ok"] for verdict in json.loads(said.out)} == {False}
    else:
        assert "FAIL  a ticket is filed: no answer (ConnectError)" in said.out


# --- a city's profile


def test_a_broken_profile_is_told_by_file_key_and_reason(jiesu: Any, here: Path) -> None:
    good = (CITIES / "jiayuguan.toml").read_text("utf-8")
    broken = here / "broken.toml"
    broken.write_text(re.sub(r'(?m)^lead_unit = ".*"$', 'lead_unit = "nobody"', good, count=1), "utf-8")
    said = jiesu("city", "check", str(broken))
    assert said.status == 1
    assert "broken.toml" in said.err
    assert "nobody" in said.err


@pytest.mark.parametrize("content", [b"= = =", b"\xff\xfe", b""])
def test_a_file_that_is_no_profile(jiesu: Any, here: Path, content: bytes) -> None:
    (here / "none.toml").write_bytes(content)
    said = jiesu("city", "check", str(here / "none.toml"))
    assert said.status == 1
    assert plain(said)


def test_a_good_profile(jiesu: Any) -> None:
    assert jiesu("city", "check", str(CITIES / "xinghe.toml")).status == 0


# --- the outbox


def test_the_outbox_is_listed_without_what_it_says(jiesu: Any, here: Path) -> None:
    jiesu("migrate")
    in_outbox(here, "submit", "event")
    listed = jiesu("outbox", "list", "--json")
    rows = json.loads(listed.out)
    assert [(row["kind"], row["state"], row["reason"]) for row in rows] == [
        ("submit", "due", None),
        ("event", "buried", "the backend answered 422"),
    ]
    assert [
        row["kind"] for row in json.loads(jiesu("outbox", "list", "--json", "--state", "buried").out)
    ] == ["event"]
    assert "秘密" not in listed.out + jiesu("outbox", "list").out


def test_a_state_nobody_knows_is_refused(jiesu: Any) -> None:
    assert jiesu("outbox", "list", "--state", "lost").status == 2


def test_a_buried_entry_goes_again_and_a_waiting_one_is_buried(jiesu: Any, here: Path) -> None:
    jiesu("migrate")
    waiting, buried = in_outbox(here, "submit", "event")
    assert jiesu("outbox", "retry", str(buried)).status == 0
    assert jiesu("outbox", "bury", str(waiting), "--reason", "double").status == 0
    rows = {row["id"]: row for row in json.loads(jiesu("outbox", "list", "--json").out)}
    assert rows[buried]["state"] == "due"
    assert (rows[waiting]["state"], rows[waiting]["reason"]) == ("buried", "double")


@pytest.mark.parametrize("command", ["retry", "bury"])
def test_an_entry_that_is_not_there(jiesu: Any, command: str) -> None:
    said = jiesu("outbox", command, "999")
    assert said.status == 1
    assert plain(said)
    assert jiesu("outbox", command, "9" * 30).status == 2


# --- accounts


def test_an_account_is_made_once_and_its_password_shown(jiesu: Any) -> None:
    made = jiesu("user", "add", "wang", "--role", "centre")
    assert made.status == 0
    assert re.fullmatch(r"wang  password  \S{10,}", made.out.strip())
    again = jiesu("user", "add", "wang", "--role", "centre")
    assert again.status == 1
    assert plain(again)


def test_a_reset_gives_another_password(jiesu: Any) -> None:
    first = jiesu("user", "add", "wang", "--role", "centre").out
    reset = jiesu("user", "reset", "wang")
    assert reset.status == 0
    assert reset.out != first


def test_nobody_is_bound_to_an_account_who_does_not_wait(jiesu: Any) -> None:
    jiesu("user", "add", "wang", "--role", "centre")
    assert jiesu("user", "waiting").out.strip() == "Nobody waits."
    for words in (("bind", "wang", ""), ("bind", "wang", "0123"), ("unbind", "wang"), ("unbind", "nobody")):
        said = jiesu("user", *words)
        assert said.status == 1
        assert plain(said)


def test_nobody_cannot_be_reset(jiesu: Any) -> None:
    said = jiesu("user", "reset", "nobody")
    assert said.status == 1
    assert plain(said)


def test_a_unit_the_city_does_not_have(jiesu: Any) -> None:
    said = jiesu("user", "add", "li", "--role", "unit", "--unit", "moon")
    assert said.status == 1
    assert "no unit moon" in said.err


def test_who_works_for_a_unit_must_name_it(jiesu: Any) -> None:
    said = jiesu("user", "add", "li", "--role", "unit")
    assert said.status == 1
    assert plain(said)


# --- keys


def test_a_secret_is_replaced_by_command(jiesu: Any, here: Path) -> None:
    jiesu("migrate")
    old = (here / "var" / "secret.key").read_text().strip()
    in_outbox(here, "reply")
    said = jiesu("keys", "rotate", JIESU_SECRET_KEY=f"a-new-secret-of-good-length,{old}")
    assert said.status == 0
    assert "2 values were sealed again" in said.out
    said = jiesu("keys", "rotate", "--json", JIESU_SECRET_KEY="a-new-secret-of-good-length")
    assert json.loads(said.out) == {"sealed_again": 0, "query_codes_lost": 0, "spooled": 0}


def test_after_the_rotation_a_citizen_is_still_found_by_phone(jiesu: Any, here: Path) -> None:
    jiesu("migrate")
    filed_ticket(here)
    old = (here / "var" / "secret.key").read_text().strip()
    assert jiesu("keys", "rotate", JIESU_SECRET_KEY=f"a-new-secret-of-good-length,{old}").status == 0
    said = jiesu("export", "--phone", "13912345678", JIESU_SECRET_KEY="a-new-secret-of-good-length")
    assert json.loads(said.out)[0]["tickets"][0]["ticket"]["name"] == "王芳"


def test_a_forgotten_secret_is_named_before_anything_is_lost(jiesu: Any, here: Path) -> None:
    jiesu("migrate")
    in_outbox(here, "reply")
    said = jiesu("keys", "rotate", JIESU_SECRET_KEY="a-new-secret-of-good-length")
    assert said.status == 1
    assert plain(said)
    assert "JIESU_SECRET_KEY" in said.err


# --- a citizen's data


def filed_ticket(here: Path) -> None:
    """One citizen with one ticket, as the shell would have filed it."""

    async def file() -> None:
        async with Database.open(
            f"sqlite:///{here / 'var' / 'jiesu.db'}", open_keyring(None, here / "var" / "secret.key")
        ) as database:
            now = utc_now()
            async with database.write() as tx:
                stored = await conversations.lock(tx, Address(ChannelName.WECHAT, "oCitizen"), now)
                await tickets.add(tx, a_ticket(now), stored.id, "7K3M9Q", now)

    asyncio.run(file())


def a_ticket(now: Any) -> Ticket:
    return Ticket(
        key=uuid4(),
        reference="WX260426093015004",
        channel="WX",
        submitted_at=now,
        appeal_type=AppealType.COMPLAINT,
        category=CategoryGuess("99", 0.5),
        category_path="其他",
        urgency=Urgency(),
        title="井盖坏了",
        content="井盖坏了",
        expectation=None,
        occurred=None,
        place=None,
        subject=None,
        name="王芳",
        phone="13912345678",
        enterprise=None,
        anonymous=False,
        confidential=False,
        reply_wanted=True,
        is_public=False,
        expected_by=None,
        attachments=(),
        lead_unit=None,
        co_units=(),
        related_to=None,
        labels=(),
        consent=None,
        language="zh",
    )


@pytest.mark.parametrize("words", [[], ["--phone", "13900000000"], ["--account", "qq:1"], ["--ticket", "X"]])
def test_a_wish_that_names_nobody_is_refused(jiesu: Any, here: Path, words: list[str]) -> None:
    jiesu("migrate")
    for command in (["export"], ["erase", "--yes"]):
        said = jiesu(*command, *words)
        assert said.status == 1
        assert plain(said)


@pytest.mark.parametrize(
    "whose",
    [["--phone", "+86 139 1234 5678"], ["--account", "wechat:oCitizen"], ["--ticket", "wx260426093015004"]],
)
def test_a_citizen_is_exported_and_erased(jiesu: Any, here: Path, whose: list[str]) -> None:
    jiesu("migrate")
    filed_ticket(here)
    document = json.loads(jiesu("export", *whose).out)
    assert document[0]["tickets"][0]["ticket"]["phone"] == "13912345678"
    said = jiesu("erase", "--yes", *whose)
    assert said.status == 0
    assert "1 accounts" in said.out
    assert jiesu("export", "--phone", "13912345678").status == 1
    left = json.loads(jiesu("export", "--ticket", "WX260426093015004").out)
    assert left[0]["ticket"]["name"] is None
