"""`jiesu check`, `telegram setup`: what an operator does before the first citizen."""

import asyncio
from typing import Annotated

import typer

from app.base.settings import BadSettings, Settings, read_settings, variables
from app.base.settings import check as check_settings
from app.bootstrap.bootstrap import open_house
from app.checks.finding import CheckResult
from app.checks.installation import inspect

telegram = typer.Typer(help="The Telegram bot.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(check)
    app.add_typer(telegram, name="telegram")


def check(
    env: Annotated[bool, typer.Option("--env", help="List every variable with its default.")] = False,
) -> None:
    """Say line by line what works, and what to do where it does not."""
    if env:
        for name, default, meaning in variables():
            typer.echo(f"{name:<36} {default:<34} {meaning}")
        return
    findings = asyncio.run(inspect(read_settings()))
    for finding in findings:
        typer.echo(_line(finding))
    if any(not finding.ok for finding in findings):
        raise typer.Exit(1)


def _line(finding: CheckResult) -> str:
    mark = "note" if finding.remark else "ok  " if finding.ok else "FAIL"
    return f"{mark}  {finding.what:<32} {finding.says}"


@telegram.callback()
def _telegram() -> None:
    """The Telegram bot."""


@telegram.command()
def setup() -> None:
    """Set webhook, secret, commands and descriptions; may be run again at any time."""
    settings = read_settings()
    check_settings(settings)
    if not settings.telegram_on or not settings.public_url:
        raise BadSettings("JIESU_TELEGRAM__TOKEN and JIESU_PUBLIC_URL are needed.")
    asyncio.run(_set_up(settings))
    typer.echo("Webhook, commands and descriptions are set.")


async def _set_up(settings: Settings) -> None:
    async with open_house(settings, settings.public_url or "") as runtime:
        await runtime.set_up_telegram()


@telegram.command()
def link(name: Annotated[str, typer.Argument(help="Letters, digits and _: a place, a poster.")]) -> None:
    """Print a signed link to the bot that says where somebody came from."""
    settings = read_settings()
    check_settings(settings, serving=False)
    if not settings.telegram_on:
        raise BadSettings("JIESU_TELEGRAM__TOKEN is needed.")
    typer.echo(asyncio.run(_link(settings, name)))


async def _link(settings: Settings, name: str) -> str:
    async with open_house(settings, settings.public_url or "") as runtime:
        assert runtime.telegram is not None  # noqa: S101  # its token is set
        try:
            return await runtime.telegram.link(name)
        except ValueError as mistake:
            raise BadSettings(str(mistake)) from None
