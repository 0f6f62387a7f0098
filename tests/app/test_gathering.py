"""A desk that runs alone keeps copies of citizens' files, and asks nobody but the front door for them."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.attachments.mirror import AttachmentMirror
from hotline.contract import AttachmentPart
from storage.db.keyring import KeyRing
from storage.files.folder import Folder

PICTURE = b"a picture"
SHA256 = hashlib.sha256(PICTURE).hexdigest()


def part(url: str = "http://front.door/attachments/x?signature=1", sha256: str = SHA256) -> AttachmentPart:
    return AttachmentPart(kind="photo", sha256=sha256, media_type="image/png", size=9, url=url)


class Desk(AttachmentMirror):
    """Gathers what it is told of."""

    came: tuple[AttachmentPart, ...] = ()

    async def _new(self) -> tuple[AttachmentPart, ...]:
        came, self.came = self.came, ()
        return came


@pytest.fixture
def folder(tmp_path: Path, keyring: KeyRing) -> Folder:
    return Folder(tmp_path / "files", keyring)


async def gathered(folder: Folder, now: Any, came: AttachmentPart, *answers: httpx.Response) -> list[str]:
    """Which addresses were asked in as many rounds as there are answers, and one more."""
    asked: list[str] = []
    waiting = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return waiting.pop(0)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        desk = Desk(None, folder, "http://front.door", http, lambda: now)  # type: ignore[arg-type]
        desk.came = (came,)
        for _ in range(len(answers) + 1):
            await desk.gather()
    return asked


async def test_a_file_is_fetched_until_it_is_here_and_then_no_more(folder: Folder, now: Any) -> None:
    answers = httpx.Response(503), httpx.Response(200, content=PICTURE)
    assert len(await gathered(folder, now, part(), *answers)) == 2
    assert await folder.read(SHA256) == PICTURE
    assert await gathered(folder, now, part()) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://front.door/x",
        "http://front.door.evil/x",
        "http://front.door:81/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_nobody_but_the_front_door_is_asked(folder: Folder, now: Any, url: str) -> None:
    assert await gathered(folder, now, part(url)) == []


async def test_another_content_is_not_kept(folder: Folder, now: Any) -> None:
    assert len(await gathered(folder, now, part(), httpx.Response(200, content=b"another"))) == 1
    assert not await folder.has(SHA256)
    assert len(await gathered(folder, now, part(), httpx.Response(404))) == 1
