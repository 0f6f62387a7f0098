"""`python -m bench.crash`: the crash matrix as a table; exit status 1 where a promise is broken."""

import argparse
import asyncio
import json
import socket
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.crash import zygote
from bench.crash.backend import Kind
from bench.crash.report import broken, table

STORAGES = ("sqlite", "postgresql")


def main() -> int:
    """Everything from the zygote to the verdict."""
    asked = _asked()
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind(("127.0.0.1", 0))
    line.listen(1024)
    parent, _ = zygote.start({"web": line})
    from bench.crash.run import Order, Outcome, run  # noqa: PLC0415  not before the fork
    from bench.crash.servers import servers  # noqa: PLC0415

    _wait_for(parent)
    outcomes: list[Outcome] = []
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="jiesu-crash-")))
        up = closing.enter_context(servers()) if "postgresql" in asked.storage else None
        runs = [(storage, Kind(kind)) for storage in asked.storage for kind in asked.backend]
        for number, (storage, kind) in enumerate(runs):
            var = folder / f"var{number}"
            url = up.new_database(f"crash{number}") if up and storage == "postgresql" else ""
            order = Order(
                storage=storage,
                backend=kind,
                conversations=-(-asked.conversations // len(runs)),
                kills=-(-asked.kills // len(runs)),
                database_url=url or f"sqlite:///{var / 'jiesu.db'}",
                redis_url=up.redis_url if up and storage == "postgresql" else None,
                var=var,
                seed=asked.seed + number,
                quiet=not asked.verbose,
            )
            outcomes.append(asyncio.run(run(order, parent, f"http://127.0.0.1:{line.getsockname()[1]}")))
            if not asked.json:
                print(table(outcomes[-1]), flush=True)
    found = [fault for outcome in outcomes for fault in broken(outcome)]
    if asked.json:
        print(
            json.dumps(
                {
                    "broken": found,
                    "kills": sum(sum(o.kills.values()) for o in outcomes),
                    "points": sorted({p for o in outcomes for p in o.kills}),
                    "tables": [table(o) for o in outcomes],
                },
                ensure_ascii=False,
            )
        )
    for fault in found:
        print(f"BROKEN: {fault}", file=sys.stderr)
    return 1 if found else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.crash", description=__doc__)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=210)
    parser.add_argument("--storage", nargs="+", choices=STORAGES, default=list(STORAGES))
    parser.add_argument(
        "--backend", nargs="+", choices=[k.value for k in Kind], default=[k.value for k in Kind]
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="the children's own log")
    return parser.parse_args()


def _wait_for(parent: socket.socket) -> None:
    """Until the zygote has imported everything."""
    if b"ready" not in parent.recv(4096):
        raise SystemExit("the parent of the processes could not start")


if __name__ == "__main__":
    raise SystemExit(main())
