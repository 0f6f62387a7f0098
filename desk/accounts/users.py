"""Who works at the desk: accounts, log-in and sessions.

Passwords are kept as argon2 hashes (`desk.accounts.passwords`), session tokens as SHA-256 (they are
random, not guessable).
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from desk.accounts import login_attempts, passwords
from desk.accounts.login_attempts import LockedOut
from desk.accounts.passwords import BadPassword
from desk.db.tables import sessions, users
from desk.workflow.states import Actor, Role
from storage.batches import AT_ONCE, delete_some
from storage.db.sealed import Tx
from storage.db.upsert import insert_new

__all__ = ["FIRST_USER", "SESSION_LENGTH", "BadAccount", "LockedOut", "User", "WrongPassword"]

FIRST_USER = "desk"
SESSION_LENGTH = timedelta(hours=12)
ROLES = (Role.CENTRE, Role.UNIT, Role.CALLBACK, Role.LEADER, Role.AUDITOR)
"""Who may have an account."""


class BadAccount(ValueError):
    """The account cannot be like this; the sentence says why."""


class WrongPassword(Exception):
    """Name and password do not belong together, or the account is blocked; which, is not told."""


def plain(name: str) -> str:
    """The name as it is stored: width, case and outer blanks do not count. Raises BadAccount."""
    stored = unicodedata.normalize("NFKC", name).strip().casefold()
    if not 0 < len(stored) <= 64 or not stored.isprintable():
        raise BadAccount("a user's name has 1 to 64 printable characters")
    return stored


@dataclass(frozen=True, slots=True)
class User:
    """A person at the desk; `unit` is a profile id, set for role `unit` only."""

    id: int
    name: str
    role: Role
    unit: str | None
    blocked: bool
    given: bool = False
    """Somebody else chose the password, and it is how they come in: they choose one of their own first."""
    bound: bool = False
    """Somebody of the city's sign-on comes in under it."""

    @property
    def actor(self) -> Actor:
        return Actor(self.role, self.name, self.unit)


async def add(
    tx: Tx, name: str, password: str, role: Role, unit: str | None, now: datetime, *, given: bool = True
) -> None:
    """Make an account; `given`: the password is not its owner's own choice. Raises BadAccount."""
    if role not in ROLES or (role is Role.UNIT) != (unit is not None):
        raise BadAccount("a user of role unit needs a unit, any other role has none")
    values = {
        "name": plain(name),
        "role": role,
        "unit": unit,
        "password_hash": _hashed(password, plain(name)),
        "blocked": False,
        "created_at": now,
        "given": given,
    }
    statement = insert_new(tx, users, "name").values(values).returning(users.c.id)
    if (await tx.execute(statement)).scalar() is None:
        raise BadAccount("there is a user of this name already")


async def reset(tx: Tx, name: str, password: str) -> None:
    """Give an account a new password; its sessions, its lock and its other factors end. Raises BadAccount."""
    values = {
        "password_hash": _hashed(password, plain(name)),
        "blocked": False,
        "given": True,
        "factor_sealed": None,
        "factor_step": None,
        "subject": None,
    }
    named = users.c.name == plain(name)
    found = (await tx.execute(update(users).where(named).values(values).returning(users.c.id))).scalar()
    if found is None:
        raise BadAccount("there is no user of this name")
    await tx.execute(delete(sessions).where(sessions.c.user_id == found))
    await login_attempts.forgive(tx, plain(name))


async def change_password(tx: Tx, user: User, password: str, session: str) -> None:
    """A new password of one's own choice; every session but this one ends. Raises BadAccount."""
    values = {"password_hash": _hashed(password, user.name), "given": False}
    await tx.execute(update(users).where(users.c.id == user.id).values(values))
    others = (sessions.c.user_id == user.id) & (sessions.c.token_hash != _token_hash(session))
    await tx.execute(delete(sessions).where(others))


async def block(tx: Tx, name: str, *, blocked: bool) -> None:
    """Keep an account out, at once, or let it in again. Raises BadAccount."""
    named = users.c.name == plain(name)
    changed = update(users).where(named).values(blocked=blocked).returning(users.c.id)
    found = (await tx.execute(changed)).scalar()
    if found is None:
        raise BadAccount("there is no user of this name")
    if blocked:
        await tx.execute(delete(sessions).where(sessions.c.user_id == found))


async def ensure_first_user(tx: Tx, now: datetime, password: str) -> bool:
    """Where nobody has an account yet, give one of role centre to `FIRST_USER`. True if made."""
    if (await tx.execute(select(func.count()).select_from(users))).scalar():
        return False
    await add(tx, FIRST_USER, password, Role.CENTRE, None, now)
    return True


async def everybody(tx: Tx) -> tuple[User, ...]:
    """All accounts, by name."""
    return tuple(as_user(row) for row in await tx.execute(select(users).order_by(users.c.name)))


async def account(tx: Tx, name: str) -> tuple[User | None, str]:
    """The account of this name and the hash to check; where there is none, one that fits no password."""
    row = (await tx.execute(select(users).where(users.c.name == plain(name)))).one_or_none()
    return (as_user(row), row.password_hash) if row is not None else (None, passwords.nobodys())


async def open_session(tx: Tx, user: User, token: str, now: datetime) -> None:
    """Let whoever has `token` act as this user for twelve hours."""
    values = {
        "token_hash": _token_hash(token),
        "user_id": user.id,
        "created_at": now,
        "expires_at": now + SESSION_LENGTH,
    }
    await tx.execute(insert(sessions).values(values))


async def whose(tx: Tx, token: str, now: datetime) -> User | None:
    """The user a session token stands for; None if it is unknown or over, or the user blocked."""
    query = (
        select(users)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(sessions.c.token_hash == _token_hash(token), sessions.c.expires_at > now, ~users.c.blocked)
    )
    row = (await tx.execute(query)).one_or_none()
    return as_user(row) if row is not None else None


async def close_session(tx: Tx, token: str) -> None:
    """Log out."""
    await tx.execute(delete(sessions).where(sessions.c.token_hash == _token_hash(token)))


async def purge(tx: Tx, now: datetime, limit: int = AT_ONCE) -> int:
    """Forget sessions that are over, up to `limit`; returns how many."""
    return await delete_some(tx, sessions, sessions.c.expires_at <= now, limit)


def as_user(row: Row[Any]) -> User:
    """The person whose row this is."""
    bound = row.subject is not None
    given = row.given and not bound
    return User(row.id, row.name, Role(row.role), row.unit, row.blocked, given, bound)


def _hashed(password: str, name: str) -> str:
    try:
        return passwords.hashed(password, name)
    except BadPassword as refusal:
        raise BadAccount(str(refusal)) from None


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
