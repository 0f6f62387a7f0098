"""What citizens send as files: archives and programs, bombs, polyglots, places; and a scanner that finds."""

import asyncio
import io
import shutil
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.attachments.malware import Clamd
from app.attachments.sanitize import OPAQUE, vet
from app.attachments.store import Files
from intake.model.ports import Fetched, Rejected, Unavailable
from storage.files.folder import Folder

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def a_photo(form: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 30, 30)).save(out, form, **more)
    return out.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "a telephone"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 46.0, 30.0), 3: "E", 4: (98.0, 16.0, 12.0)})
    return a_photo(exif=exif)


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("zeros", b"\0" * 1_000_000)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


@pytest.mark.parametrize(
    "content",
    [
        b"",
        a_zip(),
        b"MZ\x90\0" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"#!/bin/sh\nrm -rf /",
        b"\x1f\x8b\x08" + bytes(50),
        b"7z\xbc\xaf\x27\x1c" + bytes(50),
        bytes(257) + b"ustar\x0000",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"  <!DOCTYPE html><script>alert(1)</script>",
        b"\xef\xbb\xbf<svg onload=alert(1)>",
    ],
)
def test_archives_programs_and_pages_are_turned_away(content: bytes) -> None:
    with pytest.raises(Rejected):
        vet(Fetched(content, "image/jpeg"))


def test_a_picture_made_to_fill_memory_is_turned_away() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))
    with pytest.raises(Rejected, match="pixels"):
        vet(Fetched(bomb, "image/png"))


def test_what_only_claims_to_be_a_picture_is_turned_away() -> None:
    with pytest.raises(Rejected):
        vet(Fetched(b"GIF89a/*" + b"x" * 50, "image/gif"))


@pytest.mark.parametrize("hidden", [a_zip(), b"<?php system($_GET[0]); ?>", b"<script>alert(1)</script>"])
def test_nothing_hidden_behind_a_picture_comes_along(hidden: bytes) -> None:
    vetted = vet(Fetched(a_photo() + hidden, "image/jpeg"))
    assert hidden[:20] not in vetted.content
    assert vetted.media_type == "image/jpeg"


def test_a_comment_inside_goes_too() -> None:
    assert b"PAYLOAD" not in vet(Fetched(a_photo(comment=b"PAYLOAD"), "image/jpeg")).content


def test_place_and_device_leave_the_picture_and_the_place_is_told_us() -> None:
    vetted = vet(Fetched(with_place(), "image/jpeg"))
    with Image.open(io.BytesIO(vetted.content)) as kept:
        assert not dict(kept.getexif())
        assert kept.size == (40, 20)
    assert b"a telephone" not in vetted.content
    assert vetted.place is not None
    assert (round(vetted.place.lat, 3), round(vetted.place.lng, 3)) == (39.775, 98.27)


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "BMP"])
def test_other_pictures_stay_pictures(form: str) -> None:
    assert vet(Fetched(a_photo(form), "")).media_type in ("image/png", "image/jpeg")


@pytest.mark.parametrize("start", [b"#!AMR\n", b"#!AMR-WB\n", b"#!SILK_V3"])
def test_a_voice_begins_as_a_script_does_and_is_none(start: bytes) -> None:
    assert vet(Fetched(start + bytes(40), "audio/amr")).content == start + bytes(40)


def test_what_is_no_picture_is_kept_as_it_is() -> None:
    pdf = b"%PDF-1.4\n" + bytes(100)
    assert vet(Fetched(pdf, OPAQUE)).content == pdf


# --- the scanner


async def stand_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """clamd as its protocol has it: EICAR is found, "broken" breaks, PING is answered."""
    command = await reader.readuntil(b"\0")
    if command == b"zPING\0":
        writer.write(b"PONG\0")
    else:
        content = b""
        while size := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
        if EICAR in content:
            writer.write(b"stream: Eicar-Test-Signature FOUND\0")
        elif b"broken" in content:
            writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        else:
            writer.write(b"stream: OK\0")
    await writer.drain()
    writer.close()


@pytest.fixture
async def clamd() -> AsyncIterator[Clamd]:
    server = await asyncio.start_server(stand_in, "127.0.0.1", 0)
    async with server:
        yield Clamd(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")


@pytest.mark.parametrize("url", ["http://x", "tcp://", "unix:", "3310"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="unix"):
        Clamd(url)


async def test_without_the_scanner_nothing_is_decided() -> None:
    with pytest.raises(Unavailable):
        await Clamd("tcp://127.0.0.1:1").finds(b"x")
    with pytest.raises(Unavailable):
        await Clamd("unix:///nowhere").probe()


async def test_a_scanner_that_cannot_look_decides_nothing_either(clamd: Clamd) -> None:
    with pytest.raises(Unavailable):
        await clamd.finds(b"broken")


async def test_eicar_is_found_and_a_photo_is_not(clamd: Clamd) -> None:
    await clamd.probe()
    assert await clamd.finds(EICAR) == "Eicar-Test-Signature"
    assert await clamd.finds(bytes(200_000) + EICAR) == "Eicar-Test-Signature"
    assert await clamd.finds(a_photo() * 500) is None


@pytest.mark.skipif(shutil.which("clamdscan") is None, reason="no clamd is installed here")
async def test_a_real_clamd_finds_eicar() -> None:
    assert "eicar" in str(await Clamd("unix:///run/clamav/clamd.ctl").finds(EICAR)).lower()


async def test_what_it_finds_lies_in_quarantine_and_nobody_is_given_it(
    shell: Any, citizen: Any, clamd: Clamd, tmp_path: Path, keyring: Any
) -> None:
    folder = Folder(tmp_path / "files", keyring)
    shell.worker._delivery._files = Files(
        shell.database, folder, keyring, "http://front.door", shell.clock, clamd
    )
    shell.app.files["m"] = EICAR
    await citizen.goes_to_the_summary()
    await citizen.sends_photo("m")
    await citizen.says("提交")
    await shell.drain()
    shell.clock.tick(5)
    await shell.drain()
    [document] = shell.backend.tickets.values()
    assert document["attachments"] == []
    assert document["labels"] == ["file_put_away"]
    [letter] = [entry for entry in await shell.entries("buried") if entry.kind == "fetch"]
    assert letter.reason == "quarantined: Eicar-Test-Signature"
    [sha256] = [name async for name in folder.names()]
    query = dict(part.split("=") for part in shell.files.path(sha256).partition("?")[2].split("&"))
    assert await shell.files.read(sha256, **query) is None
