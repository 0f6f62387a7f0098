"""Small files that are pictures of sixty million points: no set of them takes the machine's memory."""

import io
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.attachments import picture_process
from app.attachments.picture_process import MEMORY
from app.attachments.sanitize import vet
from intake.model.ports import Fetched, NotTaken, Unavailable

WIDE, HIGH = 10_000, 6_000
AT_ONCE = 6

LOOKS = """
import json, resource, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
from app.attachments.sanitize import vet
from intake.model.ports import Fetched, NotTaken

def looked(path):
    try:
        return vet(Fetched(Path(path).read_bytes(), "image/jpeg")).media_type
    except NotTaken as refusal:
        return refusal.why

with ThreadPoolExecutor(len(sys.argv) - 2) as threads:
    print(json.dumps(list(threads.map(looked, sys.argv[2:]))))
"""
"""A server that looks at all of these files at once, with so much memory."""


def a_picture(form: str, mode: str = "RGB", **more: Any) -> bytes:
    """Sixty million points of nothing."""
    out = io.BytesIO()
    Image.new(mode, (WIDE, HIGH)).save(out, form, **more)
    return out.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return a_picture("JPEG", exif=exif)


@cache
def moving(form: str) -> bytes:
    """Many frames of a size that is no matter alone; they take seconds to draw."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (2_000, 2_000), (number, 0, 0)) for number in range(12)]
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


BOMBS = {
    "photo": lambda: a_picture("JPEG"),
    "progressive": lambda: a_picture("JPEG", progressive=True),
    "turned": turned,
    "drawing": lambda: a_picture("PNG", "RGBA"),
    "for print": lambda: a_picture("JPEG", "CMYK"),
    "WebP": lambda: a_picture("WEBP", lossless=True, quality=0, method=0),
}


def looked_at(tmp_path: Path, pictures: list[bytes], memory: int) -> list[str]:
    """What becomes of them in a process that may take `memory` bytes."""
    paths = []
    for number, content in enumerate(pictures):
        paths.append(tmp_path / f"{number}.jpg")
        paths[-1].write_bytes(content)
    made = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", LOOKS, str(memory), *map(str, paths)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        check=True,
    )
    found: list[str] = json.loads(made.stdout)
    return found


def test_six_of_them_at_once_need_no_more_memory_than_one(tmp_path: Path) -> None:
    """The address space of all threads and the interpreter; one decoded copy of the six would not fit."""
    pictures = [make() for make in BOMBS.values()]
    assert len(pictures) == AT_ONCE
    assert sum(len(picture) for picture in pictures) < WIDE * HIGH / 10
    *taken, webp = looked_at(tmp_path, pictures, MEMORY)
    assert set(taken) == {"image/jpeg", "image/png"}
    assert webp in ("large", "image/jpeg")


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_what_moves_the_first_frame_is_kept(form: str) -> None:
    with Image.open(io.BytesIO(vet(Fetched(moving(form), "")).content)) as kept:
        assert kept.size == (2_000, 2_000)
        assert getattr(kept, "n_frames", 1) == 1


def test_what_does_not_fit_is_told_as_too_large() -> None:
    with pytest.raises(NotTaken) as refusal:
        vet(Fetched(BOMBS["WebP"](), "image/webp"))
    assert refusal.value.why == "large"


def test_a_process_that_is_ended_is_a_refusal_and_one_that_cannot_begin_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photo = moving("PNG")
    monkeypatch.setattr(picture_process, "_PROGRAM", "no_such_program")
    with pytest.raises(NotTaken) as refusal:
        vet(Fetched(photo, ""))
    assert refusal.value.why == "large"
    monkeypatch.setattr(picture_process.sys, "executable", "/nowhere/python")
    with pytest.raises(Unavailable):
        vet(Fetched(photo, ""))


@pytest.mark.parametrize(
    ("by", "means"), [("TERM", Unavailable), ("INT", Unavailable), ("HUP", Unavailable), ("KILL", NotTaken)]
)
def test_a_stop_of_the_whole_service_is_no_word_about_the_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: str, means: type[Exception]
) -> None:
    """systemd ends every process of a service at once; the limits end this one with SIGKILL."""
    ended = tmp_path / "python"
    heard = (
        "" if by == "KILL" else f"signal.signal(signal.SIG{by}, signal.SIG_DFL)\n"
    )  # not as the tests' own
    ended.write_text(f"#!{sys.executable}\nimport os, signal\n{heard}os.kill(os.getpid(), signal.SIG{by})\n")
    ended.chmod(0o700)
    monkeypatch.setattr(picture_process.sys, "executable", str(ended))
    with pytest.raises(means):
        vet(Fetched(moving("PNG"), ""))


def test_the_process_is_given_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []

    def ran(*_: Any, env: dict[str, str], **__: Any) -> Any:
        given.append(env)
        return subprocess.CompletedProcess([], 0, b"")

    monkeypatch.setenv("JIESU_SECRET_KEY", "the secret of a test in memory")
    monkeypatch.setattr(picture_process.subprocess, "run", ran)
    with pytest.raises(NotTaken):
        vet(Fetched(moving("PNG"), ""))
    assert [set(env) for env in given] == [{"PYTHONPATH"}]


async def test_a_citizen_who_sends_six_of_them_hears_of_what_is_not_taken(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_process, "_ran", lambda _content: b"")  # it was ended by its limits
    bomb = moving("PNG")
    await citizen.goes_to_the_summary()
    for number in range(AT_ONCE):
        shell.app.files[str(number)] = bomb
        await citizen.sends_photo(str(number))
    await shell.drain()
    assert len([text for text in shell.app.texts if "太大" in text]) == AT_ONCE
    assert {entry.state for entry in await shell.entries(kind="fetch")} == {"buried"}
