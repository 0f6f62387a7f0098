"""`jiesu wechat`: the account's menu and QR codes, from the city's profile."""

import asyncio
import json as jsonlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import typer

from app.base.settings import BadSettings, read_settings
from app.base.settings import check as check_settings
from app.bootstrap.bootstrap import open_house
from bots.wechat.account import Code, WeChatAccount
from bots.wechat.client import ApiError
from intake.city import CityProfile
from intake.dialog.qr_codes import NoSuchPlace, scene_of
from intake.model.ports import Rejected

T = TypeVar("T")
app = typer.Typer(help="The WeChat service account.", no_args_is_help=True)
menu = typer.Typer(help="The account's menu.", no_args_is_help=True)
app.add_typer(menu, name="menu")
DAY = 24 * 3600
MOST_DAYS = 30


@menu.callback()
def _menu() -> None:
    """The account's menu."""


@menu.command()
def push() -> None:
    """Replace the account's menu by the profile's; phones show it within minutes."""

    async def do(account: WeChatAccount, city: CityProfile) -> int:
        if not city.wechat.menu:
            raise BadSettings(f"The profile of {city.name} has no menu: add [[wechat.menu]] to it.")
        await account.push_menu(city.wechat.menu)
        return len(city.wechat.menu)

    typer.echo(f"The menu has {_with(do)} buttons now.")


@app.command()
def qr(
    place: Annotated[str, typer.Option(help="An area or a name of the profile's gazetteer.")] = "",
    category: Annotated[str, typer.Option(help="A category's code.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=MOST_DAYS, help="How long it works; for good without.")
    ] = None,
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Make a QR code that says where the citizen stands, and what it may be about."""

    async def do(account: WeChatAccount, city: CityProfile) -> tuple[str, Code]:
        try:
            scene = scene_of(city, place, category)
        except NoSuchPlace as mistake:
            raise BadSettings(f"{mistake}.") from None
        return scene, await account.code(scene, days * DAY if days else None)

    scene, made = _with(do)
    if json:
        fields = {"scene": scene, "url": made.url, "picture": made.picture, "ticket": made.ticket}
        typer.echo(jsonlib.dumps(fields, ensure_ascii=False))
        return
    typer.echo(f"scene    {scene}\nurl      {made.url}\npicture  {made.picture}")


def _with(do: Callable[[WeChatAccount, CityProfile], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = read_settings()
        check_settings(settings, serving=False)
        if not settings.wechat_on:
            raise BadSettings("JIESU_WECHAT__APPID is missing: this needs the account's credentials.")
        async with open_house(settings, settings.public_url or "") as runtime:
            assert runtime.wechat_account is not None, "the channel is on"  # noqa: S101
            with _refusals():
                return await do(runtime.wechat_account, runtime.city)

    return asyncio.run(run())


@contextmanager
def _refusals() -> Iterator[None]:
    """WeChat's refusal in one sentence; `jiesu check` says more."""
    try:
        yield
    except ApiError as refusal:
        raise Rejected(
            f"WeChat refused with errcode {refusal.errcode}: `jiesu check` says what to do."
        ) from None
