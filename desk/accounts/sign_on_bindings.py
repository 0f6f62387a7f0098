"""Under which account a person of the city's sign-on comes in: an administrator says so, for them only.

The rule: whoever is vouched for under an account's exact name and is not bound to it waits; nothing opens.
Who waits is read from the journal: what a stranger brings is kept masked, and as a digest.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update

from desk.accounts.oidc import Vouched
from desk.accounts.users import BadAccount, User, as_user, plain
from desk.db.tables import journal as lines
from desk.db.tables import sessions, users
from desk.history import journal
from storage.db.sealed import Tx

WAITING = "sign_on_waiting"
UNBOUND = ("user_unbind", "user_reset")
"""What the journal calls the end of a binding: who waited before it comes again."""
_ISSUER = 160
_SHOWN = 2


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """Somebody the sign-on vouched for under an account's name, last at `at`; `digest` says who exactly."""

    account: str
    digest: str
    masked: str
    issuer: str
    at: datetime


async def entered(tx: Tx, person: Vouched, now: datetime) -> User | None:
    """The account this person is bound to; None where it is another's or nobody's, or blocked. Journaled."""
    named = select(users).where(users.c.name == person.name).with_for_update()
    row = (await tx.execute(named)).one_or_none()
    if row is None or row.name != person.name or row.blocked:
        await journal.write(tx, "-", "sign_on_refused", "", now)
        return None
    if row.subject != _digest(person):
        await _not_bound(tx, row, person, now)
        return None
    await journal.write(tx, row.name, "sign_on", "", now)
    return as_user(row)


async def waiting(tx: Tx) -> tuple[WaitingPerson, ...]:
    """Everybody who waits to be bound, by account; the newest first within one."""
    ended = (
        select(lines.c.about, func.max(lines.c.id).label("id"))
        .where(lines.c.action.in_(UNBOUND))
        .group_by(lines.c.about)
        .subquery()
    )
    query = (
        select(lines)
        .join(users, users.c.name == lines.c.name)
        .outerjoin(ended, ended.c.about == users.c.name)
        .where(lines.c.action == WAITING, users.c.subject.is_(None), ~users.c.blocked)
        .where(or_(ended.c.id.is_(None), lines.c.id > ended.c.id))
        .order_by(lines.c.name, lines.c.id.desc())
    )
    return tuple(_each_once(_person(row) for row in await tx.execute(query)))


async def bind(tx: Tx, by: str, name: str, digest: str, now: datetime) -> WaitingPerson:
    """From now on this person comes in under this account. Raises BadAccount: they do not wait for it."""
    name = plain(name)
    found = [one for one in await waiting(tx) if (one.account, one.digest) == (name, digest)]
    if not found:
        raise BadAccount("nobody waits for this account under that digest")
    unbound = (users.c.name == name) & users.c.subject.is_(None)
    bound = update(users).where(unbound).values(subject=digest).returning(users.c.id)
    if (await tx.execute(bound)).scalar() is None:
        raise BadAccount("somebody else is bound to this account by now")
    await journal.write(tx, by, "user_bind", name, now)
    return found[0]


async def unbind(tx: Tx, by: str, name: str, now: datetime) -> None:
    """Nobody comes in under this account by the sign-on any more; its sessions end. Raises BadAccount."""
    name = plain(name)
    bound = (users.c.name == name) & users.c.subject.is_not(None)
    found = (await tx.execute(update(users).where(bound).values(subject=None).returning(users.c.id))).scalar()
    if found is None:
        raise BadAccount("nobody is bound to an account of this name")
    await tx.execute(delete(sessions).where(sessions.c.user_id == found))
    await journal.write(tx, by, "user_unbind", name, now)


async def _not_bound(tx: Tx, row: Row[Any], person: Vouched, now: datetime) -> None:
    if row.subject is not None:
        await journal.write(tx, "-", "sign_on_refused", row.name, now)
        return
    about = f"{_digest(person)} {_masked(person.subject)} {person.issuer[:_ISSUER]}"
    await journal.write(tx, row.name, WAITING, about, now)


def _digest(person: Vouched) -> str:
    return hashlib.sha256(f"{person.issuer}\0{person.subject}".encode()).hexdigest()


def _masked(subject: str) -> str:
    if len(subject) <= 2 * _SHOWN + 1:
        return f"…{subject[-1]}"
    return f"{subject[:_SHOWN]}…{subject[-_SHOWN:]}"


def _person(row: Row[Any]) -> WaitingPerson:
    digest, rest = row.about.split(" ", 1)
    masked, issuer = rest.rsplit(" ", 1)
    return WaitingPerson(row.name, digest, masked, issuer, row.at)


def _each_once(found: Iterator[WaitingPerson]) -> Iterator[WaitingPerson]:
    seen: set[tuple[str, str]] = set()
    for one in found:
        if (one.account, one.digest) not in seen:
            seen.add((one.account, one.digest))
            yield one
