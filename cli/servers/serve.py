"""`jiesu serve`, `work`, `poll`, `migrate`: the processes of an installation."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from app.base.clock import utc_now
from app.base.logs import set_up
from app.base.settings import BadSettings, Settings, check, is_loopback, read_settings
from app.bootstrap.bootstrap import open_house
from app.bootstrap.resources import embeds_desk
from app.bootstrap.runtime import Runtime
from cli.servers.banner import banner
from cli.servers.clean_stop import CleanStop
from cli.servers.event_loop import run
from cli.servers.http_protocol import BoundedHeads
from cli.servers.prefork import Prefork
from cli.servers.shared_metrics import begin_again_with_shared_figures, figures_until_the_end
from webhooks.health import health_router
from webhooks.server import create_app

HOST = "127.0.0.1"
PORT = 8000
BACKLOG = 2048
LAST_SECONDS = 3  # for requests still open at a stop; a waiting playground page asks again
LAST_SECONDS_OF_TURNS = 8  # where nothing else is open: a turn may wait for the database that long


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(serve)
    app.command()(work)
    app.command()(poll)
    app.command()(migrate)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = PORT,
    worker: Annotated[bool, typer.Option(help="Deliver from this process too.")] = True,
    workers: Annotated[int, typer.Option(help="Web processes (PostgreSQL and Redis only).", min=1)] = 1,
) -> None:
    """Take messages and callbacks, show the desk; deliver, unless told not to."""
    settings = _played_here_only(read_settings(), host)
    check(settings)
    _several(settings, workers)
    if workers > 1:
        begin_again_with_shared_figures()
    with listen(host, port) as line, figures_until_the_end():
        base_url = f"http://{host}:{line.getsockname()[1]}"
        set_up()
        if workers == 1:
            run(_serve(settings, base_url, line, with_worker=worker))
            return
        run(_introduce(settings, base_url))
        gc.freeze()  # what was imported is shared by all
        Prefork(workers, lambda: run(_serve_one(settings, base_url, line, with_worker=worker))).run()


def _played_here_only(settings: Settings, host: str) -> Settings:
    """Without the playground where others can open its page. Raises BadSettings if it was asked for."""
    if is_loopback(host):
        return settings
    if settings.playground:
        raise BadSettings(
            f"JIESU_PLAYGROUND=true on {host} is refused: it is for one machine, --host {HOST}."
        )
    return settings.model_copy(update={"playground": False})


def _several(settings: Settings, workers: int) -> None:
    """Refuse what several processes cannot share. Raises BadSettings."""
    if workers == 1:
        return
    if settings.database_url.startswith("sqlite"):
        raise BadSettings(
            "SQLite has one server process: use --workers 1, or PostgreSQL in JIESU_DATABASE_URL."
        )
    if not settings.redis_url:
        raise BadSettings("JIESU_REDIS_URL is missing: several processes share their work through Redis.")
    if embeds_desk(settings):
        raise BadSettings(
            "The desk runs in exactly one process: use --workers 1, or start `jiesu desk` beside this "
            "and name its address in JIESU_HOTLINE__URL."
        )


async def _introduce(settings: Settings, base_url: str) -> None:
    """Open the house once before the processes do: it migrates, and says what is wrong in one sentence."""
    async with open_house(settings, base_url) as runtime:
        typer.echo(banner(runtime, base_url, None))


async def _serve_one(settings: Settings, base_url: str, line: socket.socket, *, with_worker: bool) -> None:
    """One of several: they share the socket, and SIGTERM lets each finish what it has in hand."""
    async with open_house(settings, base_url) as runtime:
        await _server(runtime, with_worker=with_worker).serve(sockets=[line])


def listen(host: str, port: int) -> socket.socket:
    """The socket first, so that a taken port is said in one sentence before anything starts."""
    line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
        line.listen(BACKLOG)
    except OSError as fault:
        line.close()
        raise BadSettings(
            f"Port {port} on {host} cannot be used: {fault.strerror}. Try --port 8001."
        ) from None
    return line


async def _serve(settings: Settings, base_url: str, line: socket.socket, *, with_worker: bool) -> None:
    async with open_house(settings, base_url) as runtime:
        server = _server(runtime, with_worker=with_worker)
        typer.echo(banner(runtime, base_url, await runtime.open_desk()))
        await server.serve(sockets=[line])


def _server(runtime: Runtime, *, with_worker: bool = True, polling: bool = False) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(runtime, with_worker=with_worker, polling=polling),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=LAST_SECONDS if runtime.playing else LAST_SECONDS_OF_TURNS,
        server_header=False,
        forwarded_allow_ips=runtime.settings.proxies,
        http=BoundedHeads,
    )
    return CleanStop(config)


def work(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[
        int | None, typer.Option(help="Answer /healthz, /readyz and /metrics here.", min=0, max=65535)
    ] = None,
) -> None:
    """Deliver only; any number of these may run beside `serve` (PostgreSQL and Redis)."""
    settings = read_settings()
    check(settings, serving=False)
    if settings.database_url.startswith("sqlite"):
        raise BadSettings("On SQLite `serve` delivers by itself; a separate worker needs PostgreSQL.")
    set_up()
    run(_work(settings, None if port is None else listen(host, port)))


async def _work(settings: Settings, line: socket.socket | None) -> None:
    base_url = settings.public_url or f"http://{HOST}:{PORT}"
    async with open_house(settings, base_url) as runtime:
        await runtime.erased_again.before_the_first_message()
        with _stopping() as stop:
            async with _figures(runtime, line):
                await asyncio.gather(runtime.worker.run(stop), runtime.erased_again.run(stop))


class _Aside(uvicorn.Server):
    """A server beside the worker, whose stop is not its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _figures(runtime: Runtime, line: socket.socket | None) -> AsyncIterator[None]:
    """A worker's own health and figures, on a port of its own; nothing else is served there."""
    if line is None:
        yield
        return
    app = FastAPI(openapi_url=None)
    app.include_router(health_router(runtime.health, utc_now))
    server = _Aside(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    serving = asyncio.create_task(server.serve(sockets=[line]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def poll(
    port: Annotated[int, typer.Option(help="Port of the desk; 0 takes a free one.", min=0, max=65535)] = PORT,
) -> None:
    """Telegram by long polling: a bot from a laptop with nothing but its token."""
    settings = read_settings()
    check(settings, serving=False)
    if not settings.telegram_on:
        raise BadSettings("JIESU_TELEGRAM__TOKEN is missing: poll needs the bot's token.")
    set_up()
    run(_poll(settings, port))


async def _poll(settings: Settings, port: int) -> None:
    """Polling, deliveries and the embedded desk, in one process."""
    line = listen(HOST, 0 if settings.hotline.kind != "desk" else port)
    base_url = f"http://{HOST}:{line.getsockname()[1]}"
    async with open_house(settings, base_url) as runtime:
        server = _server(runtime, polling=True)
        typer.echo(banner(runtime, base_url, await runtime.open_desk()))
        serving = asyncio.create_task(server.serve(sockets=[line]))
        polling = asyncio.create_task(runtime.poll())
        await asyncio.wait({serving, polling}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        polling.cancel()
        await asyncio.gather(serving, polling, return_exceptions=True)
        if not polling.cancelled():
            polling.result()


def migrate() -> None:
    """Bring the database's tables up to this release."""
    settings = read_settings()
    run(_migrate(settings))
    typer.echo("The database is up to date.")


async def _migrate(settings: Settings) -> None:
    async with open_house(settings, f"http://{HOST}:{PORT}"):
        pass  # opening migrates


@contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        yield stop
    finally:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)
