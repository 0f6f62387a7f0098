"""`python -m bench.crash`: the crash matrix as a table; exit status 1 where a promise is broken.

With `--into DIR` each slice that is done is kept there, and a run that was stopped goes on where it was.
"""

import argparse
import asyncio
import json
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import zygote
from bench.crash.backend import Kind
from bench.crash.report import broken, table
from bench.crash.run import Order, Outcome, run
from bench.crash.servers import servers
from bench.crash.slices import Slice, keep, kept, slices, summed

STORAGES = ("sqlite", "postgresql")


def main() -> int:
    """Everything from the zygote to the verdict."""
    asked = _asked()
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind(("127.0.0.1", 0))
    line.listen(1024)
    matrix = slices(asked.storage, asked.backend, asked.parts)
    done = []
    with zygote.started("bench.crash.child", {"web": line}) as parent, parent.line() as orders:
        for outcome in _outcomes(asked, matrix, orders, f"http://127.0.0.1:{line.getsockname()[1]}"):
            done.append(outcome)
            if not asked.json:
                print(_news(outcome), file=sys.stderr, flush=True)
    tables = [table(outcome) for outcome in summed(done)]
    found = [fault for outcome in done for fault in broken(outcome)]
    print(_as_json(done, tables, found) if asked.json else "\n".join(tables))
    for fault in found:
        print(f"BROKEN: {fault}", file=sys.stderr)
    if len(done) < len(matrix):
        print(f"{len(done)} of {len(matrix)} slices are done: the same command goes on.", file=sys.stderr)
    return 1 if found else 0


def _outcomes(
    asked: argparse.Namespace, matrix: list[Slice], parent: socket.socket, address: str
) -> Iterator[Outcome]:
    """Those that are kept, and new ones until `--at-most` of them have run."""
    fresh = 0
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="jiesu-crash-")))
        up = None
        for part in matrix:
            file = part.file(asked.into) if asked.into else None
            if file and (before := kept(file)):
                yield before
                continue
            if asked.at_most is not None and fresh >= asked.at_most:
                continue
            fresh += 1
            var = folder / f"var{part.number}"
            if part.storage == "postgresql":
                up = up or closing.enter_context(servers())
            on_server = up if part.storage == "postgresql" else None
            order = Order(
                storage=part.storage,
                backend=part.backend,
                conversations=-(-asked.conversations // len(matrix)),
                kills=-(-asked.kills // len(matrix)),
                database_url=on_server.new_database(f"crash{part.number}")
                if on_server
                else f"sqlite:///{var / 'jiesu.db'}",
                redis_url=on_server.redis_url if on_server else None,
                var=var,
                seed=asked.seed + part.number,
                quiet=not asked.verbose,
                lease=asked.lease,
            )
            outcome = asyncio.run(run(order, parent, address))
            if file:
                keep(outcome, file)
            yield outcome


def _news(outcome: Outcome) -> str:
    order = outcome.order
    kills = sum(outcome.kills.values())
    return (
        f"{order.storage}, {order.backend}: {outcome.conversations} conversations, {kills} kills, "
        f"{outcome.seconds:.0f} s"
    )


def _as_json(done: list[Outcome], tables: list[str], found: list[str]) -> str:
    told = {
        "broken": found,
        "kills": sum(sum(outcome.kills.values()) for outcome in done),
        "points": sorted({point for outcome in done for point in outcome.kills}),
        "tables": tables,
    }
    return json.dumps(told, ensure_ascii=False)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.crash", description=__doc__)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=210)
    parser.add_argument("--storage", nargs="+", choices=STORAGES, default=list(STORAGES))
    kinds = [kind.value for kind in Kind]
    parser.add_argument("--backend", nargs="+", choices=kinds, default=kinds)
    parser.add_argument("--parts", type=int, default=1, help="slices for each storage and backend")
    parser.add_argument("--into", type=Path, help="a folder that keeps each slice that is done")
    parser.add_argument("--at-most", type=int, help="stop after so many new slices")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lease", type=float, default=12.0, help="seconds a worker holds what it sends")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="the children's own log")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
