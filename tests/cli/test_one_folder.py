"""`JIESU_VAR`: one folder holds everything the product writes, and nothing of it lies anywhere else.

And beside it the object store, which several machines share: what `jiesu check` says of either.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import answers, free_port, running
from tests.s3 import BUCKET, KEY_ID, S3, SECRET, s3_server

DESK = {"JIESU_PUBLIC_URL": "http://127.0.0.1:9", "JIESU_HOTLINE__SECRET": "whsec_" + "MDEy" * 8}


@pytest.fixture
async def s3(tmp_path: Path) -> AsyncIterator[S3]:
    async with s3_server(tmp_path / "s3") as server:
        yield server


@pytest.fixture
def bucket(s3: S3) -> dict[str, str]:
    return {
        "JIESU_S3__URL": f"http://127.0.0.1:{s3.port}",
        "JIESU_S3__BUCKET": BUCKET,
        "JIESU_S3__KEY_ID": KEY_ID,
        "JIESU_S3__SECRET": SECRET,
        "JIESU_S3__REGION": "cn-test-1",
    }


async def said(jiesu: Any, *words: str, **env: str) -> str:
    """A command in this process, while the store's server goes on in this loop."""
    return (await asyncio.to_thread(jiesu, *words, **env)).out


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("env", "path", "word"), [({}, "/healthz", "serve"), (DESK, "/desk/login", "desk")], ids=["serve", "desk"]
)
async def test_whatever_runs_writes_there_and_nowhere_else(
    tmp_path: Path, env: dict[str, str], path: str, word: str
) -> None:
    var, port = tmp_path / "disk" / "of jiesu", free_port()
    async with running(
        tmp_path / "here", env | {"JIESU_VAR": str(var)}, word, "--port", str(port)
    ) as started:
        await answers(f"http://127.0.0.1:{port}{path}", started)
    assert [one.name for one in (tmp_path / "here").iterdir()] == [f"{word}.log"]
    assert {"jiesu.db", "secret.key", "first-password"} <= {one.name for one in var.iterdir()}


async def test_an_operators_commands_find_it_there(jiesu: Any, here: Path) -> None:
    var = str(here / "elsewhere")
    assert "jiesu_var" not in await said(jiesu, "migrate", JIESU_VAR=var)
    for words in (("outbox", "list"), ("keys", "rotate"), ("check",)):
        await said(jiesu, *words, JIESU_VAR=var)
    assert [one.name for one in here.iterdir()] == ["elsewhere"]


async def test_a_database_that_is_named_stays_where_it_is(jiesu: Any, here: Path) -> None:
    await said(jiesu, "migrate", JIESU_VAR=str(here / "a"), JIESU_DATABASE_URL=f"sqlite:///{here / 'b.db'}")
    assert (here / "b.db").exists()
    assert not (here / "a" / "jiesu.db").exists()


async def test_the_check_tries_the_folder_and_the_bucket(jiesu: Any, here: Path, bucket: Any, s3: S3) -> None:
    assert "files" in await said(jiesu, "check")
    lines = (await said(jiesu, "check", **bucket)).splitlines()
    [line] = [line for line in lines if "files" in line]
    assert f"object store, bucket {BUCKET}" in line
    assert s3.objects() == {}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"JIESU_S3__SECRET": "hidden"}, "refuses our key"),
        ({"JIESU_S3__BUCKET": "town"}, "no such bucket"),
        ({"JIESU_S3__URL": "http://127.0.0.1:9"}, "does not answer"),
    ],
)
async def test_the_check_says_what_is_wrong_with_a_bucket(
    jiesu: Any, here: Path, bucket: Any, wrong: dict[str, str], says: str
) -> None:
    out = " ".join((await said(jiesu, "check", **bucket | wrong)).split())
    assert says in out
    assert "hidden" not in out


async def test_half_a_store_stops_the_start_by_name(jiesu: Any, here: Path) -> None:
    lines = await asyncio.to_thread(jiesu, "serve", "--port", "0", JIESU_S3__URL="ftp://store")
    assert "JIESU_S3__BUCKET is missing" in lines.err
    assert "JIESU_S3__URL must begin with" in lines.err
