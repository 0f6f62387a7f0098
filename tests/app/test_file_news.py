"""A photo's place is offered and a refused file is told of, whatever fails in between."""

import io
import struct
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from app.attachments.sanitize import vet
from intake.model.messages import Burst, Media, MediaKind
from intake.model.ports import Fetched, NotTaken, Rejected, Unavailable
from storage.db import tables
from storage.outbox import outbox

STORY = "路灯坏了一个月了，我姓王，电话13912345678"
PROGRAM = b"MZ\x90\0" + bytes(300)


def a_photo(place: bool = True) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 46.0, 30.0), 3: "E", 4: (98.0, 16.0, 12.0)})
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
async def asked(citizen: Any) -> Any:
    """A citizen who is asked where it is."""
    await citizen.says(STORY)
    replies = await citizen.says("同意")
    assert "在哪里" in replies[-1].text
    return citizen


async def test_the_place_is_offered_once_and_leaves_the_photo(shell: Any, asked: Any) -> None:
    shell.app.files["m"] = a_photo()
    await asked.sends_photo("m")
    await shell.drain()
    assert [text for text in shell.app.texts if "拍摄位置" in text] != []
    told = len(shell.app.texts)
    await asked.says("用这个位置")
    await asked.says("提交")
    await shell.drain()
    shell.clock.tick(5)
    await shell.drain()
    [document] = shell.backend.tickets.values()
    assert (round(document["place"]["lat"], 3), round(document["place"]["lng"], 3)) == (39.775, 98.27)
    assert [text for text in shell.app.texts[told:] if "拍摄位置" in text] == []


async def test_a_worker_that_dies_after_the_offer_makes_no_second_one(shell: Any, asked: Any) -> None:
    shell.app.files["m"] = a_photo()
    await asked.sends_photo("m")
    async with shell.database.write() as tx:
        claimed = await outbox.claim(tx, now=shell.clock(), lease=timedelta(seconds=30), limit=10)
    [entry] = [one for one in claimed if one.kind == "fetch"]
    await shell.worker._delivery.deliver(entry)
    shell.clock.tick(31)
    await shell.drain()
    assert len([text for text in shell.app.texts if "拍摄位置" in text]) == 1
    assert await shell.entries("done", "fetch")


async def test_a_photo_sent_alone_waits_for_its_matter_first(shell: Any, asked: Any) -> None:
    shell.app.files["m"] = a_photo()
    await asked.says(media=(Media(MediaKind.PHOTO, "m"),), burst=Burst.PART)
    await shell.drain()
    assert shell.app.texts == []
    shell.clock.tick(10)
    await shell.drain()
    shell.clock.tick(10)
    await shell.drain()
    assert "照片收到了" in shell.app.texts[0]
    assert "拍摄位置" in shell.app.texts[-1]


async def test_a_program_is_told_of_and_the_ticket_goes_without_it(shell: Any, citizen: Any) -> None:
    shell.app.files["m"] = PROGRAM
    await citizen.goes_to_the_summary()
    await citizen.sends_photo("m")
    await shell.drain()
    assert "没有收" in shell.app.texts[0]
    assert "照片：" not in shell.app.texts[0]
    await citizen.says("提交")
    await shell.drain()
    [document] = shell.backend.tickets.values()
    assert document["attachments"] == []
    [entry] = [one for one in await shell.entries("buried") if one.kind == "fetch"]
    assert "not of a kind" in str(entry.reason)


async def test_a_program_sent_alone_begins_no_matter(shell: Any, asked: Any) -> None:
    shell.app.files["m"] = PROGRAM
    await asked.says(media=(Media(MediaKind.PHOTO, "m"),), burst=Burst.PART)
    for _ in range(3):
        await shell.drain()
        shell.clock.tick(10)
    refusal, question = shell.app.texts
    assert "没有收" in refusal
    assert "在哪里" in question


async def test_a_file_that_is_gone_is_told_of(shell: Any, asked: Any) -> None:
    shell.app.files["m"] = Rejected("HTTP 404")
    await asked.sends_photo("m")
    await shell.drain()
    assert "没能取到" in shell.app.texts[0]


async def test_a_file_that_comes_later_is_no_refusal(shell: Any, asked: Any) -> None:
    shell.app.files["m"] = Unavailable("not yet")
    await asked.sends_photo("m")
    await shell.drain()
    assert shell.app.texts == []


async def test_nobody_who_left_is_told(shell: Any, asked: Any) -> None:
    shell.app.files["m"] = a_photo()
    await asked.sends_photo("m")
    await asked.says("删除")
    await asked.says("确认删除")
    shell.app.sent.clear()
    await shell.drain()
    assert [text for text in shell.app.texts if "拍摄位置" in text] == []
    assert await shell.count(tables.conversations) == 1


async def test_the_words_are_in_the_citizens_language(shell: Any, citizen: Any) -> None:
    shell.app.files["m"] = PROGRAM
    await citizen.says(media=(Media(MediaKind.PHOTO, "m"),), language="en")
    await citizen.says("agree", language="en")
    await shell.drain()
    assert "was not taken" in shell.app.texts[0]


# --- pictures that are broken, or that only others can read


@pytest.mark.parametrize(
    "content",
    [
        a_photo()[:-300],
        b"\0\0\0\x18ftypheic" + bytes(100),
        b"\0\0\0\x18ftypavif" + bytes(100),
        b"II*\0" + bytes(100),
        b"MM\0*" + bytes(100),
    ],
    ids=["cut off", "HEIC", "AVIF", "TIFF", "TIFF of a Mac"],
)
def test_a_picture_we_cannot_encode_anew_is_not_kept_with_its_marks(content: bytes) -> None:
    with pytest.raises(NotTaken) as refusal:
        vet(Fetched(content, "image/jpeg"))
    assert refusal.value.why == "picture"


@pytest.mark.parametrize("bad", [b"\xff" * 8, b"\0\0\0\0" * 2, struct.pack("<II", 0xFFFFFFFF, 8)])
def test_broken_marks_cost_neither_the_photo_nor_the_worker(bad: bytes) -> None:
    content = a_photo()
    at = content.index(b"Exif\0\0") + 6
    vetted = vet(Fetched(content[: at + 8] + bad + content[at + 16 :], "image/jpeg"))
    assert vetted.media_type == "image/jpeg"
    assert b"Exif" not in vetted.content
