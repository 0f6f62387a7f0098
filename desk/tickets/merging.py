"""One matter, several tickets: a merged ticket counts on its master, and hears its answer."""

from sqlalchemy import select

from desk.db.tables import tickets
from desk.tickets import store
from desk.tickets.store import DeskTicket
from desk.workflow.states import OPEN, Refused, State
from storage.db.sealed import Tx

_ANSWERED = frozenset({State.DIRECT_ANSWERED, State.COMPLETED, State.CALLBACK})


async def locked(tx: Tx, hotline_ref: str, master_ref: str) -> DeskTicket:
    """The master, with both rows locked, always in the same order. Raises Refused."""
    for ref in sorted({hotline_ref, master_ref}):
        await store.load(tx, ref, lock=True)
    master = await store.load(tx, master_ref)
    if master is None or master_ref == hotline_ref:
        raise Refused("no_master", "there is no such ticket to merge into")
    if master.life.state not in OPEN - _ANSWERED:
        raise Refused("master_is_over", "the ticket to merge into is answered or closed")
    return master


async def merged_into(tx: Tx, master_ref: str) -> tuple[str, ...]:
    """The tickets merged into this one, oldest first."""
    query = select(tickets.c.hotline_ref).where(
        tickets.c.master_ref == master_ref, tickets.c.state == State.MERGED
    )
    return tuple((await tx.execute(query.order_by(tickets.c.id))).scalars())
