"""What waits on the disk and cannot be read is put aside, with the reason; everybody else's drains on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.receiver import spool as spool_module
from app.receiver.spool import Spool
from app.receiver.spool_log import ASIDE, Log
from intake.model.messages import Address
from intake.model.received import Kept
from storage.db.keyring import KeyRing
from tests.spool.counter import ANNA, BEN, Counter, says

LOST = KeyRing(["a key that was lost"])


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The receivers' own."""
    return tmp_path / "spool"


async def unreadable(folder: Path, *who: Address) -> None:
    """Messages sealed by a key that we do not have."""
    lost = Spool(folder, LOST, clock)
    for address in who:
        await lost.keep(says("路灯坏了", address))


async def test_a_citizens_next_messages_do_not_wait_behind_theirs(
    counter: Counter, folder: Path, keyring: KeyRing, capsys: pytest.CaptureFixture[str]
) -> None:
    log, mine = Log(folder), bytes.fromhex(keyring.digest("spool", "wechat:anna"))
    log.append(mine, LOST.encrypt(b"sealed by another"), 1)
    log.append(mine, keyring.encrypt(b'{"what": "a release of tomorrow knows"}'), 2)
    message = says("井盖坏了")
    assert isinstance(await counter.receiver.receive(message), Kept)  # behind the others
    await counter.settle()
    assert all(await counter.handled(message))
    assert counter.spool.aside() == 2
    said = capsys.readouterr().out
    assert "none of our keys opens it" in said
    assert "no message as this release knows them" in said


async def test_with_the_key_given_again_they_are_taken(
    counter: Counter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await unreadable(folder, ANNA, BEN)
    await counter.settle()
    assert await counter.spool.bring_back() == 0
    monkeypatch.setattr(counter.spool, "_keyring", KeyRing(["a secret of the tests", "a key that was lost"]))
    assert await counter.spool.bring_back() == 2
    await counter.settle()
    assert all(await counter.handled(says("路灯坏了", ANNA), says("路灯坏了", BEN)))
    assert counter.spool.aside() == 0


def test_who_dies_between_setting_aside_and_closing_sets_it_aside_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, who = Log(folder), bytes(32)
    log.append(who, b"sealed", 1)

    def dies(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as dying:
        dying.setattr(Log, "_close", dies)
        with pytest.raises(OSError):  # noqa: PT011  any
            log.set_aside(log.open()[0])
    again = Log(folder)
    again.set_aside(again.open()[0])
    assert (again.open(), len(again.aside())) == ([], 1)
    assert again.bring_back(lambda sealed: sealed == b"sealed", 5) == 1
    assert [again.payload(record) for record in again.open()] == [b"sealed"]


async def test_it_is_erased_with_its_citizen_and_ends_with_its_term(
    folder: Path, keyring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(folder, keyring, clock)
    mine = bytes.fromhex(keyring.digest("spool", "wechat:anna"))
    sealed = LOST.encrypt(b"words of anna")
    Log(folder).append(mine, sealed, int(clock().timestamp() * 1e9))
    assert await spool.read(spool.heads(1)[0]) is None
    (kept,) = folder.glob(f"*{ASIDE}")
    await spool.forget(ANNA)
    assert sealed not in kept.read_bytes()
    assert await spool.bring_back() == 0
    assert await spool.drop_damaged() == 0
    monkeypatch.setattr(spool_module, "DAMAGED_LASTS", -spool_module.DAMAGED_LASTS)
    assert await spool.drop_damaged() == 1
    assert spool.aside() == 0
