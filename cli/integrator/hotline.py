"""`jiesu hotline`: for who builds a city's backend: try it, and read what passes between us."""

import asyncio
import json as jsonlib
import secrets
from dataclasses import asdict
from typing import Annotated, Literal
from uuid import uuid4

import httpx
import typer
import uvicorn
from fastapi import FastAPI

from app.base.clock import utc_now
from app.base.settings import BadSettings, Settings, read_settings
from cli.servers.serve import HOST, listen
from hotline.openapi import document
from hotline.signed_http import SignedHttp
from hotline.trial import Verdict, trial
from hotline.trial_calls import Calls
from intake.model.ports import Unavailable
from intake.model.status import Applied, StatusUpdate
from webhooks.error_handlers import answer_faults
from webhooks.hotline import hotline_router

PATIENCE = 30.0  # seconds for one answer, as much as a delivery would wait

app = typer.Typer(help="For who builds a city's backend.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """For who builds a city's backend."""


@app.command(name="try")
def try_(
    url: Annotated[str, typer.Argument(help="Where the backend's /tickets and /events are.")],
    callbacks: Annotated[
        int | None,
        typer.Option(help="Then wait for its callbacks on this port, as we would.", min=0, max=65535),
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for callbacks.", min=1)] = 60.0,
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Play a backend's whole life against a server and say what it got wrong.

    JIESU_HOTLINE__SECRET signs the calls; JIESU_HOTLINE__CALLBACK_SECRET, or the same, the callbacks.
    """
    settings = read_settings()
    if settings.hotline.secret is None:
        raise BadSettings("JIESU_HOTLINE__SECRET is missing: calls to the backend are signed with it.")
    if not url.startswith(("http://", "https://")):
        raise BadSettings("The address must begin with http:// or https://.")
    found = asyncio.run(_try(settings, url, callbacks, wait, quiet=json))
    if json:
        typer.echo(jsonlib.dumps([asdict(verdict) for verdict in found], ensure_ascii=False))
    wrong = sum(not verdict.ok and not verdict.advice for verdict in found)
    if not json:
        typer.echo(
            f"{len(found)} tried, {wrong} wrong." if wrong else f"{len(found)} tried, all as promised."
        )
    if wrong:
        raise typer.Exit(1)


@app.command()
def openapi(
    direction: Annotated[
        Literal["backend", "callbacks"], typer.Argument(help="What the backend offers, or what we do.")
    ],
) -> None:
    """Print the OpenAPI document of one direction."""
    typer.echo(jsonlib.dumps(document(direction), ensure_ascii=False, indent=2))


async def _try(settings: Settings, url: str, port: int | None, wait: float, *, quiet: bool) -> list[Verdict]:
    secret = settings.hotline.secret
    assert secret is not None  # noqa: S101  asked for by the caller
    key, found = uuid4(), list[Verdict]()
    reference = f"WX{utc_now():%y%m%d%H%M%S}{secrets.randbelow(1000):03d}"
    heard = _Heard()

    def tell(verdict: Verdict) -> None:
        found.append(verdict)
        if not quiet:
            typer.echo(_line(verdict))

    async with httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False) as http:
        wire = SignedHttp(
            url, secret.get_secret_value(), http, clock=utc_now, new_id=lambda: secrets.token_urlsafe(24)
        )
        calls = Calls(wire)
        serving = _serve(settings, heard, port) if port is not None else None
        async for verdict in trial(calls, key, reference, utc_now()):
            tell(verdict)
    if serving is not None:
        server, task = serving
        for verdict in await heard.verdicts(wait):
            tell(verdict)
        server.should_exit = True
        await task
    return found


class _Heard:
    """`webhooks.hotline.CallbackReceiver`: the first one is put off once, to see whether it comes again."""

    def __init__(self) -> None:
        self._put_off: str | None = None
        self._again = asyncio.Event()
        self.types: list[str] = []

    async def apply_update(self, update: StatusUpdate, message_id: str) -> Applied:  # noqa: ARG002
        if self._put_off is None:
            self._put_off = update.event_id
            raise Unavailable("tried on purpose", retry_after=1)
        if update.event_id == self._put_off:
            self._again.set()
        self.types.append(update.type)
        return Applied.DONE

    async def verdicts(self, wait: float) -> list[Verdict]:
        try:
            async with asyncio.timeout(wait):
                await self._again.wait()
        except TimeoutError:
            pass
        came = self._put_off is not None
        first = Verdict(
            "a signed callback comes", came, "it came" if came else f"none within {wait:g} seconds"
        )
        if not came:
            return [first]
        again = self._again.is_set()
        says = "it came again" if again else "503 was its last word: the news would be lost"
        return [first, Verdict("a callback answered 503 comes again", again, says)]


def _serve(settings: Settings, heard: _Heard, port: int) -> tuple[uvicorn.Server, asyncio.Task[None]]:
    """Our side of the callbacks, with the code that takes the real ones."""
    secret = settings.hotline.callback_secret or settings.hotline.secret
    assert secret is not None  # noqa: S101  asked for by the caller
    ours = FastAPI(openapi_url=None)
    answer_faults(ours)
    ours.include_router(hotline_router(heard, secret.get_secret_value(), utc_now))
    server = uvicorn.Server(uvicorn.Config(ours, log_config=None, access_log=False))
    return server, asyncio.create_task(server.serve(sockets=[listen(HOST, port)]))


def _line(verdict: Verdict) -> str:
    mark = "ok  " if verdict.ok else "note" if verdict.advice else "FAIL"
    return f"{mark}  {verdict.what}: {verdict.says}"
