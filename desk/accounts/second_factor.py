"""The second factor of an account: a code that changes twice a minute (TOTP, RFC 6238), good for one use."""

import hmac
from datetime import datetime

import pyotp
from sqlalchemy import select, update

from desk.db.tables import users
from storage.db.sealed import Tx, keyring

STEP = 30
_AROUND = 1
"""Steps before and after the present one in which a code still fits: clocks differ."""


def new_secret() -> str:
    """A fresh one, as an app takes it typed by hand."""
    return str(pyotp.random_base32())


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step this code belongs to, if it is one of those around now."""
    code = "".join(code.split())
    if not (code.isascii() and code.isdecimal() and len(code) == 6):
        return None
    present = int(now.timestamp()) // STEP
    try:
        totp = pyotp.TOTP(secret)
        around = {totp.at(step * STEP): step for step in range(present - _AROUND, present + _AROUND + 1)}
    except ValueError:  # it came with a form: too short, or no base32
        return None
    return next((step for one, step in around.items() if hmac.compare_digest(one, code)), None)


async def is_on(tx: Tx, user_id: int) -> bool:
    """Whether the account asks for a code."""
    sealed = select(users.c.factor_sealed).where(users.c.id == user_id)
    return (await tx.execute(sealed)).scalar_one() is not None


async def passes(tx: Tx, user_id: int, code: str, now: datetime) -> bool:
    """Whether the account asks for no code, or this is one that fits and was not used yet; it is used now."""
    row = (await tx.execute(select(users).where(users.c.id == user_id).with_for_update())).one()
    if row.factor_sealed is None:
        return True
    step = step_of(keyring(tx).decrypt(row.factor_sealed).decode(), code, now)
    if step is None or (row.factor_step is not None and step <= row.factor_step):
        return False
    await tx.execute(update(users).where(users.c.id == user_id).values(factor_step=step))
    return True


async def turn_on(tx: Tx, user_id: int, secret: str, code: str, now: datetime) -> bool:
    """Ask for codes from now on, if this one shows that the app has the secret."""
    step = step_of(secret, code, now)
    if step is None:
        return False
    values = {"factor_sealed": keyring(tx).encrypt(secret.encode()), "factor_step": step}
    await tx.execute(update(users).where(users.c.id == user_id).values(values))
    return True


async def turn_off(tx: Tx, user_id: int) -> None:
    """Ask for no code any more."""
    values = {"factor_sealed": None, "factor_step": None}
    await tx.execute(update(users).where(users.c.id == user_id).values(values))
