"""`jiesu desk` and `jiesu user`: the embedded hotline as its own process, and its accounts."""

import asyncio
import secrets
from typing import Annotated

import typer
import uvicorn

from app.base.clock import utc_now
from app.base.logs import set_up
from app.base.settings import BadSettings, Settings, read_settings
from app.bootstrap.backend import open_desk
from app.bootstrap.resources import open_city, open_storage
from cli.centre import importing
from cli.servers.banner import first_user
from cli.servers.clean_stop import CleanStop
from cli.servers.http_protocol import BoundedHeads
from cli.servers.serve import HOST, listen
from desk.accounts import sign_on_bindings, users
from desk.accounts.sign_on_bindings import WaitingPerson
from desk.accounts.users import BadAccount
from desk.history import journal
from desk.workflow.states import Role
from webhooks.server import create_desk_app

embedded_app = typer.Typer(help="The embedded hotline alone, and tickets brought into it.")
user = typer.Typer(help="Accounts at the desk.", no_args_is_help=True)

BY_HAND = "(jiesu user)"
"""Who did it, in the journal: whoever holds the machine."""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    embedded_app.callback(invoke_without_command=True)(desk)
    importing.add_to(embedded_app)
    app.add_typer(embedded_app, name="desk")
    app.add_typer(user, name="user")


def desk(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8001,
) -> None:
    """Run the embedded hotline alone; the front door reaches it by JIESU_HOTLINE__URL."""
    if context.invoked_subcommand is not None:
        return
    settings = read_settings()
    if not settings.public_url or not settings.hotline.secret:
        raise BadSettings(
            "JIESU_PUBLIC_URL (the front door's address) and JIESU_HOTLINE__SECRET (the same as there)"
            " are needed."
        )
    set_up()
    asyncio.run(_desk(settings, host, port))


async def _desk(settings: Settings, host: str, port: int) -> None:
    line = listen(host, port)
    base_url = f"http://{host}:{line.getsockname()[1]}"
    async with open_desk(settings, base_url) as alone:
        config = uvicorn.Config(
            create_desk_app(alone, settings),
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=settings.proxies,
            http=BoundedHeads,
        )
        typer.echo(f"desk  {base_url}/desk")
        if alone.password is not None:
            typer.echo(first_user(alone.desk, alone.password))
        await CleanStop(config).serve(sockets=[line])


@user.command()
def add(
    name: str,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    unit: Annotated[str | None, typer.Option(help="A unit's id of the city profile, for role unit.")] = None,
) -> None:
    """Make an account; its first password is printed once."""
    settings = read_settings()
    if unit is not None and unit not in open_city(settings.city).units:
        raise BadSettings(f"The profile of {settings.city} has no unit {unit}.")
    password = secrets.token_urlsafe(9)
    asyncio.run(_add(settings, name, password, role, unit))
    typer.echo(f"{name}  password  {password}")


async def _add(settings: Settings, name: str, password: str, role: Role, unit: str | None) -> None:
    async with open_storage(settings) as database, database.write() as tx:
        try:
            await users.add(tx, name, password, role, unit, utc_now())
        except BadAccount as mistake:
            raise BadSettings(f"{mistake}.") from None


@user.command()
def reset(name: str) -> None:
    """Give an account a new password, printed once; its sessions end."""
    password = secrets.token_urlsafe(9)
    asyncio.run(_reset(read_settings(), name, password))
    typer.echo(f"{name}  password  {password}")


async def _reset(settings: Settings, name: str, password: str) -> None:
    async with open_storage(settings) as database, database.write() as tx:
        try:
            await users.reset(tx, name, password)
            await journal.write(tx, BY_HAND, "user_reset", users.plain(name), utc_now())
        except BadAccount as mistake:
            raise BadSettings(f"{mistake}.") from None


@user.command()
def waiting() -> None:
    """Who came by the city's sign-on under an account's name and is not bound to it yet."""
    found = asyncio.run(_waiting(read_settings()))
    for one in found:
        typer.echo(
            f"{one.account}  {one.digest[:12]}  {one.masked}  {one.issuer}  {one.at:%Y-%m-%d %H:%M} UTC"
        )
    if not found:
        typer.echo("Nobody waits.")


async def _waiting(settings: Settings) -> tuple[WaitingPerson, ...]:
    async with open_storage(settings) as database, database.read() as tx:
        return await sign_on_bindings.waiting(tx)


@user.command()
def bind(name: str, digest: Annotated[str, typer.Argument(help="As `jiesu user waiting` shows it.")]) -> None:
    """Let who waits, and nobody else, come in under this account by the city's sign-on."""
    bound = asyncio.run(_bind(read_settings(), name, digest))
    typer.echo(f"{bound.account}  bound  {bound.masked}  {bound.issuer}")


async def _bind(settings: Settings, name: str, digest: str) -> WaitingPerson:
    async with open_storage(settings) as database, database.write() as tx:
        fitting = [one for one in await sign_on_bindings.waiting(tx) if one.digest.startswith(digest)]
        whole = {one.digest for one in fitting}
        try:
            return await sign_on_bindings.bind(
                tx, BY_HAND, name, whole.pop() if len(whole) == 1 else "", utc_now()
            )
        except BadAccount as mistake:
            raise BadSettings(f"{mistake}.") from None


@user.command()
def unbind(name: str) -> None:
    """Let nobody come in under this account by the city's sign-on; its sessions end."""
    asyncio.run(_unbind(read_settings(), name))
    typer.echo(f"{name}  unbound")


async def _unbind(settings: Settings, name: str) -> None:
    async with open_storage(settings) as database, database.write() as tx:
        try:
            await sign_on_bindings.unbind(tx, BY_HAND, name, utc_now())
        except BadAccount as mistake:
            raise BadSettings(f"{mistake}.") from None
