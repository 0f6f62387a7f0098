"""Citizens' files behind links: signed, for a while, and for nothing else."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.attachments.sanitize import content_type
from app.attachments.store import LINK_LASTS, PAGE_LINK_LASTS, Files
from storage.db.keyring import KeyRing
from storage.files.folder import Folder
from webhooks.attachments import attachment_router
from webhooks.error_handlers import answer_faults

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture
async def sha256(tmp_path: Path, keyring: KeyRing) -> str:
    return await Folder(tmp_path / "files", keyring).store(PNG)


@pytest.fixture
async def door(shell: Any) -> AsyncClient:
    app = FastAPI()
    answer_faults(app)
    app.include_router(attachment_router(shell.files))
    return AsyncClient(transport=ASGITransport(app), base_url="http://front.door")


async def test_a_link_gives_the_file(shell: Any, door: AsyncClient, sha256: str) -> None:
    answer = await door.get(shell.files.link(sha256))
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == "inline"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_pages_get_the_same_link_without_a_host(shell: Any) -> None:
    name = "a" * 64
    assert shell.files.path(name).startswith(f"/attachments/{name}?")
    assert shell.files.link(name) == "http://front.door" + shell.files.path(name, LINK_LASTS)


async def test_a_link_ends(shell: Any, door: AsyncClient, sha256: str) -> None:
    path = shell.files.path(sha256)
    shell.clock.tick(PAGE_LINK_LASTS.total_seconds() + 1)
    assert (await door.get(path)).status_code == 404


async def test_a_file_of_another_key_is_not_there(shell: Any, door: AsyncClient, tmp_path: Path) -> None:
    foreign = await Folder(tmp_path / "files", KeyRing(["another"])).store(PNG)
    assert (await door.get(shell.files.path(foreign))).status_code == 404


@pytest.mark.parametrize(
    "forge",
    [
        lambda path: path.partition("?")[0],
        lambda path: path[:-1] + ("0" if path[-1] != "0" else "1"),
        lambda path: path.replace("expires=", "expires=1"),
        lambda path: path.replace("/attachments/", "/attachments/" + "b" * 64 + "?x="),
        lambda path: path.replace("signature=", "signature=é"),
        lambda path: "/attachments/..%2F..%2Fsecret.key?" + path.partition("?")[2],
        lambda path: "/attachments/../secret.key?" + path.partition("?")[2],
        lambda path: "/attachments/" + "A" * 64 + "?" + path.partition("?")[2],
        lambda path: "/attachments/",
    ],
)
async def test_a_forged_link_is_404_as_a_problem(
    shell: Any, door: AsyncClient, sha256: str, forge: Any
) -> None:
    answer = await door.get(forge(shell.files.path(sha256)))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_signed_link_to_no_file_is_404_too(shell: Any, door: AsyncClient) -> None:
    assert (await door.get(shell.files.path("c" * 64))).status_code == 404


async def test_a_signature_is_good_for_its_file_and_its_end_only(shell: Any, sha256: str) -> None:
    query = parse_qs(urlsplit(shell.files.path(sha256)).query)
    expires, signature = query["expires"][0], query["signature"][0]
    assert await shell.files.read(sha256, expires, signature) == PNG
    assert await shell.files.read("d" * 64, expires, signature) is None
    assert await shell.files.read(sha256, str(int(expires) + 1), signature) is None


async def test_what_is_no_picture_is_only_saved(shell: Any, door: AsyncClient, tmp_path: Path) -> None:
    name = await Folder(tmp_path / "files", shell.files._keyring).store(HTML)
    answer = await door.get(shell.files.path(name))
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("content", "known"),
    [(PNG, "image/png"), (b"", "application/octet-stream"), (b"\x00\x01", "application/octet-stream")],
)
def test_the_bytes_say_what_a_file_is(content: bytes, known: str) -> None:
    assert content_type(content) == known


async def test_files_are_given_out_by_the_installation_that_has_their_key(
    shell: Any, sha256: str, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "files", KeyRing(["another"]))
    other = Files(shell.database, folder, KeyRing(["another"]), "http://other", shell.clock)
    query = parse_qs(urlsplit(other.path(sha256)).query)
    assert await shell.files.read(sha256, query["expires"][0], query["signature"][0]) is None
