"""What goes when a citizen leaves a channel: all that is not a filed case.

The rule: the case stays, without the account. What was on its way to the citizen, what was said to
them, what they allowed, and the files of an unfinished matter go in the transaction of their leaving.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from intake.model.messages import Outgoing
from storage.db.sealed import Tx
from storage.db.tables import attachments, inbox, outbox
from storage.messages import send_quotas, template_opt_ins
from storage.outbox.engine import short
from storage.outbox.jobs import EndBurst, FetchFile, kind_of
from storage.outbox.outbox import Claimed
from storage.surveys import phone_links, surveys

KINDS = (kind_of(Outgoing), kind_of(EndBurst))
"""Entries that carry the citizen's address."""

_REASON = "the citizen left"
_GIVEN_UP = "its citizen gave it up"


async def wipe(tx: Tx, conversation_id: int, now: datetime) -> None:
    """Stop what was to be sent, and forget what was sent and what might be."""
    theirs = (outbox.c.conversation_id == conversation_id) & outbox.c.kind.in_(KINDS)
    open_ones = theirs & outbox.c.state.in_(("due", "kept", "awaited", "unsure"))
    stopped = {"state": "buried", "reason": _REASON, "settled_at": now}
    await tx.execute(update(outbox).where(open_ones).values(stopped))
    await tx.execute(update(outbox).where(theirs).values(body_sealed=None))
    await tx.execute(
        update(inbox).where(inbox.c.conversation_id == conversation_id).values(replies_sealed=None)
    )
    await send_quotas.close(tx, conversation_id)
    await template_opt_ins.withdraw(tx, conversation_id)
    await phone_links.unbind(tx, conversation_id)
    await surveys.forget(tx, conversation_id, now)


async def drop_files(tx: Tx, ids: Collection[str], now: datetime) -> tuple[str, ...]:
    """Give up files; returns their sha256. Whether another attachment is the same only `hold` can tell.

    Of two citizens who give up the same at once, each still sees the other's here.
    """
    if not ids:
        return ()
    numbers = [int(attachment_id) for attachment_id in ids]
    dropped = attachments.c.id.in_(numbers)
    found = {one for one in await tx.scalars(select(attachments.c.sha256).where(dropped)) if one}
    gone = {"state": "dropped", "sha256": None, "media_id": "", "waiting": False, "reason": _GIVEN_UP}
    await tx.execute(update(attachments).where(dropped).values(gone))
    lanes = [f"file:{number}" for number in numbers]
    stopped = {"state": "buried", "reason": _GIVEN_UP, "settled_at": now, "body_sealed": None}
    fetches = (outbox.c.kind == kind_of(FetchFile)) & outbox.c.lane.in_(lanes) & (outbox.c.state == "due")
    await tx.execute(update(outbox).where(fetches).values(stopped))
    return tuple(sorted(found))


async def explain(tx: Tx, fetch: Claimed, reason: str) -> bool:
    """Why its file was given up while it was in hand; False if that is not what became of it."""
    given_up = (outbox.c.state == "buried") & (outbox.c.reason == _GIVEN_UP)
    ours = (outbox.c.id == fetch.id) & (outbox.c.attempts == fetch.attempts)
    told = await tx.execute(update(outbox).where(ours, given_up).values(reason=short(reason)))
    return told.rowcount > 0
