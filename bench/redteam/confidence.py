"""Attacks on what is told in confidence: reports, files given up, names beside numbers, captured pushes."""

import secrets
import time

from sqlalchemy import select

from app.attachments.sanitize import vet
from bench.redteam.attack import Answer, attack, status
from bench.redteam.world import World
from intake.model.ports import Fetched, Rejected
from intake.understand.persons import masking
from playground.wechat.wire import ConsoleSettings
from storage.db.tables import attachments, tickets

YEARS = 5 * 365 * 86_400
DISC = bytes(0x8001) + b"CD001" + bytes(3000)
HOSTILE = (
    DISC,
    b"conectix" + bytes(504),
    b"@echo off\r\ndel *",
    b"<svg onload=alert(1)>",
    b"\xff\x0a" + bytes(90),
)
REPORT = {"appeal_type": "JB", "title": "举报", "content": "有人倒卖燃煤", "subject": None}
DOOR, HOUR = "7号楼2单元903", "昨晚十一点我下夜班时"


@attack("chat: a photo of one who declined stays")
async def declined(world: World) -> Answer:
    await world.says("我家暖气不热三天了，五一路幸福小区", "oDeclines")
    picture = {"MsgType": "image", "PicUrl": "http://127.0.0.1:9/p", "MediaId": "declined", "Content": None}
    await world.wechat(*world.push(picture, user="oDeclines"))
    await world.says("不同意", "oDeclines")
    async with world.runtime.database.read() as tx:
        rows = await tx.execute(select(attachments).where(attachments.c.media_id == "declined"))
        states = [row.state for row in rows]
    return Answer(set(states) <= {"dropped"}, "dropped with the words it came with")


@attack("wechat: a push out of a log, years old")
async def years_old(world: World) -> Answer:
    stamp, nonce = str(int(time.time()) - YEARS), secrets.token_hex(4)
    wire = ConsoleSettings(world.seal, "safe")
    fields = {"ToUserName": "gh_1", "FromUserName": "oOld", "CreateTime": stamp, "MsgType": "text"}
    added, body = wire.push(fields | {"Content": "删除", "MsgId": "1"}, stamp, nonce)
    return status((await world.wechat(wire.query(stamp, nonce, "oOld") | added, body)).status_code, 403)


@attack("unit: the name a citizen signs off with")
async def signed_off(_world: World) -> Answer:
    told = (
        "希望严肃查处，王建国 13900001111，请给我保密",
        "请严肃查处！王建国13900001111",
        "请联系王建国13900001111",
        "13900001111（王建国）",
        "此致敬礼，——王建国",
    )
    left = [text for text in told if "王建国" in masking.masked(text)]
    return Answer(not left, left[0] if left else f"hidden in {len(told)} ways of signing")


@attack("dump: a report and a complaint of one phone, joined")
async def one_phone(world: World) -> Answer:
    for user in ("oDumpOne", "oDumpTwo"):
        await world.files_a_ticket(user)
    async with world.runtime.database.read() as tx:
        digests = (
            await tx.scalars(select(tickets.c.phone_digest).order_by(tickets.c.id.desc()).limit(2))
        ).all()
    return Answer(None not in digests and len(set(digests)) == 2, "each digest is its ticket's own")


@attack("desk: a unit reads door, hour and pin of a report")
async def sealed_place(world: World) -> Answer:
    place = {"text": f"五一路幸福小区{DOOR}", "area_code": None}
    ref = await world.file_at_desk(**REPORT, place=place, occurred={"text": HOUR}, labels=["王芳家"])
    browser = await world.logged_in("xu")
    page = (await browser.get(f"/desk/tickets/{ref}")).text
    found = (await browser.get("/desk/search", params={"q": DOOR})).text
    await browser.aclose()
    told = [word for word in (DOOR, HOUR, "王芳家") if word in page]
    return Answer(not told and ref not in found, told[0] if told else "neither shown nor found")


@attack("desk: a report sent to whom it names with blanks, later, in its wish")
async def accused_elsewhere(world: World) -> Answer:
    unit = next(iter(world.runtime.city.units.values()))
    browser, codes = await world.logged_in("wang"), []
    for changes in (
        {"content": f"举报{' '.join(unit.name)}收钱"},
        {"expectation": f"查处{unit.name}的人收钱"},
    ):
        ref = await world.file_at_desk(**REPORT | changes)
        await world.step(browser, ref, "accept")
        codes.append((await world.step(browser, ref, "dispatch", lead_unit=unit.id)).status_code)
    await browser.aclose()
    return Answer(set(codes) == {409}, f"HTTP {codes}")


@attack("files: discs, scripts and kinds whose marks nobody takes out")
async def unlisted(_world: World) -> Answer:
    taken = [content[:8] for content in HOSTILE if _is_taken(content)]
    return Answer(not taken, repr(taken[0]) if taken else f"{len(HOSTILE)} kinds refused")


def _is_taken(content: bytes) -> bool:
    try:
        vet(Fetched(content, "image/jpeg"))
    except Rejected:
        return False
    return True


@attack("chat: query codes by every length of a number's tail")
async def by_tails(world: World) -> Answer:
    number = await world.files_a_ticket("oTailOwner")
    heard = [await world.says(f"查进度 {number[-4 - at % 5 :]} 22222{at}", "oTails") for at in range(2, 10)]
    return Answer(heard[-1] != heard[0], "locked after five, whatever was named")
