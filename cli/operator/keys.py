"""`jiesu keys`: taking a new secret into use, without stopping anything."""

import asyncio
from typing import Annotated

import typer

from app.base.settings import BadSettings, read_settings
from app.bootstrap.resources import embeds_desk, open_files, open_spool, open_storage, stored_keyring
from app.privacy import key_rotation
from cli.progress import counted
from desk.history.key_rotation import BrokenHistory
from storage.db.keyring import Undecryptable

app = typer.Typer(help="The secrets that seal what is stored.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The secrets that seal what is stored."""


@app.command()
def rotate(
    json: Annotated[bool, typer.Option(help="For a program.")] = False,
) -> None:
    """Seal everything with the first secret of JIESU_SECRET_KEY; may be broken off and begun again."""
    try:
        changed, codes, spooled = asyncio.run(_rotate())
    except Undecryptable:
        raise BadSettings("Something is sealed with a secret that is not in JIESU_SECRET_KEY.") from None
    except BrokenHistory:
        raise BadSettings("The desk's history does not hold: see jiesu audit verify.") from None
    if json:
        typer.echo(f'{{"sealed_again": {changed}, "query_codes_lost": {codes}, "spooled": {spooled}}}')
        return
    typer.echo(f"{changed} values were sealed again with the newest secret.")
    if codes:
        typer.echo(f"{codes} query codes fit no more: their secret was not in JIESU_SECRET_KEY any more.")
    if spooled:
        typer.echo(f"{spooled} messages wait on the disk: keep the older secret until they are through.")


async def _rotate() -> tuple[int, int, int]:
    settings = read_settings()
    keyring = stored_keyring(settings)
    files, with_desk = open_files(settings, keyring), embeds_desk(settings)
    async with open_storage(settings) as database:
        changed = 0
        with counted() as progress:
            total = await key_rotation.size(database, files, with_desk=with_desk)
            bar = progress.add_task("sealing again", total=total)
            async for step in key_rotation.rotate(database, files, with_desk=with_desk):
                progress.advance(bar, step.done)
                changed += step.changed
        spooled = open_spool(settings, keyring).depth()
        return changed, await key_rotation.codes_lost(database), spooled
