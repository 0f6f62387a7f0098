"""The folder and the bucket are one to whoever keeps a file in them; what a bucket's server may refuse."""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.db.keyring import KeyRing, Undecryptable
from storage.files import bucket as buckets
from storage.files.bucket import Bucket
from storage.files.file_store import FileStore, NoSuchFile, StoreFault
from storage.files.folder import Folder
from storage.files.object_store import ObjectStore
from tests.processes import clean
from tests.s3 import S3, broken, s3_server, silent, slow_down

PHOTO = b"\xff\xd8\xff the radiator, cold"
SHA256 = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
async def s3(tmp_path: Path) -> AsyncIterator[S3]:
    async with s3_server(tmp_path / "s3") as server:
        yield server


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, s3: S3, keyring: KeyRing) -> FileStore:
    if request.param == "folder":
        return Folder(tmp_path / "s3" / "city" / "attachments", keyring)
    return ObjectStore(Bucket(s3.rules()), keyring)


async def names(store: FileStore) -> list[str]:
    return [name async for name in store.names()]


async def test_what_was_never_stored_is_not_there(store: FileStore) -> None:
    assert not await store.has(SHA256)
    assert await names(store) == []
    assert not await store.seal_again(SHA256)
    await store.remove(SHA256)
    with pytest.raises(NoSuchFile):
        await store.read(SHA256)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", SHA256.upper(), SHA256 + "\n", "0" * 63])
async def test_a_name_that_is_no_sha256_is_asked_for_nowhere(store: FileStore, s3: S3, name: str) -> None:
    for asking in (store.read(name), store.remove(name), store.has(name)):
        with pytest.raises(NoSuchFile):
            await asking
    assert s3.asked == []


async def test_a_file_comes_back_and_lies_there_sealed(store: FileStore, s3: S3, keyring: KeyRing) -> None:
    assert await store.store(PHOTO) == SHA256
    assert await store.read(SHA256) == PHOTO
    assert await names(store) == [SHA256]
    [(name, lies)] = s3.objects().items()
    assert name == f"attachments/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"
    assert b"radiator" not in lies
    assert keyring.decrypt(lies) == PHOTO


async def test_another_key_does_not_open_a_file(s3: S3, keyring: KeyRing) -> None:
    await ObjectStore(Bucket(s3.rules()), keyring).store(PHOTO)
    with pytest.raises(Undecryptable):
        await ObjectStore(Bucket(s3.rules()), KeyRing(["another"])).read(SHA256)


async def test_the_same_picture_twice_even_at_once_is_one_file(store: FileStore, s3: S3) -> None:
    await asyncio.gather(*(store.store(PHOTO) for _ in range(4)))
    await store.store(PHOTO)
    assert len(s3.objects()) == 1
    assert await store.read(SHA256) == PHOTO


async def test_what_is_prepared_is_in_its_place_only_when_it_is_placed(store: FileStore, s3: S3) -> None:
    dropped = await store.prepare(PHOTO)
    assert not await store.has(SHA256)
    await dropped.drop()
    assert s3.objects() == {}
    await (await store.prepare(PHOTO)).place()
    assert await store.read(SHA256) == PHOTO
    assert len(s3.objects()) == 1


async def test_what_a_process_that_died_had_prepared_goes_with_the_file(store: FileStore, s3: S3) -> None:
    await store.prepare(PHOTO)
    await store.prepare(b"another's")
    await store.remove(SHA256)
    assert len(s3.objects()) == 1
    assert await names(store) == []


async def test_a_full_disk_leaves_no_half_a_file(
    tmp_path: Path, keyring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    folder = Folder(tmp_path, keyring)
    await folder.store(b"another")
    before = [one for one in tmp_path.rglob("*") if one.is_file()]
    monkeypatch.setattr("storage.files.folder.os.fsync", full)
    (tmp_path / SHA256[:2] / SHA256[2:4]).mkdir(parents=True)
    with pytest.raises(OSError, match="No space"):
        await folder.store(PHOTO)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == before


async def test_what_shows_a_matter_stays_when_a_citizen_gives_up_the_same(store: FileStore) -> None:
    await store.keep(PHOTO)
    await store.remove(SHA256)
    assert await store.read(SHA256) == PHOTO


async def test_a_new_key_seals_a_file_again_once(store: FileStore, s3: S3, tmp_path: Path) -> None:
    await store.store(PHOTO)
    ring = KeyRing(["the new one", "a secret of the tests"])
    fresh: FileStore = ObjectStore(Bucket(s3.rules()), ring)
    if isinstance(store, Folder):
        fresh = Folder(tmp_path / "s3" / "city" / "attachments", ring)
    old = KeyRing(["a secret of the tests"])
    [(name, _)] = s3.objects().items()
    (s3.folder / "city" / name).write_bytes(old.encrypt(PHOTO))
    assert await fresh.seal_again(SHA256)
    assert not await fresh.seal_again(SHA256)
    assert await fresh.read(SHA256) == PHOTO


async def test_more_files_than_one_page_of_a_list_has(s3: S3, keyring: KeyRing) -> None:
    store = ObjectStore(Bucket(s3.rules()), keyring)
    sums = sorted(hashlib.sha256(str(number).encode()).hexdigest() for number in range(1100))
    for one in sums:
        place = s3.folder / "city" / "attachments" / one[:2] / one[2:4] / one
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"")
    assert await names(store) == sums


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"secret": "not the secret"}, "refuses our key"),
        ({"key_id": "nobody"}, "refuses our key"),
        ({"name": "town"}, "no such bucket"),
        ({"url": "http://127.0.0.1:9"}, "does not answer"),
    ],
)
async def test_what_an_operator_can_mend_is_said_without_a_name(
    s3: S3, keyring: KeyRing, wrong: dict[str, str], says: str
) -> None:
    store = ObjectStore(Bucket(s3.rules(**wrong)), keyring)
    for asking in (store.probe(), store.store(PHOTO), store.read(SHA256), store.prepare(PHOTO), names(store)):
        with pytest.raises(StoreFault) as fault:
            await asking
        assert says in str(fault.value.strerror)
        assert SHA256 not in str(fault.value)
        assert not any(one in str(fault.value) for one in wrong.values())
        assert fault.value.__suppress_context__, "nor in what a log may print behind it"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Error performing PUT http://127.0.0.1:9/x in 1.503s - HTTP error: error sending request", "answer"),
        (
            "Error performing GET http://127.0.0.1:50301/403 in 403.2ms - HTTP error: connection reset",
            "answer",
        ),
        ("Server returned non-2xx status code: 503 Service Unavailable: ", "busy"),
        ("Server returned non-2xx status code: 403 Forbidden: ", "refuses our key"),
        ("Server returned error response: <Error><Code>SlowDown</Code></Error>", "busy"),
    ],
)
def test_times_and_ports_in_a_fault_are_no_statuses(said: str, told: str) -> None:
    assert told in buckets._kind(said)


async def test_a_bucket_that_is_made_later_is_used_then(s3: S3, keyring: KeyRing) -> None:
    (s3.folder / "city").rmdir()
    store = ObjectStore(Bucket(s3.rules()), keyring)
    with pytest.raises(StoreFault, match="no such bucket"):
        await store.probe()
    s3.make_bucket()
    await store.probe()
    assert s3.objects() == {}


@pytest.mark.parametrize("fault", [slow_down, broken])
async def test_a_busy_store_is_asked_again_and_a_doubled_upload_is_one_file(
    store: FileStore, s3: S3, fault: object
) -> None:
    s3.faults.extend([fault] * 2)  # type: ignore[list-item]
    await store.store(PHOTO)
    assert await store.read(SHA256) == PHOTO
    assert len(s3.objects()) == 1


async def test_a_store_that_stays_busy_is_given_up_for_now(s3: S3, keyring: KeyRing) -> None:
    s3.faults.extend([slow_down] * 20)
    with pytest.raises(StoreFault, match="busy"):
        await ObjectStore(Bucket(s3.rules()), keyring).store(PHOTO)
    assert len(s3.asked) == 1 + buckets.TRIES_AGAIN


async def test_a_store_that_hangs_costs_one_short_time_out(
    s3: S3, keyring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "ONE_TRY", timedelta(seconds=0.2))
    monkeypatch.setattr(buckets, "LONGEST", 0.6)
    s3.faults.extend([silent] * 20)
    with pytest.raises(StoreFault, match="in time"):
        await ObjectStore(Bucket(s3.rules()), keyring).prepare(PHOTO)


async def test_what_the_machine_has_set_for_other_programs_is_not_taken(
    s3: S3, keyring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.setenv(name, "somebody else's")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    assert await ObjectStore(Bucket(s3.rules()), keyring).store(PHOTO) == SHA256


FORKS = """
import asyncio, os, sys
from storage.db.keyring import KeyRing
from storage.files.bucket import Bucket, BucketRules
from storage.files.object_store import ObjectStore

store = ObjectStore(Bucket(BucketRules(*sys.argv[1:6], False)), KeyRing(["a secret of the tests"]))
for _ in range(2):
    child = os.fork()
    if child == 0:
        asyncio.run(store.store(os.urandom(9)))
        os._exit(0)
    assert os.waitpid(child, 0) == (child, 0)
"""


async def test_processes_that_were_forked_are_answered_each(s3: S3) -> None:
    """As `serve --workers 2` does: the house is opened once before, and then in each child."""
    rules = s3.rules()
    given = (rules.url, rules.name, rules.key_id, rules.secret, rules.region)
    done = await asyncio.create_subprocess_exec(sys.executable, "-c", FORKS, *given, env=clean({}))
    assert await done.wait() == 0
    assert len(s3.objects()) == 2
