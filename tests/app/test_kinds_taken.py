"""Which files are taken, by all their bytes: what hides in another, what acts, what tells a place."""

import io
import struct
import zipfile
import zlib
from itertools import count

import pytest
from PIL import Image

from app.attachments.sanitize import content_type, vet
from intake.model.ports import Fetched, NotTaken

# --- small files of each kind


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.exe", b"MZ")
    return out.getvalue()


def photo(form: str, **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 30, 30)).save(out, form, **more)
    return out.getvalue()


def crc(page: bytes) -> int:
    found = 0
    for byte in page:
        found ^= byte << 24
        for _ in range(8):
            found = (found << 1 ^ 0x04C11DB7 if found & 0x80000000 else found << 1) & 0xFFFFFFFF
    return found


def page(number: int, packet: bytes, flags: int = 0, serial: int = 7) -> bytes:
    sizes = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, number * 960, serial, number, 0, len(sizes))
    whole = head + sizes + packet
    return whole[:22] + struct.pack("<I", crc(whole)) + whole[26:]


def comments(*said: bytes) -> bytes:
    listed = b"".join(struct.pack("<I", len(one)) + one for one in said)
    return struct.pack("<I", 5) + b"maker" + struct.pack("<I", len(said)) + listed


def opus(*said: bytes, head: bytes = b"OpusHead", tags: bytes = b"OpusTags") -> bytes:
    start = page(0, head + b"\x01\x01\0\0\x80\xbb\0\0\0\0\0", 2)
    return start + page(1, tags + comments(*said)) + page(2, b"\xf8\xff\xfe" * 20, 4)


def vorbis() -> bytes:
    return opus(b"TITLE=x", head=b"\x01vorbis", tags=b"\x03vorbis")


def mpeg(frames: int = 4) -> bytes:
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def id3(said: bytes) -> bytes:
    return b"ID3\x03\0\0" + bytes([0, 0, len(said) >> 7, len(said) & 127]) + said


def element(id_: str, body: bytes, *, sized: bool = True) -> bytes:
    size = (0x01 << 56 | len(body)).to_bytes(8, "big") if sized else b"\x01" + b"\xff" * 7
    return bytes.fromhex(id_) + size + body


def webm(*more: bytes, codec: bytes = b"A_OPUS", kind: bytes = b"\x02", doc: bytes = b"webm") -> bytes:
    track = element("ae", element("d7", b"\x01") + element("83", kind) + element("86", codec))
    cluster = element("1f43b675", element("e7", b"\0") + element("a3", b"\x81\0\0\x80sound"), sized=False)
    segment = element("1549a966", b"") + element("1654ae6b", track) + b"".join(more) + cluster * 2
    return element("1a45dfa3", element("4282", doc)) + element("18538067", segment, sized=False)


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def track(kind: bytes = b"vide", *more: bytes) -> bytes:
    handler = box(b"hdlr", bytes(8) + kind + bytes(12) + b"Core Media Handler of Wang\0")
    return box(b"trak", box(b"tkhd", bytes(84)), box(b"mdia", box(b"mdhd", bytes(24)), handler), *more)


PLACE = b"+39.7711+098.2711/"


def film(
    *tracks: bytes, brand: bytes = b"isom", beside: bytes = b"", behind: bytes = b"", first: bytes = b""
) -> bytes:
    moov = box(b"moov", box(b"mvhd", bytes(100)), *(tracks or (track(),)), beside)
    return box(b"ftyp", brand, bytes(4), brand) + first + moov + box(b"mdat", b"pictures" * 9) + behind


def pdf(*objects: bytes) -> bytes:
    numbers = count(3)
    start = b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0>>endobj\n"
    return start + b"".join(b"%d 0 obj%b endobj\n" % (next(numbers), one) for one in objects) + b"%%EOF\n"


def packed(words: bytes, more: bytes = b"/Type/ObjStm/N 1/First 4") -> bytes:
    body = zlib.compress(words)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\r\n%b\r\nendstream" % (more, len(body), body)


def laid_out(words: bytes, row: int, how: int) -> bytes:
    """Rows as PNG lays them out: each byte less the one above it, or the one to its left."""
    out, above = b"", bytes(row)
    for at in range(0, len(words), row):
        line = words[at : at + row].ljust(row)
        less = above if how == 2 else b"\0" + line[:-1]
        out += bytes([how]) + bytes((one - other) & 255 for one, other in zip(line, less, strict=True))
        above = line
    return out


AMR = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 5
SILK = b"\x02#!SILK_V3" + (struct.pack("<H", 20) + b"v" * 20) * 4 + b"\xff\xff"
SCRIPT = b"7 0 <</S/JavaScript/JS(app.alert(1))>>"


def refusal(content: bytes, said: str = "image/jpeg") -> str:
    with pytest.raises(NotTaken) as found:
        vet(Fetched(content, said))
    return found.value.why


def kept(content: bytes, said: str = "application/x-msdownload") -> tuple[bytes, str]:
    found = vet(Fetched(content, said))
    return found.content, found.media_type


# --- what is not on the list


@pytest.mark.parametrize("said", ["image/jpeg", "audio/amr", "application/pdf", ""])
@pytest.mark.parametrize(
    "content",
    [
        bytes(0x8001) + b"CD001" + bytes(3000),
        b"conectix" + bytes(504),
        bytes(4096) + b"conectix" + bytes(504),
        b"\x20\x20-lh5-" + bytes(60),
        bytes(7) + b"**ACE**" + bytes(50),
        b"any words before it" + zipped(),
        bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(200),
        b"@echo off\r\ndel *",
        b'Set shell = CreateObject("WScript.Shell")',
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\n\n\n<svg onload=alert(1)>".rjust(900),
        b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        b"{\\rtf1 words}",
        b"SQLite format 3\0" + bytes(100),
        b"fLaC" + bytes(60),
        b"FLV\x01" + bytes(60),
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(60),
        b"8BPS\0\x01" + bytes(60),
        "一段话".encode(),
        b"\0",
    ],
)
def test_what_is_not_listed_is_refused_whatever_it_is_called(content: bytes, said: str) -> None:
    assert refusal(content, said) == "kind"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\x0a" + bytes(50),
        b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(50),
        b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(50),
        b"\xff\x4f\xff\x51" + bytes(50),
        b"II+\0\x08\0\0\0" + bytes(60),
        b"MM\0+\0\x08\0\0" + bytes(60),
        b"II*\0\x10\0\0\0CR\x02\0" + bytes(60),
        b"IIU\0" + bytes(60),
        b"FUJIFILMCCD-RAW " + bytes(60),
        b"\0\0\0\x18ftypcrx " + bytes(60),
        b"\0\0\0\x18ftypheic" + bytes(60),
        b"GIF89a/*" + b"x" * 50 + b"*/=1;alert(1)",
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        b"\xff\xd8\xff\xe0" + bytes(100),
    ],
)
def test_pictures_that_cannot_be_encoded_anew_are_refused(content: bytes) -> None:
    assert refusal(content) == "picture"


@pytest.mark.parametrize(
    "hidden", [zipped(), b"<script>alert(1)</script>", b"Rar!\x1a\x07\x01\0" + bytes(40)]
)
@pytest.mark.parametrize(
    "content", [AMR, SILK, opus(), mpeg(), webm(), film(), film(track(b"soun"), brand=b"M4A "), pdf()]
)
def test_a_file_that_is_two_things_is_none(content: bytes, hidden: bytes) -> None:
    assert refusal(content + hidden) in ("kind", "paper")


@pytest.mark.parametrize(
    "content",
    [
        b"#!AMR\nrm -rf / ; echo",
        opus(head=b"\x80theora", tags=b"\x81theora"),
        opus() + page(0, b"OpusHead", 2, serial=8),
        opus()[:-9],
        opus()[:-1] + b"!",
        mpeg(1),
        b"words" + mpeg(),
        webm(codec=b"V_VP8", kind=b"\x01"),
        webm(codec=b"A_FLAC"),
        webm(doc=b"matroska"),
        webm(element("1941a469", b"a file")),
        webm() + b"\x1a\x45\xdf\xa3",
        film(brand=b"3gp4"),
        film(behind=b"more than a box says"),
        film(behind=box(b"evil", b"x")),
        box(b"ftyp", b"isom", bytes(4)) + box(b"mdat", b"x" * 50),
    ],
)
def test_what_only_begins_as_a_sound_or_film_is_refused(content: bytes) -> None:
    assert refusal(content) == "kind"


# --- papers


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"<</S/JavaScript/JS(app.alert(1))>>"),
        pdf(b"<</S/J#61vaScrip#74/JS(app.alert(1))>>"),
        pdf(b"<</OpenAction 3 0 R>>"),
        pdf(b"<</AA<</O 3 0 R>>>>"),
        pdf(b"<</JS(app.alert(1))>>"),
        pdf(b"<</S/Launch/F(cmd.exe)>>"),
        pdf(b"<</Type/EmbeddedFile>>"),
        pdf(b"<</Names<</EmbeddedFiles 4 0 R>>>>"),
        pdf(b"<</XFA 4 0 R>>"),
        pdf(b"<</Encrypt 4 0 R>>"),
        pdf(packed(SCRIPT)),
        pdf(packed(b"7 0 <</S/Java#53cript>>")),
        pdf(packed(SCRIPT, b"")),
        pdf(packed(b" " * 3_000_000 + SCRIPT)),
        pdf(packed(laid_out(SCRIPT, 5, 2), b"/Type/ObjStm/DecodeParms<</Predictor 12/Columns 5>>")),
        pdf(packed(laid_out(SCRIPT, 8, 1), b"/Type/ObjStm/DecodeParms<</Predictor 11/Columns 8>>")),
        pdf(packed(laid_out(SCRIPT, 9, 2), b"/Type/ObjStm/DecodeParms<</Predictor 15/Columns 3/Colors 3>>")),
        pdf(packed(SCRIPT, b"/DecodeParms<</Predictor 12/Columns 5 0 R>>")),
        pdf(packed(SCRIPT, b"/DecodeParms<</Predictor 2/Columns 5>>")),
        pdf(b"<</Type/ObjStm/Filter/ASCIIHexDecode>>stream\n3c3c>\nendstream"),
        pdf(b"<</Type/ObjStm/Filter[/A85/Fl]>>stream\nxx\nendstream"),
        pdf(b"(stream " + packed(SCRIPT) + b")"),
    ],
)
def test_a_paper_in_which_something_acts_is_refused(content: bytes) -> None:
    assert refusal(content, "application/pdf") == "paper"


def test_a_paper_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = packed(bytes(40_000_000), b"")
    assert refusal(pdf(*[bomb] * 12)) == "paper"


def test_an_ordinary_paper_is_kept_and_its_photos_lose_their_marks() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Wang's telephone"
    image = photo("JPEG", exif=exif)
    drawn = b"<</Subtype/Image/Filter/DCTDecode/Length %d>>stream\n%b\nendstream" % (len(image), image)
    table = packed(laid_out(b"\1\0\2\0\1\0\3\0", 4, 2), b"/Type/XRef/DecodeParms<</Predictor 12/Columns 4>>")
    content, media_type = kept(pdf(drawn, packed(b"7 0 <</Type/Font/JSNotReally 1>>"), table))
    assert media_type == "application/pdf"
    assert b"Wang" not in content
    assert b"Wang" in image
    assert len(content) == len(pdf(drawn, packed(b"7 0 <</Type/Font/JSNotReally 1>>"), table))


# --- what is taken, and what of it goes


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (AMR, "audio/amr"),
        (AMR[:-9], "audio/amr"),
        (SILK, "audio/silk"),
        (opus(), "audio/ogg"),
        (vorbis(), "audio/ogg"),
        (webm(), "audio/webm"),
        (mpeg(), "audio/mpeg"),
        (film(track(b"soun"), brand=b"M4A "), "audio/mp4"),
        (film(), "video/mp4"),
        (film(track(), track(b"soun"), brand=b"mp42"), "video/mp4"),
        (film(brand=b"qt  ", first=box(b"wide")), "video/quicktime"),
        (photo("JPEG"), "image/jpeg"),
        (photo("PNG"), "image/png"),
        (photo("GIF"), "image/png"),
        (photo("WEBP"), "image/jpeg"),
        (pdf(), "application/pdf"),
    ],
)
@pytest.mark.parametrize("said", ["text/html", "application/x-msdownload", ""])
def test_the_type_is_what_the_bytes_say(content: bytes, media_type: str, said: str) -> None:
    found, kind = kept(content, said)
    assert kind == media_type
    assert content_type(found) == (
        "application/octet-stream" if kind.endswith(("mp4", "quicktime", "mpeg")) else kind
    )


def test_what_an_mp3_says_beside_its_sound_goes() -> None:
    said = id3(b"GEOB a file, COMM " + PLACE)
    content, _ = kept(said + mpeg() + b"TAG" + PLACE.ljust(125))
    assert content == mpeg()


def test_what_a_voice_says_beside_itself_is_blanked_and_it_can_still_be_played() -> None:
    content, _ = kept(opus(b"LOCATION=" + PLACE, b"METADATA_BLOCK_PICTURE=" + b"x" * 600))
    assert PLACE not in content
    assert b"PICTURE" not in content
    assert content.endswith(page(2, b"\xf8\xff\xfe" * 20, 4))
    assert kept(content)[0] == content  # its checksums hold


def test_tags_of_a_recording_are_blanked() -> None:
    said = element("1254c367", b"LOCATION " + PLACE)
    content, _ = kept(webm(said))
    assert PLACE not in content
    assert len(content) == len(webm(said))


@pytest.mark.parametrize(
    "place",
    [
        box(b"udta", box(b"\xa9xyz", PLACE)),
        box(b"udta", box(b"loci", bytes(6) + PLACE)),
        box(b"udta", box(b"meta", PLACE)),
        box(b"meta", box(b"keys", b"com.apple.quicktime.location.ISO6709"), box(b"ilst", PLACE)),
        box(b"uuid", b"XMP" + PLACE),
        box(b"\xa9xyz", PLACE),
        box(b"free", PLACE),
    ],
)
@pytest.mark.parametrize("brand", [b"isom", b"qt  ", b"M4A "])
def test_a_film_or_sound_loses_its_place_wherever_it_stands(place: bytes, brand: bytes) -> None:
    for content in (
        film(beside=place, brand=brand),
        film(track(b"vide", place), brand=brand),
        film(behind=place if place[4:5] != b"\xa9" else box(b"udta", place), brand=brand),
    ):
        found, _ = kept(content)
        assert PLACE not in found
        assert b"Wang" not in found
        assert len(found) == len(content)
        assert found.count(b"pictures") == 9


@pytest.mark.parametrize("kind", [b"meta", b"camm", b"gpmd", b"text", b"sbtl"])
def test_a_film_with_a_track_that_may_tell_its_place_is_refused(kind: bytes) -> None:
    assert refusal(film(track(), track(kind))) == "film"


def test_boxes_in_boxes_without_end_are_refused() -> None:
    deep = track()
    for _ in range(3000):
        deep = box(b"trak", deep)
    assert refusal(film(deep)) == "kind"
