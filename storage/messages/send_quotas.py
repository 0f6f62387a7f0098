"""How many messages a channel still lets us send to a citizen, by what gave us the right.

The rule: a right is written down in the transaction of the turn it came with, and spent
before the message goes; a message that never left gives it back. What is lost when a
process dies in between is one message of the budget, never a citizen's turn.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, select, update

from intake.model.messages import Grant
from storage.batches import AT_ONCE, delete_some
from storage.db.sealed import Tx
from storage.db.tables import budgets
from storage.db.upsert import add_new


async def grant(tx: Tx, conversation_id: int, given: Grant, at: datetime) -> None:
    """The citizen acted at `at`: this trigger's budget starts anew, unless a later act has started it."""
    values = {
        "conversation_id": conversation_id,
        "trigger": given.trigger,
        "left": given.messages,
        "until": at + given.lasts,
    }
    if not await add_new(tx, budgets, values, "conversation_id", "trigger"):
        where = _of(conversation_id) & (budgets.c.trigger == given.trigger)
        where &= budgets.c.until <= values["until"]  # a platform tells whole seconds
        await tx.execute(update(budgets).where(where).values(left=given.messages, until=values["until"]))


async def left(tx: Tx, conversation_id: int, now: datetime) -> int:
    """How many messages may still go out."""
    open_now = _of(conversation_id) & (budgets.c.until > now)
    return int(await tx.scalar(select(func.coalesce(func.sum(budgets.c.left), 0)).where(open_now)) or 0)


async def spend(tx: Tx, conversation_id: int, now: datetime) -> str | None:
    """Take one message from the budget that ends first; returns its trigger, None if nothing is left."""
    trigger: str | None = await tx.scalar(_next(conversation_id, now).with_for_update())
    if trigger is not None:
        await _add(tx, conversation_id, trigger, -1)
    return trigger


async def give_back(tx: Tx, conversation_id: int, trigger: str) -> None:
    """The message that was paid for never left."""
    await _add(tx, conversation_id, trigger, 1)


async def close(tx: Tx, conversation_id: int) -> None:
    """The channel says that nothing may be sent, whatever we counted."""
    await tx.execute(delete(budgets).where(_of(conversation_id)))


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Drop what ended earlier, up to `limit`; returns how many."""
    return await delete_some(tx, budgets, budgets.c.until < before, limit)


def _next(conversation_id: int, now: datetime) -> Select[tuple[str]]:
    usable = _of(conversation_id) & (budgets.c.until > now) & (budgets.c.left > 0)
    return select(budgets.c.trigger).where(usable).order_by(budgets.c.until).limit(1)


async def _add(tx: Tx, conversation_id: int, trigger: str, count: int) -> None:
    where = _of(conversation_id) & (budgets.c.trigger == trigger)
    await tx.execute(update(budgets).where(where).values(left=budgets.c.left + count))


def _of(conversation_id: int) -> ColumnElement[bool]:
    return budgets.c.conversation_id == conversation_id
