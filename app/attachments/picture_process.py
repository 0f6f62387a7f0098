"""Pictures are decoded in a process of their own, one at a time, within limits that end it.

The rule: whatever a picture, or any number of them, would take of memory and time, this process takes no
more than `MEMORY` and `SECONDS` for it; what does not fit is told to its citizen as too large. It is given
nothing but the bytes: no settings, no secrets.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from contextlib import suppress

from app.attachments.picture_encoding import picture
from app.attachments.sanitized import SanitizedFile
from intake.model.messages import Location
from intake.model.ports import NotTaken, Postponed

MEMORY = 768 * 1024 * 1024
"""Bytes of address space: what a photo or drawing of 60 million points takes, and little more."""

SECONDS = 30
"""Of processor time."""

PATIENCE = 40.0
"""Seconds, on a machine that has little time for it; then it is tried again."""

_STOPS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
"""What ends all processes of a service that is stopped, this one too: no word about the picture."""

_ONE_AT_A_TIME = threading.Lock()
_PROGRAM = f"{__package__}.picture_process"


def looked_at(content: bytes) -> SanitizedFile | None:
    """As `picture.picture`, in the other process. Raises NotTaken, or Postponed if none can be had."""
    with _ONE_AT_A_TIME:
        told, _, kept = _ran(content).partition(b"\n")
    if not told:
        raise NotTaken("large", "a picture that cannot be opened within the limits")
    answer = json.loads(told)
    if "why" in answer:
        raise NotTaken(answer["why"], answer["reason"])
    if answer["media_type"] is None:
        return None
    place = answer["place"]
    return SanitizedFile(kept, answer["media_type"], Location(*place) if place else None)


def _ran(content: bytes) -> bytes:
    """What it said; nothing if it was ended."""
    try:
        ran = subprocess.run(  # noqa: S603 - our own program, and no word of a citizen's
            [sys.executable, "-m", _PROGRAM],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Postponed("no time to look at a picture") from None
    except OSError as fault:
        raise Postponed(f"no process to look at a picture: {fault.strerror}") from fault
    if not ran.stdout and -ran.returncode in _STOPS:
        raise Postponed("stopped while it looked at a picture")
    return ran.stdout


def _answered(content: bytes) -> bytes:
    try:
        vetted = picture(content)
    except NotTaken as refusal:
        return _line(why=refusal.why, reason=refusal.reason)
    except MemoryError:
        return _line(why="large", reason="a picture that takes too much memory")
    if vetted is None:
        return _line(media_type=None)
    place = vetted.place
    where = (place.lat, place.lng, place.coord_sys) if place else None
    return _line(media_type=vetted.media_type, place=where) + vetted.content


def _line(**said: object) -> bytes:
    return json.dumps(said).encode() + b"\n"


def _limit() -> None:
    """Before anything is read. Where the system sets lower limits, or has none, they stay as they are."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    _limit()
    sys.stdout.buffer.write(_answered(sys.stdin.buffer.read()))
