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
from desk.accounts import users
from desk.accounts.users import BadAccount
from desk.workflow.states import Role
from webhooks.server import create_desk_app

embedded_app = typer.Typer(help="The embedded hotline alone, and tickets brought into it.")
user = typer.Typer(help="Accounts at the desk.", no_args_is_help=True)


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
        except BadAccount as mistake:
            raise BadSettings(f"{mistake}.") from None
