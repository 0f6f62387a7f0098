"""Attacks in the chat and by files: others' tickets, codes, links, what a picture hides."""

import io
import json
import struct
import zipfile
import zlib
from urllib.parse import parse_qsl, urlsplit

from PIL import Image

from app.attachments.sanitize import vet
from app.base.logs import set_up
from bench.redteam.attack import Answer, attack, status
from bench.redteam.world import World
from intake.model.ports import Fetched, Rejected
from storage.db.sealed import keyring
from storage.db.tables import attachments, metadata


@attack("chat: withdraw somebody else's ticket")
async def others(world: World) -> Answer:
    number = await world.files_a_ticket("oVictim")
    heard = await world.says(f"撤单 {number}", "oThief")
    return Answer("没有正在办理" in heard, "nothing of theirs is known")


@attack("chat: guess a query code")
async def guess(world: World) -> Answer:
    number = await world.files_a_ticket("oOwner")
    heard = [await world.says(f"查进度 {number} 222{last}22", "oGuesser") for last in "2345678"]
    return Answer(heard[-1] != heard[0], "locked after five wrong ones")


@attack("chat: answer a survey of somebody else")
async def survey(world: World) -> Answer:
    await world.says("评价", "oNobody")
    heard = await world.says("满意", "oNobody")
    return Answer(await world.count("surveys") == 0, heard[:20].replace("\n", " ") or "silence")


@attack("chat: a URL that names the cloud's inside (SSRF)")
async def ssrf(world: World) -> Answer:
    inside = "http://169.254.169.254/latest/meta-data/"
    await world.says(inside, "oSsrf")
    await world.says("同意", "oSsrf")
    picture = {"MsgType": "image", "PicUrl": inside, "MediaId": "media-1", "Content": None}
    await world.wechat(*world.push(picture, user="oSsrf"))
    async with world.runtime.database.read() as tx:
        kept = [row.media_id for row in await tx.execute(attachments.select())]
    return Answer(inside not in kept and "media-1" in kept, "only the platform's own id is fetched")


@attack("chat: an identity card's number, to lie here for years")
async def id_number(world: World) -> Answer:
    number = "11010519491231002X"
    heard = await world.says(f"五一路幸福小区低保没发，身份证{number}", "oNumber")
    async with world.runtime.database.read() as tx:
        rows = [row for table in metadata.sorted_tables for row in await tx.execute(table.select())]
        opened = [keyring(tx).decrypt(one) for row in rows for one in row if isinstance(one, bytes)]
    whole = [one for one in opened if number.encode() in one]
    return Answer(not whole and "不需要身份证号" in heard, "masked before it is kept, and told so")


@attack("logs: a line break and a colour in a message")
async def logs(world: World) -> Answer:
    out = io.StringIO()
    set_up(out)
    await world.says('x"}\n{"event":"forged"}\x1b[31m'.replace("\x1b", ""), "oLogs")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return Answer(all(line["event"] != "forged" for line in lines), f"{len(lines)} lines, none forged")


@attack("files: path traversal in a name")
async def traversal(world: World) -> Answer:
    answer = await world.http.get("/attachments/..%2f..%2f..%2fetc%2fpasswd?expires=9&signature=0")
    return status(answer.status_code, 404)


@attack("files: forged link")
async def forged_link(world: World) -> Answer:
    path = world.runtime.files.path("a" * 64)
    return status((await world.http.get(path[:-4] + "0000")).status_code, 404)


@attack("files: one file's link on another (IDOR)")
async def borrowed(world: World) -> Answer:
    mine, theirs = await world.runtime.files.keep(b"mine"), await world.runtime.files.keep(b"theirs")
    path = world.runtime.files.path(mine)
    opened, borrowed_link = await world.http.get(path), await world.http.get(path.replace(mine, theirs))
    return Answer(
        opened.status_code == 200 and borrowed_link.status_code == 404, f"HTTP {borrowed_link.status_code}"
    )


@attack("files: a link made to last")
async def stretched(world: World) -> Answer:
    parts = urlsplit(world.runtime.files.path(await world.runtime.files.keep(b"kept")))
    query = dict(parse_qsl(parts.query)) | {"expires": "99999999999"}
    return status((await world.http.get(parts.path, params=query)).status_code, 404)


@attack("files: a page that would run in our name")
async def page(world: World) -> Answer:
    path = world.runtime.files.path(await world.runtime.files.keep(b"<script>alert(1)</script>"))
    headers = (await world.http.get(path)).headers
    held = headers["content-disposition"] == "attachment" and "sandbox" in headers["content-security-policy"]
    return Answer(held, f"{headers['content-type']}, only saved")


def _refused(content: bytes) -> Answer:
    try:
        vet(Fetched(content, "image/jpeg"))
    except Rejected as refusal:
        return Answer(True, refusal.reason)
    return Answer(False, "taken")


@attack("files: zip bomb")
async def zip_bomb(_world: World) -> Answer:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    return _refused(out.getvalue())


@attack("files: a program called photo.jpg")
async def program(_world: World) -> Answer:
    return _refused(b"MZ\x90\x00" + bytes(300))


@attack("files: a picture of billions of pixels")
async def pixels(_world: World) -> Answer:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return _refused(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))))


@attack("files: polyglot picture")
async def polyglot(_world: World) -> Answer:
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "JPEG", comment=b"<script>alert(1)</script>")
    kept = vet(Fetched(out.getvalue() + b"<?php system('id'); ?>", "image/jpeg")).content
    return Answer(b"php" not in kept and b"script" not in kept, "only the picture is kept")


@attack("files: where the photo was taken")
async def exif(_world: World) -> Answer:
    out, marks = io.BytesIO(), Image.Exif()
    marks.get_ifd(0x8825).update({1: "N", 2: (39.0, 46.0, 30.0), 3: "E", 4: (98.0, 16.0, 12.0)})
    Image.new("RGB", (20, 20)).save(out, "JPEG", exif=marks)
    with Image.open(io.BytesIO(vet(Fetched(out.getvalue(), "")).content)) as kept:
        return Answer(not dict(kept.getexif()), "no EXIF left")


@attack("files: a picture whose marks nobody could take out")
async def heic(_world: World) -> Answer:
    return _refused(b"\0\0\0\x18ftypheic" + b"Exif\0\0" + bytes(300))
