"""What goes when a citizen leaves a channel: all that is not a filed case.

The rule: the case stays, without the account. What was on its way to the citizen, what was said to
them, what they allowed, and the files of an unfinished matter go in the transaction of their leaving.
"""

import re
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select, update

from intake.model.messages import Outgoing
from storage.db.keyring import Undecryptable
from storage.db.scrubbing import owe
from storage.db.sealed import Tx, keyring, unseal
from storage.db.tables import attachments, conversations, inbox, outbox
from storage.messages import send_quotas, template_opt_ins
from storage.outbox.engine import short
from storage.outbox.jobs import EndBurst, FetchFile, kind_of
from storage.outbox.outbox import Body, Claimed
from storage.surveys import phone_links, surveys

KINDS = (kind_of(Outgoing), kind_of(EndBurst))
"""Entries that carry the citizen's address."""
TELLING = ("alert", "handoff", "event", "fetch")
"""Entries with words of theirs, or the platform's name of a file."""

_REASON = "the citizen left"
_GIVEN_UP = "its citizen gave it up"
_SAYS = outbox.c.body_sealed.is_not(None)


async def wipe(tx: Tx, conversation_id: int, now: datetime) -> None:
    """Stop what was to be sent, and forget what was sent and what might be."""
    theirs = (outbox.c.conversation_id == conversation_id) & outbox.c.kind.in_(KINDS)
    open_ones = theirs & outbox.c.state.in_(("due", "kept", "awaited", "unsure"))
    stopped = {"state": "buried", "reason": _REASON, "settled_at": now}
    await tx.execute(update(outbox).where(open_ones).values(stopped))
    await tx.execute(update(outbox).where(theirs).values(body_sealed=None))
    await _forget_passed_on(tx, conversation_id, now)
    await _forget_aside(tx, conversation_id)
    await tx.execute(
        update(inbox).where(inbox.c.conversation_id == conversation_id).values(replies_sealed=None)
    )
    await send_quotas.close(tx, conversation_id)
    await template_opt_ins.withdraw(tx, conversation_id)
    await phone_links.unbind(tx, conversation_id)
    await surveys.forget(tx, conversation_id, now)


async def forget_answers(
    tx: Tx, conversation_id: int, lane: str, references: Collection[str], now: datetime
) -> None:
    """Answers repeat what was told: with what a citizen gives up, what was answered to it goes.

    `lane`: in which their answers leave. Of those that did not arrive yet the ones that name one of the
    tickets with these `references` stay: a receipt is of what was filed.
    """
    answered = (inbox.c.conversation_id == conversation_id) & inbox.c.replies_sealed.is_not(None)
    await tx.execute(update(inbox).where(answered).values(replies_sealed=None))
    theirs = (outbox.c.conversation_id == conversation_id) & (outbox.c.lane == lane)
    await tx.execute(update(outbox).where(theirs, outbox.c.state == "done").values(body_sealed=None))
    rows = (await tx.execute(select(outbox.c.id, outbox.c.body_sealed).where(theirs, _SAYS))).all()
    told = {row.id: str(unseal(tx, Body, row.body_sealed).get("reply")) for row in rows}
    of_none = [number for number, text in told.items() if not any(one in text for one in references)]
    stopped = {"state": "buried", "reason": _GIVEN_UP, "settled_at": now, "body_sealed": None}
    await tx.execute(update(outbox).where(outbox.c.id.in_(of_none)).values(stopped))


async def _forget_passed_on(tx: Tx, conversation_id: int, now: datetime) -> None:
    """What was told to staff goes from here too; a call for a person that is still to go leads to nobody.

    An alert still goes, for somebody may be in danger; the wish that it be forgotten follows it.
    """
    own = outbox.c.conversation_id == conversation_id
    calls = own & (outbox.c.kind == "handoff") & (outbox.c.state == "due")
    stopped = {"state": "buried", "reason": _REASON, "settled_at": now}
    await tx.execute(update(outbox).where(calls).values(stopped))
    told = own & outbox.c.kind.in_(TELLING) & (outbox.c.state != "due")
    await tx.execute(update(outbox).where(told).values(body_sealed=None))


async def _forget_aside(tx: Tx, conversation_id: int) -> None:
    """Bodies nobody could handle stand under no citizen: theirs are those that name their account.

    There are few, and none is older than the inbox's term.
    """
    columns = (conversations.c.channel, conversations.c.user)
    who = (await tx.execute(select(*columns).where(conversations.c.id == conversation_id))).one_or_none()
    if who is None or who.user is None:
        return
    named = re.compile(rb"(?<![\w-])" + re.escape(who.user.encode()) + rb"(?![\w-])")
    kept = inbox.c.aside_sealed.is_not(None) & (inbox.c.channel == who.channel)
    rows = (await tx.execute(select(inbox.c.message_id, inbox.c.aside_sealed).where(kept))).all()
    theirs = [row.message_id for row in rows if named.search(_opened(tx, row.aside_sealed))]
    gone = (inbox.c.channel == who.channel) & inbox.c.message_id.in_(theirs)
    await tx.execute(update(inbox).where(gone).values(aside_sealed=None, replies_sealed=None))


def _opened(tx: Tx, sealed: bytes) -> bytes:
    """Nothing where the key is gone: then nobody reads it."""
    try:
        return keyring(tx).decrypt(sealed)
    except Undecryptable:
        return b""


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
    fetches = (outbox.c.kind == kind_of(FetchFile)) & outbox.c.lane.in_(lanes)
    await tx.execute(update(outbox).where(fetches, outbox.c.state == "due").values(stopped))
    await tx.execute(update(outbox).where(fetches).values(body_sealed=None))  # it names the platform's file
    return tuple(sorted(found))


async def forget_last_word(tx: Tx, entry: Claimed) -> None:
    """The answer to who was erased carries their address, and is queued after all else was emptied."""
    if entry.kind not in KINDS or entry.conversation_id is None:
        return
    nobody = exists().where(conversations.c.id == entry.conversation_id, conversations.c.user.is_(None))
    last = update(outbox).where(outbox.c.id == entry.id, nobody).values(body_sealed=None)
    if (await tx.execute(last)).rowcount:
        owe(tx)


async def explain(tx: Tx, fetch: Claimed, reason: str) -> bool:
    """Why its file was given up while it was in hand; False if that is not what became of it."""
    given_up = (outbox.c.state == "buried") & (outbox.c.reason == _GIVEN_UP)
    ours = (outbox.c.id == fetch.id) & (outbox.c.attempts == fetch.attempts)
    told = await tx.execute(update(outbox).where(ours, given_up).values(reason=short(reason)))
    return told.rowcount > 0
