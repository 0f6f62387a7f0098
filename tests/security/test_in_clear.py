"""A whole story, and then a thief's look: database file, dump, attachments, logs, metrics, outbox."""

import io
import json
import sqlite3
from pathlib import Path

import pytest

from app.logs import set_up
from bench.redteam.world import World, opened

PHONE, NAME, STREET, TROUBLE = "13912345678", "王芳", "幸福小区", "暖气不热"
PHOTO = b"\xff\xd8\xff\xe0 no real photo, but bytes a thief would know"
SECRETS = (PHONE, NAME, STREET, TROUBLE)

pytestmark = pytest.mark.timeout(600)  # a whole house, its passwords hashed in earnest


def bare(text: str) -> tuple[bytes, ...]:
    """Every way the text might lie there."""
    escaped = json.dumps(text)[1:-1].encode()
    return (text.encode(), escaped, text.encode("utf-16-le"), text.encode("gb18030"))


async def story(world: World) -> None:
    await world.files_a_ticket("oVictim")
    await world.says("补充 电话改成13912345678，王芳", "oVictim")
    await world.says("人工", "oVictim")
    await world.says("还是五一路幸福小区的暖气不热", "oVictim")
    await world.says("我的数据", "oVictim")
    ref = await world.file_at_desk(content=f"{TROUBLE} {STREET}", place={"text": STREET, "area_code": None})
    browser = await world.logged_in("wang")
    await browser.get(f"/desk/tickets/{ref}")
    await browser.aclose()
    await world.house.files.keep(PHOTO)


async def test_a_thief_learns_nothing(tmp_path: Path) -> None:
    written = io.StringIO()
    set_up(written)
    async with opened(tmp_path) as world:
        await story(world)
        metrics = (await world.http.get("/metrics")).content
        health = (await world.http.get("/readyz")).content
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with sqlite3.connect(tmp_path / "jiesu.db") as database:
        dump = "\n".join(database.iterdump()).encode("utf-8", "surrogateescape")
    database.close()
    taken = files | {"dump": dump, "metrics": metrics, "health": health, "logs": written.getvalue().encode()}
    assert b"oVictim" in taken["dump"], "we do look at the right bytes"
    found = [
        (name, text)
        for name, held in taken.items()
        for text in SECRETS
        if any(one in held for one in bare(text))
    ]
    assert not found
    assert not [name for name, held in taken.items() if PHOTO in held]
    assert len(files) > 2
