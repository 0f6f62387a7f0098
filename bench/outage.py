"""`python -m bench.outage`: PostgreSQL is stopped for a minute under load, and everybody is accounted for.

Two web processes, two workers, citizens on both apps who go on writing. While the database is away they are
told that their message is kept; afterwards each is answered, in order, once. Who has to say it again was
lost: they were asked not to.
"""

import argparse
import asyncio
import socket
import sys
import tempfile
import time
from pathlib import Path

from bench import zygote
from bench.crash.backend import Kind
from bench.crash.report import broken, table
from bench.crash.run import Order, run
from bench.crash.servers import servers


def main() -> int:
    """Stop it, start it, count."""
    parser = argparse.ArgumentParser(prog="python -m bench.outage", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--conversations", type=int, default=60)
    asked = parser.parse_args()
    line = socket.socket()
    line.bind(("127.0.0.1", 0))
    line.listen(1024)
    with (
        tempfile.TemporaryDirectory(prefix="jiesu-outage-") as folder,
        servers() as up,
        zygote.started("bench.crash.child", {"web": line}) as parent,
        parent.line() as orders,
    ):
        away: list[float] = []

        async def trouble() -> None:
            await asyncio.sleep(6)
            started = time.monotonic()
            await asyncio.to_thread(up.stop_postgresql)
            await asyncio.sleep(asked.seconds)
            await asyncio.to_thread(up.start_postgresql)
            away.append(time.monotonic() - started)

        order = Order(
            storage="postgresql",
            backend=Kind.DEDUPLICATES,
            conversations=asked.conversations,
            kills=0,
            database_url=up.new_database("outage"),
            redis_url=up.redis_url,
            var=Path(folder) / "var",
            seed=1,
            patience=asked.seconds + 60.0,  # nobody says it twice: what was kept must be answered
        )
        outcome = asyncio.run(run(order, orders, f"http://127.0.0.1:{line.getsockname()[1]}", trouble))
    print(table(outcome))
    print(f"\nThe database was away for {away[0]:.0f} s.")
    found = broken(outcome)
    if outcome.said_again:
        found.append(f"{outcome.said_again} citizens had to repeat what they were told is kept")
    for fault in found:
        print(f"BROKEN: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
