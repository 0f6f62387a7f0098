"""Records on the local disk, appended and never changed: the file side of the spool.

The rule: what `append` has returned for is on the disk (fsync); what a dying process left half written is
cut off by the next who writes. Several processes share the folder: writing happens under one lock, reading
needs none and stops before what is not whole yet. So what is whole may have been read by others and is never
cut off; and a file in which the disk spoilt something stays for the operator, though all else in it is done.

A frame is `JS`, a kind, the record's number, whom it concerns (a keyed digest), the length, a CRC, the
payload. A record is open until a frame of the kind `DONE` names its number.
"""

import errno
import fcntl
import os
import struct
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TextIO

import structlog

from storage.private_files import FILE, make_file, make_folder, sync

log = structlog.get_logger(__name__)

_HEAD = struct.Struct(">2scQ32sII")
_MAGIC = b"JS"
RECORD, DONE = b"R", b"D"
NOBODY = bytes(32)
LARGEST_SEGMENT = 8 * 1024 * 1024
LARGEST_PAYLOAD = 4 * 1024 * 1024
DAMAGED = ".damaged"
"""Ends the name of a file that holds something spoilt."""
ASIDE = ".aside"
"""Ends the name of a file that holds one record nobody can use for now."""


@dataclass(frozen=True, slots=True)
class Record:
    """One open record: `number` grows with time, `who` is 32 bytes, `place` says where its payload lies."""

    number: int
    who: bytes
    segment: str
    place: int
    length: int


@dataclass(slots=True)
class _Segment:
    """How far a file has been read, what in it is still open, and whether something in it is spoilt."""

    read: int
    open: dict[int, Record]
    damaged: bool = False


class Log:
    """The records under `folder`. Thread-safe; raises OSError where the disk does."""

    def __init__(self, folder: Path, largest: int = LARGEST_SEGMENT) -> None:
        self._folder = folder
        self._largest = largest
        self._segments: dict[str, _Segment] = {}
        self._mutex = Lock()

    def append(self, who: bytes, payload: bytes, at: int) -> int:
        """Put a record on the disk for good; returns its number: `at` (nanoseconds), or a later one."""
        if len(payload) > LARGEST_PAYLOAD:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        with self._writing():
            number = max([at, *(n + 1 for segment in self._segments.values() for n in segment.open)])
            name = self._newest(at)
            try:
                self._write(name, _frame(RECORD, number, who, payload), sync=True)
            except OSError:
                self._catch_up()
                self._close(number)
                raise
            self._read(name)
            return number

    def done(self, number: int) -> None:
        """Close a record. After a crash it may be open again: whoever acts on records must bear a repeat."""
        with self._writing():
            self._close(number)

    def open(self) -> list[Record]:
        """The open records, the oldest first."""
        with self._mutex:
            self._catch_up()
            found = [record for segment in self._segments.values() for record in segment.open.values()]
        return sorted(found, key=lambda record: record.number)

    def holds(self, who: bytes) -> bool:
        """Whether a record of theirs is open."""
        return any(record.who == who for record in self.open())

    def set_aside(self, record: Record) -> None:
        """Close a record and keep it beside the others, where it stands in nobody's way. Twice is once."""
        with self._writing():
            payload = self.payload(record)
            beside = self._folder / f"{record.number:020d}{ASIDE}"
            _write_anew(beside, _frame(RECORD, record.number, record.who, payload))
            self._close(record.number)

    def aside(self) -> list[Path]:
        """The files of what was set aside, the oldest first."""
        return sorted(self._folder.glob(f"*{ASIDE}"))

    def bring_back(self, usable: Callable[[bytes], bool], at: int) -> int:
        """Append anew what can be used by now; returns how many. One who dies in between leaves a repeat."""
        back = 0
        for file in self.aside():
            found = _record_in(file)
            if found is not None and usable(found[1]):
                self.append(*found, at)
                file.unlink(missing_ok=True)
                back += 1
        return back

    def payload(self, record: Record) -> bytes:
        """What was appended."""
        with (self._folder / record.segment).open("rb") as file:
            file.seek(record.place)
            return file.read(record.length)

    def forget(self, whose: Collection[bytes]) -> None:
        """Close these records, and overwrite what they held."""
        for record in self.open():
            if record.who in whose:
                self.done(record.number)
        self.overwrite_done(whose)

    def overwrite_done(self, whose: Collection[bytes]) -> None:
        """A record that is done lies in its file until all others in it are, and in one kept as damaged for
        long: blanks instead of what these held."""
        if not self._folder.is_dir():
            return
        with self._writing():
            waiting = {number for segment in self._segments.values() for number in segment.open}
            for file in (*self._folder.glob("*.log"), *self._folder.glob(f"*{DAMAGED}"), *self.aside()):
                _overwrite(file, whose, waiting)

    def damaged(self) -> list[int]:
        """What was kept as damaged: when each file was begun (nanoseconds)."""
        return sorted(int(path.stem) for path in self._folder.glob(f"*{DAMAGED}"))

    def drop_damaged(self, before: int) -> int:
        """Remove what was kept as damaged, or aside, and begun before (nanoseconds); how many files."""
        if not self._folder.is_dir():
            return 0
        with self._writing():
            kept = (*self._folder.glob(f"*{DAMAGED}"), *self.aside())
            old = [path for path in kept if int(path.stem) < before]
            for path in old:
                path.unlink(missing_ok=True)
        return len(old)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the reader's lock, if no other process does; it dies with its holder."""
        with _lock(self._folder / "drain") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Alone among threads and processes, with everything read and every end made whole."""
        with self._mutex:
            make_folder(self._folder)
            with _lock(self._folder / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._catch_up()
                for name in self._segments:
                    self._make_whole(name)
                yield

    def _make_whole(self, name: str) -> None:
        """Cut off a half frame at the end; what is no half frame was whole once, and is stepped over."""
        segment, file = self._segments[name], self._folder / name
        with file.open("rb") as read:
            read.seek(segment.read)
            rest = read.read()
        if _is_half(rest):
            os.truncate(file, segment.read)
        elif rest:
            segment.read, segment.damaged = segment.read + len(rest), True

    def _close(self, number: int) -> None:
        """Close a record, if it is there and open."""
        name = next((n for n, s in self._segments.items() if number in s.open), None)
        if name is not None:
            self._write(name, _frame(DONE, number, NOBODY, b""), sync=False)
            self._read(name)
            self._drop_if_empty(name)

    def _newest(self, at: int) -> str:
        """The segment to append to. Names are never used again: another process may know the old one."""
        name = max(self._segments, default="")
        if name and self._segments[name].read < self._largest:
            return name
        return self._begin(f"{max(at, int(name.removesuffix('.log') or 0) + 1):020d}.log")

    def _begin(self, name: str) -> str:
        (self._folder / name).touch(mode=FILE, exist_ok=False)
        sync(self._folder)
        self._segments[name] = _Segment(0, {})
        return name

    def _write(self, name: str, frame: bytes, *, sync: bool) -> None:
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND)
        try:
            _write_whole(descriptor, frame)
            if sync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _drop_if_empty(self, name: str) -> None:
        """A segment without open records goes; to the operator, if something in it is spoilt."""
        segment, file = self._segments[name], self._folder / name
        if segment.open:
            return
        if segment.damaged:
            file.rename(file.with_suffix(DAMAGED))
            log.error("the disk spoilt something in the spool", kept_as=file.with_suffix(DAMAGED).name)
        else:
            file.unlink(missing_ok=True)
        del self._segments[name]

    def _catch_up(self) -> None:
        names = {file.name for file in self._folder.glob("*.log")} if self._folder.is_dir() else set()
        self._segments = {name: self._segments.get(name) or _Segment(0, {}) for name in names}
        for name in sorted(names):
            self._read(name)

    def _read(self, name: str) -> None:
        """Take in what was appended since; damage in the middle is stepped over."""
        segment = self._segments[name]
        try:
            with (self._folder / name).open("rb") as file:
                file.seek(segment.read)
                fresh = file.read()
        except FileNotFoundError:
            del self._segments[name]
            return
        start = segment.read
        for begin, end, kind, number, who in _frames(fresh):
            segment.damaged |= start + begin - _HEAD.size > segment.read
            if kind == RECORD:
                segment.open[number] = Record(number, who, name, start + begin, end - begin)
            else:
                segment.open.pop(number, None)
            segment.read = start + end


def _record_in(file: Path) -> tuple[bytes, bytes] | None:
    """Whose it is and what it holds; None if it is spoilt or was overwritten."""
    data = file.read_bytes()
    for begin, end, _, _, who in _frames(data):
        return who, data[begin:end]
    return None


def _overwrite(file: Path, whose: Collection[bytes], waiting: Collection[int]) -> None:
    """Blanks in the place of these payloads, each frame as whole as it was; not of those that still wait."""
    theirs = [one for one in _frames(file.read_bytes()) if one[4] in whose and one[3] not in waiting]
    with file.open("r+b") as out:
        for begin, end, kind, number, who in theirs:
            out.seek(begin - _HEAD.size)
            out.write(_frame(kind, number, who, bytes(end - begin)))
        out.flush()
        os.fsync(out.fileno())


def _lock(file: Path) -> TextIO:
    make_file(file)
    return file.open("a")


def _frame(kind: bytes, number: int, who: bytes, payload: bytes) -> bytes:
    return _HEAD.pack(_MAGIC, kind, number, who, len(payload), _crc(kind, number, who, payload)) + payload


def _crc(kind: bytes, number: int, who: bytes, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(kind + number.to_bytes(8, "big") + who))


def _frames(data: bytes) -> Iterator[tuple[int, int, bytes, int, bytes]]:
    """Each whole frame: where its payload begins and ends, its kind, number and whom it concerns."""
    at = data.find(_MAGIC)
    while at >= 0:
        found = _whole(data, at)
        if found is None:
            at = data.find(_MAGIC, at + 1)
            continue
        yield found
        at = data.find(_MAGIC, found[1])


def _whole(data: bytes, at: int) -> tuple[int, int, bytes, int, bytes] | None:
    begin = at + _HEAD.size
    if begin > len(data):
        return None
    _, kind, number, who, length, crc = _HEAD.unpack_from(data, at)
    end = begin + length
    if length > LARGEST_PAYLOAD or end > len(data) or _crc(kind, number, who, data[begin:end]) != crc:
        return None
    return begin, end, kind, number, who


def _is_half(rest: bytes) -> bool:
    """Whether this is the beginning of a frame whose end was not written."""
    if len(rest) < _HEAD.size:
        return rest[:2] == _MAGIC[: len(rest)]
    magic, _, _, _, length, _ = _HEAD.unpack_from(rest)
    return bool(magic == _MAGIC and length <= LARGEST_PAYLOAD and _HEAD.size + length > len(rest))


def _write_anew(file: Path, data: bytes) -> None:
    """On the disk when it returns, its name too."""
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE)
    try:
        _write_whole(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync(file.parent)


def _write_whole(descriptor: int, data: bytes) -> None:
    """All or nothing: the disk may be full in the middle, and no half frame is left behind."""
    before = os.fstat(descriptor).st_size
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        os.ftruncate(descriptor, before)
        raise
