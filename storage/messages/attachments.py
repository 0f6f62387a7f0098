"""Files citizens sent: first only the platform's id (pending), then the bytes, in `storage.files`.

The rule: bytes are stored before a row says so.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, insert, literal_column, select, update

from intake.model.messages import ChannelName, Media, MediaKind
from storage.db.sealed import Tx
from storage.db.tables import attachments, conversations

OF_UNKNOWN = ""
"""What stands in `filed_with` of files from before it was noted: where their citizen has filed anything."""

_UNFILED = attachments.c.filed_with.is_(None) & (attachments.c.state != literal_column("'dropped'"))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file. `state` is `pending` (only its platform has it), `stored` (then it has sha256, media_type, size
    in bytes), `failed`, `quarantined` (a scanner found something in it: it is given to nobody), or `dropped`
    when its citizen gave it up before it became part of a case.
    """

    id: str
    kind: MediaKind
    media_id: str
    channel: ChannelName
    state: str
    sha256: str | None
    media_type: str | None
    size: int | None


async def register(
    tx: Tx, conversation_id: int, media: Media, now: datetime, *, waiting: bool = False
) -> str:
    """Note a file the platform holds for us; returns the attachment's id. It is not sent for yet.

    `waiting`: its matter is not known yet (see `storage.messages.loose_files`).
    """
    values = {
        "conversation_id": conversation_id,
        "kind": media.kind.value,
        "media_id": media.media_id,
        "state": "pending",
        "unsent": True,
        "created_at": now,
        "waiting": waiting,
    }
    return str((await tx.execute(insert(attachments).returning(attachments.c.id), values)).scalar_one())


async def send_for(tx: Tx, ids: Collection[str]) -> list[tuple[str, Media]]:
    """Those of these files that nobody sent for yet, with their ids: they count as on their way now."""
    if not ids:
        return []
    where = _of(ids) & attachments.c.unsent & (attachments.c.state == "pending")
    columns = (attachments.c.id, attachments.c.kind, attachments.c.media_id)
    sent = await tx.execute(update(attachments).where(where).values(unsent=False).returning(*columns))
    return [(str(row.id), Media(MediaKind(row.kind), row.media_id)) for row in sorted(sent)]


async def file_with(tx: Tx, ids: Collection[str], reference: str) -> None:
    """They are passed on with this matter, and no longer the citizen's own alone."""
    if ids:
        await tx.execute(update(attachments).where(_of(ids)).values(filed_with=reference))


async def take_back(tx: Tx, ids: Collection[str]) -> None:
    """Of older files it was not known which were passed on: these were not."""
    if ids:
        unknown = _of(ids) & (attachments.c.filed_with == OF_UNKNOWN)
        await tx.execute(update(attachments).where(unknown).values(filed_with=None))


async def unsent(tx: Tx, ids: Collection[str]) -> list[Attachment]:
    """Those of these files that nobody sent for yet."""
    numbers = select(attachments.c.id).where(
        _of(ids) & attachments.c.unsent & (attachments.c.state == "pending")
    )
    found = (await tx.scalars(numbers.order_by(attachments.c.id))).all() if ids else []
    return await by_ids(tx, [str(number) for number in found])


async def unfiled(tx: Tx, conversation_id: int, *, waiting: bool = True) -> list[str]:
    """The ids of the files that are this citizen's own; without those whose matter is not known, if asked."""
    where = (attachments.c.conversation_id == conversation_id) & _UNFILED
    if not waiting:
        where &= ~attachments.c.waiting
    found = await tx.scalars(select(attachments.c.id).where(where).order_by(attachments.c.id))
    return [str(number) for number in found.all()]


async def owners(tx: Tx, after: int, limit: int) -> list[int]:
    """The conversations beyond this one that have files of their own, in order."""
    theirs = select(attachments.c.conversation_id).where(_UNFILED, attachments.c.conversation_id > after)
    found = await tx.scalars(theirs.distinct().order_by(attachments.c.conversation_id).limit(limit))
    return list(found.all())


async def telling(tx: Tx, conversation_id: int, reference: str | None = None) -> list[str]:
    """Of the files passed on, with one matter or any: those in which a person cannot be hidden.

    A photo is encoded anew and shows the matter; a voice is its citizen, and the rest is kept as it came.
    """
    hides = (attachments.c.kind == MediaKind.PHOTO.value) & (attachments.c.state != "quarantined")
    where = (attachments.c.conversation_id == conversation_id) & (attachments.c.state != "dropped") & ~hides
    filed_with = attachments.c.filed_with
    filed = filed_with.is_not(None) if reference is None else filed_with == reference
    found = await tx.scalars(select(attachments.c.id).where(where, filed).order_by(attachments.c.id))
    return [str(number) for number in found.all()]


async def owner(tx: Tx, attachment_id: str) -> int | None:
    """Whose it is: the number of their conversation."""
    statement = select(attachments.c.conversation_id).where(attachments.c.id == int(attachment_id))
    number: int | None = await tx.scalar(statement)
    return number


async def is_wanted(tx: Tx, attachment_id: str) -> bool:
    """Whether its citizen has not given it up."""
    where = (attachments.c.id == int(attachment_id)) & (attachments.c.state != "dropped")
    return bool(await tx.scalar(select(exists().where(where))))


async def expect(tx: Tx, attachment_id: str, sha256: str) -> bool:
    """Its bytes are about to be written: whoever drops it meanwhile knows what to remove. False: unwanted."""
    where = (attachments.c.id == int(attachment_id)) & (attachments.c.state != "dropped")
    return (await tx.execute(update(attachments).where(where).values(sha256=sha256))).rowcount > 0


async def hold(tx: Tx, sha256: str) -> None:
    """Until this transaction ends, nobody else puts this content in its place, or removes it."""
    if tx.dialect.name == "postgresql":  # SQLite has one writer
        number = int.from_bytes(bytes.fromhex(sha256)[:8], signed=True)
        await tx.execute(select(func.pg_advisory_xact_lock(number)))


async def store_content(
    tx: Tx, attachment_id: str, sha256: str, media_type: str, size: int, *, state: str = "stored"
) -> bool:
    """The bytes are stored under `sha256`; False if nobody wants them any more."""
    values = {"state": state, "sha256": sha256, "media_type": media_type, "size": size, "reason": None}
    where = (attachments.c.id == int(attachment_id)) & (attachments.c.state != "dropped")
    return (await tx.execute(update(attachments).where(where).values(values))).rowcount > 0


async def is_quarantined(tx: Tx, sha256: str) -> bool:
    """Whether a scanner found something in this content: then nobody is given it."""
    found = (attachments.c.sha256 == sha256) & (attachments.c.state == "quarantined")
    return bool(await tx.scalar(select(exists().where(found))))


async def is_used(tx: Tx, sha256: str) -> bool:
    """Whether an attachment has this content."""
    return bool(await tx.scalar(select(exists().where(attachments.c.sha256 == sha256))))


async def unused(tx: Tx, sums: Collection[str]) -> list[str]:
    """Those of these contents that no attachment has."""
    used = set(await tx.scalars(select(attachments.c.sha256).where(attachments.c.sha256.in_(sums))))
    return [sha256 for sha256 in sums if sha256 not in used]


async def fail(tx: Tx, attachment_id: str, reason: str) -> None:
    """The platform will not give us this file, or we do not take it."""
    where = (attachments.c.id == int(attachment_id)) & (attachments.c.state == "pending")
    await tx.execute(update(attachments).where(where).values(state="failed", reason=reason))


async def by_ids(tx: Tx, ids: Iterable[str]) -> list[Attachment]:
    """The attachments with these ids, in this order; unknown ids are left out."""
    wanted = [int(attachment_id) for attachment_id in ids if attachment_id.isdecimal()]
    statement = (
        select(attachments, conversations.c.channel).join(conversations).where(attachments.c.id.in_(wanted))
    )
    rows = {row.id: row for row in await tx.execute(statement)} if wanted else {}
    return [
        Attachment(
            id=str(row.id),
            kind=MediaKind(row.kind),
            media_id=row.media_id,
            channel=ChannelName(row.channel),
            state=row.state,
            sha256=row.sha256,
            media_type=row.media_type,
            size=row.size,
        )
        for row in (rows[number] for number in wanted if number in rows)
    ]


async def of_conversation(tx: Tx, conversation_id: int) -> list[Attachment]:
    """The files of a citizen that we have, oldest first."""
    where = (attachments.c.conversation_id == conversation_id) & (attachments.c.state != "dropped")
    numbers = await tx.scalars(select(attachments.c.id).where(where).order_by(attachments.c.id))
    return await by_ids(tx, [str(number) for number in numbers.all()])


def _of(ids: Collection[str]) -> ColumnElement[bool]:
    return attachments.c.id.in_([int(one) for one in ids])
