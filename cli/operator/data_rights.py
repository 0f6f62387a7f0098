"""`jiesu export` and `jiesu erase`: a citizen's rights, carried out by the operator."""

import asyncio
import json as jsonlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from app.base.clock import utc_now
from app.base.settings import BadSettings, read_settings
from app.bootstrap.resources import open_ledger, open_spool, open_storage, stored_keyring
from app.privacy import citizen_export, erasure
from app.privacy.erased_again import write_down
from app.receiver.spool import Spool
from intake.model.messages import Address, ChannelName
from storage.db.database import Database, Tx
from storage.faults import caught
from storage.messages import conversations
from storage.messages.conversations import StoredConversation
from storage.tickets import tickets
from storage.tickets.tickets import StoredTicket

Ticket = Annotated[str | None, typer.Option(help="The number of one of their tickets.")]
Phone = Annotated[str | None, typer.Option(help="The number their tickets were filed with.")]
Account = Annotated[str | None, typer.Option(help="wechat:OPENID or telegram:ID.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(export)
    app.command()(erase)


@dataclass(frozen=True, slots=True)
class _Found:
    """Whose data it is: conversations that still are somebody's, and tickets that no longer have one."""

    conversations: tuple[StoredConversation, ...]
    tickets: tuple[StoredTicket, ...]


def export(ticket: Ticket = None, phone: Phone = None, account: Account = None) -> None:
    """Print all we keep of a citizen, as JSON; hand it to nobody else."""
    documents = asyncio.run(_export(ticket, phone, account))
    typer.echo(jsonlib.dumps(documents, ensure_ascii=False, indent=2))


def erase(
    ticket: Ticket = None,
    phone: Phone = None,
    account: Account = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a citizen: what is ours at once; their tickets lose name and phone, and the backend is told."""
    if not yes:
        typer.confirm("This cannot be undone. Go on?", abort=True)
    citizens, filed = asyncio.run(_erase(ticket, phone, account))
    typer.echo(f"Erased: {citizens} accounts. Restricted: {filed} tickets; the backend will be told.")


async def _export(ticket: str | None, phone: str | None, account: str | None) -> list[object]:
    async with open_storage(read_settings()) as database, database.read() as tx:
        found = await _whose(tx, ticket, phone, account)
        owned = [await citizen_export.gather(tx, stored) for stored in found.conversations]
        lone = [await citizen_export.of_ticket(tx, one) for one in found.tickets]
    return [jsonlib.loads(document) for document in (*(one.document for one in owned), *lone)]


async def _erase(ticket: str | None, phone: str | None, account: str | None) -> tuple[int, int]:
    settings = read_settings()
    spool = open_spool(settings, stored_keyring(settings))
    async with open_storage(settings) as database:
        done = await _erased(database, spool, ticket, phone, account, utc_now())
        unwritten = await caught(write_down(database, open_ledger(settings), utc_now()))
    if unwritten is not None:
        typer.echo(
            "The ledger of erasures cannot be written now: a running `jiesu serve` does it later.", err=True
        )
    return done


async def _erased(
    database: Database,
    spool: Spool,
    ticket: str | None,
    phone: str | None,
    account: str | None,
    now: datetime,
) -> tuple[int, int]:
    """What waits on this machine's disk goes first: it must not begin anew what is erased."""
    if account is not None:
        await spool.forget(_address(account))  # perhaps it is all there is
    async with database.read() as tx:
        found = await _whose(tx, ticket, phone, account)
    for one in found.conversations:
        await spool.forget(one.address)
    async with database.write() as tx:
        found = await _whose(tx, ticket, phone, account)
        filed = len(found.tickets)
        for one in found.conversations:
            stored = await conversations.lock_by_id(tx, one.id)
            if stored is not None:
                filed += len(await erasure.erase(tx, stored, "operator", now))
                await conversations.forget(tx, stored.id, now)
        for lone in found.tickets:
            await erasure.erase_ticket(tx, lone, "operator", now)
    return len(found.conversations), filed


async def _whose(tx: Tx, ticket: str | None, phone: str | None, account: str | None) -> _Found:
    """Raises BadSettings where the wish names nobody, or nobody we know."""
    if sum(one is not None for one in (ticket, phone, account)) != 1:
        raise BadSettings("Say whose: one of --ticket, --phone and --account.")
    if account is not None:
        stored = await conversations.find(tx, _address(account))
        return _some(_Found((stored,) if stored else (), ()))
    filed = await tickets.of_phone(tx, phone) if phone else await _numbered(tx, ticket or "")
    return _some(await _sorted(tx, filed))


async def _numbered(tx: Tx, reference: str) -> tuple[StoredTicket, ...]:
    found = await tickets.find(tx, reference=reference.strip().upper())
    return (found,) if found else ()


async def _sorted(tx: Tx, filed: Sequence[StoredTicket]) -> _Found:
    """A ticket whose citizen is still known stands for all of theirs."""
    owners: dict[int, StoredConversation] = {}
    lone: list[StoredTicket] = []
    for one in filed:
        stored = await conversations.by_id(tx, one.conversation_id)
        if stored is None:
            lone.append(one)
        else:
            owners[stored.id] = stored
    return _Found(tuple(owners.values()), tuple(lone))


def _some(found: _Found) -> _Found:
    if not found.conversations and not found.tickets:
        raise BadSettings("Nothing is kept under that.")
    return found


def _address(account: str) -> Address:
    channel, _, user = account.partition(":")
    if channel not in [one.value for one in ChannelName] or not user:
        raise BadSettings("An account is wechat:OPENID or telegram:ID.")
    return Address(ChannelName(channel), user)
