"""`python -m bench.moved_clock "2028-02-29 12:00" COMMAND`: it, and all it starts, under one moved clock.

The product, PostgreSQL and Redis see the same time, moved by the same span (Debian's `faketime`); what only
runs on (timeouts, pauses) is not moved. The moment is the city's. `today` is the moment whose turn it is by
the date: in five days every one has been, the true time among them. Moments lie ahead: what a browser keeps,
whose clock is the true one, would be over at once in the past.
"""

import os
import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

CITY = ZoneInfo("Asia/Shanghai")
LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
)
NAMES = (
    "LD_PRELOAD",
    "FAKETIME",
    "FAKETIME_DONT_FAKE_MONOTONIC",
    "FAKETIME_FORCE_MONOTONIC_FIX",
    "FAKE_UTIME",
)
FOLDER = str(Path(__file__).with_name("moved"))
UNKNOWN_YEAR = 2036
"""Neither the city's file nor the calendar library has its holidays."""

MISSING = "faketime is not installed (Debian's package of that name): no clock can be moved"


def of_the_day(today: date) -> datetime | None:
    """The moment whose turn it is; None: the true time's."""
    leap = next(year for year in range(today.year + 1, today.year + 9) if year % 4 == 0)
    moments = (
        None,
        datetime(today.year, today.month, today.day, 2, tzinfo=CITY) + timedelta(days=1),
        datetime(today.year, 12, 31, 23, 59, tzinfo=CITY),
        datetime(leap, 2, 29, 12, tzinfo=CITY),
        datetime(UNKNOWN_YEAR, today.month, 28, 10, tzinfo=CITY),
    )
    return moments[today.timetuple().tm_yday % len(moments)]


def read(at: str, now: datetime) -> datetime | None:
    """`today`, or a moment as ISO 8601 has it, in the city's time. Raises ValueError."""
    if at == "today":
        return of_the_day(now.date())
    return datetime.fromisoformat(at).replace(tzinfo=CITY)


def moved(at: datetime | None, now: datetime, library: str) -> Mapping[str, str]:
    """What to add to the environment."""
    if at is None:
        return {}
    already = timedelta(seconds=float(os.environ.get("FAKETIME", "0s").removesuffix("s")))
    paths = filter(None, (FOLDER, os.environ.get("PYTHONPATH")))
    return {
        "PYTHONPATH": os.pathsep.join(paths),
        "LD_PRELOAD": library,
        "FAKETIME": f"{(at - now + already) / timedelta(seconds=1):+.0f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else a thread that waits with a limit spins until it is over
        "FAKE_UTIME": "1",
    }


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """What a program that is not ours needs of the environment for the same clock."""
    clock = {name: environment[name] for name in NAMES if name in environment}
    return clock | ({"PYTHONPATH": FOLDER} if clock else {})


def library() -> str | None:
    """Where it lies, if it is installed."""
    return next((one for one in LIBRARIES if Path(one).exists()), None)


def main() -> None:
    """Does not return."""
    at, *command = sys.argv[1:]
    now, found = datetime.now(CITY), library()
    moment = read(at, now)
    if moment is not None and found is None:
        raise SystemExit(MISSING)
    print(f"The clock shows {moment or now:%Y-%m-%d %H:%M} in the city.", file=sys.stderr, flush=True)
    os.execvpe(command[0], command, {**os.environ, **moved(moment, now, found or "")})


if __name__ == "__main__":
    main()
