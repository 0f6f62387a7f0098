"""A whole story, and then a thief's look: database file, dump, attachments, logs, metrics, outbox."""

import io
import json
import socket
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.base.clock import utc_now
from app.base.logs import set_up
from app.base.settings import Enclosed
from app.bootstrap.backend import open_desk
from bench.redteam.world import CALLS, DOCUMENT, SITE, World, opened, serving
from desk.actions import tickets
from desk.api import events, handoffs
from desk.workflow.states import Actor, Role
from hotline.contract import HotlineEvent, TicketDocument
from storage.db.sealed import Tx

PHONE, NAME, STREET, TROUBLE = "13912345678", "王芳", "幸福小区", "暖气不热"
DANGER, COLLEAGUE, ANSWER = "煤气味", "赵师傅", "李工明早上门"
PHOTO = b"\xff\xd8\xff\xe0 no real photo, but bytes a thief would know"
SECRETS = (PHONE, NAME, STREET, TROUBLE, DANGER, COLLEAGUE, ANSWER)

pytestmark = pytest.mark.timeout(600)  # a whole house, and a loaded machine


def bare(text: str) -> tuple[bytes, ...]:
    """Every way the text might lie there; dumps write bytes as hexadecimal digits."""
    raw = (text.encode(), json.dumps(text)[1:-1].encode(), text.encode("utf-16-le"), text.encode("gb18030"))
    return (*raw, *(one.hex().encode() for one in raw), *(one.hex().upper().encode() for one in raw))


def found(taken: dict[str, bytes]) -> list[tuple[str, str]]:
    return [
        (name, text) for name, held in taken.items() for text in SECRETS if any(o in held for o in bare(text))
    ]


async def story(world: World) -> None:
    """A ticket with all that follows it, a hand-off, an alert, a draft left lying; at the desk an answer."""
    number = await world.files_a_ticket("oVictim")
    await world.says(f"补充 电话改成13912345678，王芳，找{COLLEAGUE}", "oVictim")
    await world.says("人工", "oVictim")
    await world.says("还是五一路幸福小区的暖气不热", "oVictim")
    await world.says(f"五一路幸福小区3号楼有{DANGER}，电话13912345678", "oOther")
    await world.says("我的数据", "oVictim")
    await world.runtime.files.keep(PHOTO)
    await world.runtime.worker.drain()
    await at_the_desk(world, number)


async def at_the_desk(world: World, number: str) -> None:
    """The desk has it, writes down what it learns, and tells the citizen."""
    desk, centre = world.runtime.desk, Actor("wang", Role.CENTRE, None)
    assert desk is not None
    async with desk.database.write() as tx:
        [talk] = await handoffs.waiting(tx)
        assert len(await desk.alerts()) == 1
        await handoffs.say(tx, talk.conversation, ANSWER, centre, event_id="e1", now=utc_now())
    filed = await desk.queue(centre)
    ref = next(one.hotline_ref for one in filed if one.reference == number)
    browser = await world.logged_in("wang")
    page = (await browser.get(f"/desk/tickets/{ref}")).text
    given = {
        "token": page.partition('name="token" value="')[2].partition('"')[0],
        "version": page.partition('data-key="')[2].partition('"')[0],
        "internal_text": f"{NAME}说{ANSWER}",
        "text": f"{NAME}说{ANSWER}",
    }
    assert (await browser.post(f"/desk/tickets/{ref}/note", data=given)).status_code == 303
    await browser.get(f"/desk/search?q={PHONE}")
    await browser.aclose()
    while await desk.messenger.send_due():
        pass


@pytest.fixture
def line() -> Iterator[socket.socket]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def dumped(url: str) -> bytes:
    """All tables as an operator's backup has them."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            dump = "\n".join(database.iterdump()).encode("utf-8", "surrogateescape")
        database.close()
        return dump
    with psycopg.connect(url) as link:  # table by table, as pg_dump does; its own one is not of this version
        tables = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return b"\n".join(copied(link, name) for (name,) in tables)


def copied(link: psycopg.Connection, table: str) -> bytes:
    with link.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
        return b"".join(bytes(row) for row in rows)


async def test_a_thief_learns_nothing(database_url: str, tmp_path: Path, line: socket.socket) -> None:
    written = io.StringIO()
    set_up(written)
    inside = f"http://127.0.0.1:{line.getsockname()[1]}"
    async with opened(tmp_path, database_url=database_url, inside=inside) as world, serving(world.app, line):
        await story(world)
        metrics = (await world.http.get("/metrics")).content
        health = (await world.http.get("/readyz")).content
    files = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    taken = files | {"dump": dumped(database_url), "metrics": metrics, "health": health}
    taken["logs"] = written.getvalue().encode()
    assert b"oVictim" in taken["dump"], "we do look at the right bytes"
    assert taken["logs"].count(b"\n") > 10
    assert found(taken) == []
    assert not [name for name, held in taken.items() if PHOTO in held or PHOTO.hex().encode() in held]
    assert [name for name in files if "attachments" in name]


async def test_nor_from_a_desk_that_runs_alone(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'desk.db'}"
    settings = Enclosed(
        database_url=address,
        var=tmp_path,
        public_url=SITE,
        secret_key="a secret that is the desk's own",
        hotline={"secret": CALLS},
    )
    async with open_desk(settings, "http://desk.example") as alone:
        desk = alone.desk
        async with desk.database.write() as tx:
            await told(tx, desk)
        await desk.tidy()
        assert len(await desk.alerts()) == 1
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    taken = files | {"dump": dumped(address)}
    assert b"WX-1" in taken["dump"]
    assert found(taken) == []


async def told(tx: Tx, desk: Any) -> None:
    """What a front door files and tells."""
    now = utc_now() - timedelta(minutes=1)
    document = TicketDocument.model_validate(
        DOCUMENT | {"idempotency_key": "k1", "reference": "WX1", "content": f"{STREET}{TROUBLE}"}
    )
    filed = await tickets.file(tx, desk.office, document, now=now)
    words = {"event_id": "s1", "type": "supplement", "at": now, "text": f"{NAME} {PHONE} {COLLEAGUE}"}
    event = HotlineEvent.model_validate(words)
    await events.on_ticket(tx, desk.office, filed.hotline_ref, event, key="s1", now=now)
    for kind, text in (("handoff", TROUBLE), ("alert", DANGER)):
        words = {
            "event_id": kind,
            "type": kind,
            "at": now,
            "text": text,
            "phone": PHONE,
            "conversation": "WX-1",
        }
        await events.on_none(tx, HotlineEvent.model_validate(words), key=kind, now=now)
