"""The spool's files: what was promised is there, whoever died and however."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.receiver.spool_log import LARGEST_PAYLOAD, Log

ANNA, BEN = b"a" * 32, b"b" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def segment(folder: Path) -> Path:
    (only,) = folder.glob("*.log")
    return only


def test_what_was_appended_is_open_in_order_until_it_is_done(folder: Path) -> None:
    log = Log(folder)
    first, second = log.append(ANNA, b"one", 1), log.append(BEN, b"two", 2)
    assert [log.payload(record) for record in log.open()] == [b"one", b"two"]
    assert log.holds(ANNA)
    log.done(first)
    assert not log.holds(ANNA)
    log.done(second)
    assert log.open() == []
    assert list(folder.glob("*.log")) == []


def test_a_clock_that_goes_back_changes_no_order(folder: Path) -> None:
    log = Log(folder)
    numbers = [log.append(ANNA, b"one", 1000), log.append(ANNA, b"two", 1)]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("left", [1, 10, 51, 55])
def test_half_a_record_is_cut_off_and_the_next_one_is_whole(folder: Path, left: int) -> None:
    Log(folder).append(ANNA, b"whole", 1)
    whole = segment(folder).read_bytes()
    with segment(folder).open("ab") as file:
        file.write(whole[:left])
    log = Log(folder)
    assert [log.payload(record) for record in log.open()] == [b"whole"]
    log.append(BEN, b"next", 2)
    assert [log.payload(record) for record in Log(folder).open()] == [b"whole", b"next"]
    assert segment(folder).stat().st_size == 2 * len(whole) - 1


def test_damage_in_the_middle_costs_only_what_it_hit(folder: Path) -> None:
    log = Log(folder)
    for number, words in enumerate([b"one", b"two", b"three"], 1):
        log.append(ANNA, words, number)
    content = bytearray(segment(folder).read_bytes())
    content[content.index(b"two")] ^= 0xFF
    segment(folder).write_bytes(content)
    log = Log(folder)
    assert [log.payload(record) for record in log.open()] == [b"one", b"three"]


def test_two_processes_see_each_others_records_and_ends(folder: Path) -> None:
    one, other = Log(folder), Log(folder)
    first = one.append(ANNA, b"one", 1)
    second = other.append(BEN, b"two", 2)
    assert one.holds(BEN)
    assert other.holds(ANNA)
    other.done(first)
    one.done(second)
    assert one.open() == other.open() == []
    other.append(ANNA, b"three", 3)  # in a new file: the old one's end must not be taken for its own
    assert [one.payload(record) for record in one.open()] == [b"three"]


def test_a_full_segment_is_followed_by_another(folder: Path) -> None:
    log = Log(folder, largest=100)
    numbers = [log.append(ANNA, bytes(60), at) for at in range(1, 6)]
    assert len(list(folder.glob("*.log"))) > 1
    assert [record.number for record in Log(folder).open()] == numbers
    for number in numbers:
        log.done(number)
    assert list(folder.glob("*.log")) == []


def test_a_full_disk_is_said_and_leaves_nothing_half(folder: Path) -> None:
    """In a process of its own whose files may not grow: the kernel refuses as a full disk does."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from app.receiver.spool_log import Log\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); log = Log(Path(sys.argv[1]))\n"
        "log.append(b'a' * 32, b'small', 1)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))\n"
        "try: log.append(b'b' * 32, bytes(500), 2)\n"
        "except OSError: print('refused')\n"
        "log.append(b'c' * 32, b'fits', 3)\n"
    )
    done = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-c", code, str(folder)], capture_output=True, check=True, timeout=60
    )
    assert done.stdout == b"refused\n"
    log = Log(folder)
    assert [log.payload(record) for record in log.open()] == [b"small", b"fits"]


def test_a_writer_killed_again_and_again_loses_nothing_it_has_acknowledged(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.receiver.spool_log import Log\n"
        "log, at = Log(Path(sys.argv[1])), int(sys.argv[2])\n"
        "while True:\n"
        "    at += 1; log.append(b'a' * 32, b'%d' % at * 500, at); print(at, flush=True)\n"
    )
    acknowledged: list[int] = []
    for life in range(3):
        writer = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-c", code, str(folder), str(life * 1_000_000)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        acknowledged.append(int(writer.stdout.readline()))
        time.sleep(0.05)
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout.read().splitlines() if line.strip()]
        writer.stdout.close()
        writer.wait()
    kept = [record.number for record in Log(folder).open()]
    assert set(acknowledged) <= set(kept)
    assert len(kept) <= len(acknowledged) + 3  # at most the one in hand was not told
    assert kept == sorted(kept)


def test_only_one_process_empties_at_a_time(folder: Path) -> None:
    one, other = Log(folder), Log(folder)
    one.append(ANNA, b"one", 1)
    with one.alone() as first, other.alone() as second:
        assert (first, second) == (True, False)
    with other.alone() as again:
        assert again


def test_files_are_for_nobody_else(folder: Path) -> None:
    Log(folder).append(ANNA, b"one", 1)
    assert segment(folder).stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert os.access(folder, os.W_OK)


def test_what_the_disk_refuses_after_others_have_read_it_costs_no_later_record(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk over a network may take the write and refuse the sync; another process has read it by then."""
    one, other = Log(folder), Log(folder)
    one.append(ANNA, b"first", 1)

    def refused(_: int) -> None:
        other.open()
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refused)
        with pytest.raises(OSError, match="no space"):
            one.append(ANNA, b"not kept", 2)
    one.append(BEN, b"kept, and longer than what the disk refused", 3)
    other.append(ANNA, b"last", 4)
    wanted = [b"first", b"kept, and longer than what the disk refused", b"last"]
    for log in (one, other, Log(folder)):
        assert [log.payload(record) for record in log.open()] == wanted


def test_a_record_larger_than_any_reader_takes_is_refused_not_promised(folder: Path) -> None:
    log = Log(folder)
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        log.append(ANNA, bytes(LARGEST_PAYLOAD + 1), 1)
    log.append(ANNA, bytes(LARGEST_PAYLOAD), 2)
    assert [record.length for record in Log(folder).open()] == [LARGEST_PAYLOAD]


@pytest.mark.parametrize("hit", [b"one", b"two"])
def test_what_the_disk_spoilt_is_kept_for_the_operator_when_all_else_is_done(
    folder: Path, hit: bytes
) -> None:
    """The last record as well: it was whole once, and no half one that its writer never promised."""
    log = Log(folder)
    for number, words in enumerate([b"one", b"two"], 1):
        log.append(ANNA, words, number)
    content = bytearray(segment(folder).read_bytes())
    content[content.index(hit)] ^= 0xFF
    segment(folder).write_bytes(content)
    again = Log(folder)
    again.append(BEN, b"three", 3)
    assert len(again.open()) == 2
    for record in again.open():
        again.done(record.number)
    assert list(folder.glob("*.log")) == []
    (kept,) = folder.glob("*.damaged")
    assert kept.read_bytes().startswith(content)
    assert Log(folder).open() == []


# --- what is erased, and what ends


def held(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_what_waits_of_one_citizen_goes_and_anothers_waits_on(folder: Path) -> None:
    log = Log(folder)
    log.append(ANNA, b"words of anna", 1)
    log.append(BEN, b"words of ben", 2)
    log.forget({ANNA})
    assert b"words of anna" not in held(folder)
    for one in (log, Log(folder)):
        assert [one.payload(record) for record in one.open()] == [b"words of ben"]
    assert list(folder.glob("*.damaged")) == []


def test_what_is_done_is_overwritten_though_its_file_lives_on_and_what_waits_is_not(folder: Path) -> None:
    log = Log(folder)
    first = log.append(ANNA, b"the wish", 1)
    log.append(ANNA, b"a new matter", 2)
    log.append(BEN, b"words of ben", 3)
    log.done(first)
    assert b"the wish" in held(folder)
    log.overwrite_done({ANNA})
    assert b"the wish" not in held(folder)
    assert [log.payload(record) for record in log.open()] == [b"a new matter", b"words of ben"]
    for record in log.open():
        log.done(record.number)
    assert [path.name for path in folder.iterdir()] == ["lock"], "nothing was taken for damage"


def test_what_is_kept_as_damaged_loses_whom_it_must_and_ends_with_its_term(folder: Path) -> None:
    log = Log(folder)
    numbers = [log.append(who, b"words of " + who[:1], at) for at, who in ((5, ANNA), (6, BEN), (7, BEN))]
    content = bytearray(segment(folder).read_bytes())
    content[content.rindex(b"words of b")] ^= 0xFF
    segment(folder).write_bytes(content)
    again = Log(folder)
    for number in numbers:
        again.done(number)
    again.append(BEN, b"another day", 8)
    [kept] = folder.glob("*.damaged")
    again.forget({ANNA})
    assert b"words of a" not in kept.read_bytes()
    assert b"words of b" in kept.read_bytes()
    assert again.drop_damaged(5) == 0
    assert again.drop_damaged(6) == 1
    assert list(folder.glob("*.damaged")) == []


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_its_files_are_for_its_own_account_only(folder: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        log = Log(folder)
        log.append(ANNA, b"one", 1)
        with log.alone():
            pass
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())}
    assert modes == {0}
