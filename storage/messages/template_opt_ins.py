"""Which templates a citizen lets us write to them with.

The rule: an account counts how often a citizen agreed, since some templates may be used
once per time; whether one may be used for good is the profile's to know, not the row's.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from intake.model.channel_event import Permission
from storage.db.sealed import Tx
from storage.db.tables import permissions
from storage.db.upsert import add_new


async def note(tx: Tx, conversation_id: int, given: Permission, at: datetime) -> None:
    """The citizen allowed a template once more, or withdrew it."""
    if not given.allowed:
        await tx.execute(delete(permissions).where(_one(conversation_id, given.template)))
        return
    values = {"conversation_id": conversation_id, "template": given.template, "times": 1, "allowed_at": at}
    if not await add_new(tx, permissions, values, "conversation_id", "template"):
        more = {"times": permissions.c.times + 1, "allowed_at": at}
        await tx.execute(update(permissions).where(_one(conversation_id, given.template)).values(more))


async def allowed(tx: Tx, conversation_id: int) -> frozenset[str]:
    """The templates this citizen allows now."""
    where = (permissions.c.conversation_id == conversation_id) & (permissions.c.times > 0)
    return frozenset((await tx.scalars(select(permissions.c.template).where(where))).all())


async def use(tx: Tx, conversation_id: int, template: str) -> None:
    """One of the times a template was allowed is used up."""
    where = _one(conversation_id, template) & (permissions.c.times > 0)
    await tx.execute(update(permissions).where(where).values(times=permissions.c.times - 1))


async def withdraw(tx: Tx, conversation_id: int, template: str | None = None) -> None:
    """The channel says this template is not allowed; None = none is."""
    of_citizen = permissions.c.conversation_id == conversation_id
    await tx.execute(delete(permissions).where(_one(conversation_id, template) if template else of_citizen))


def _one(conversation_id: int, template: str) -> ColumnElement[bool]:
    return (permissions.c.conversation_id == conversation_id) & (permissions.c.template == template)
