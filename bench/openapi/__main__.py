"""`python -m bench.openapi [WHO …]`: schemathesis asks every path as each role, and the contract.

WHO is `nobody`, one of the staff, or a direction of `docs/openapi/`; all of them if none is named. Nothing
may break, and the contract's paths may answer nothing that it does not say.
"""

import asyncio
import io
import re
import sys
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

import httpx

from app.base.logs import set_up
from bench.openapi.asked import asked, served
from bench.openapi.contract import PREFIX, ask_the_contract
from bench.openapi.described import described
from bench.redteam.world import STAFF, UNIT, World, opened
from desk.pages.base.session import SESSION_COOKIE, proof

EVERYBODY = ("nobody", *STAFF, *PREFIX)


async def ask_as(world: World, name: str, folder: Path, known: Collection[str]) -> tuple[int, str]:
    """schemathesis' status and words about every path, with this one's session and its forms' proof."""
    session = "unknown" if name == "nobody" else await _session(world, name)
    under = "" if name == "nobody" else "/desk"  # the rest does not look at a session
    options = ("--checks", "not_a_server_error", "--phases", "fuzzing")
    cookie = ("--header", f"Cookie: {SESSION_COOKIE}={session}")
    async with served(world.app) as url:
        return await asked(url, described(world, proof(session), known, under), folder, *options, *cookie)


async def _at_a_unit(world: World, centre: httpx.AsyncClient) -> str:
    """The number of a ticket that has come to the unit of the one who asks as a unit."""
    ref = await world.file_at_desk()
    await world.step(centre, ref, "accept")
    await world.step(centre, ref, "dispatch", lead_unit=UNIT)
    return ref


async def _session(world: World, name: str) -> str:
    browser = await world.logged_in(name)
    session = next(cookie.value for cookie in browser.cookies.jar if cookie.name == SESSION_COOKIE)
    await browser.aclose()
    return str(session)


async def play(folder: Path, names: Iterable[str]) -> int:
    """The worst exit status."""
    worst = 0
    async with opened(folder) as world:
        centre = await world.logged_in("wang")  # before guesses at their own passwords lock the accounts
        for name in names:
            if name in PREFIX:
                status, said = await ask_the_contract(world, name, folder)  # type: ignore[arg-type]
            else:
                known = (await world.file_at_desk(), await _at_a_unit(world, centre))
                status, said = await ask_as(world, name, folder, known)
            worst = max(worst, status)
            counted = re.search(r"\d+ generated", said)
            told = f"asked {counted[0].split()[0] if counted else 'nothing'}"
            print(f"as {name}: {'nothing broke, ' + told if status == 0 else said[-6000:]}", flush=True)
        await centre.aclose()
    return worst


def main() -> int:
    """0 if no answer was a fault of ours."""
    set_up(io.StringIO())
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(play(Path(folder), sys.argv[1:] or EVERYBODY))


if __name__ == "__main__":
    raise SystemExit(main())
