"""Which files of a citizen's are kept after a turn, and which are sent for.

The rule: a file is its citizen's own until it is passed on with a matter, and stays only while something
unfinished of theirs holds it: what is declined, cancelled or left out takes its files along. None is
sent for before its citizen agreed to the notice, unless it is part of what needs no consent.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.base import jobs
from app.base.jobs import FILES
from intake.city import CityProfile
from intake.dialog.consent import privacy_notice
from intake.model.conversation import Conversation, Effect, FileTicket, TellHotline, Turn
from intake.model.messages import ChannelName, Inbound
from storage.db.database import Tx
from storage.messages import attachments
from storage.messages.conversations import StoredConversation
from storage.outbox.jobs import DiscardFile, FetchFile
from storage.privacy import left_channel
from storage.tickets import passed_files


async def settle(
    tx: Tx, stored: StoredConversation, inbound: Inbound, turn: Turn, city: CityProfile, now: datetime
) -> None:
    """The turn's files are passed on, kept and sent for, or dropped."""
    await attachments.take_back(tx, stored.conversation.written)
    passed = list(passed_on(turn.effects))
    for reference, ids in passed:
        await attachments.file_with(tx, ids, reference)
    await drop_unheld(tx, stored.id, turn.conversation, now)
    filed = {one for _, ids in passed for one in ids}
    ready = _ready(turn.conversation, inbound.address.channel, city)
    await send_for(tx, stored.id, inbound.address.channel, inbound.language, filed | ready, now)


def passed_on(effects: Iterable[Effect]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The files that leave with these effects, each with the number of its matter."""
    for effect in effects:
        if isinstance(effect, FileTicket):
            yield effect.ticket.reference, effect.ticket.attachments
        if isinstance(effect, TellHotline):
            yield effect.reference, effect.attachments


async def drop_unheld(tx: Tx, conversation_id: int, conversation: Conversation, now: datetime) -> int:
    """Drop those of the citizen's own files that nothing unfinished holds; returns how many."""
    own = await attachments.unfiled(tx, conversation_id, waiting=False)
    unheld = [one for one in own if one not in conversation.files]
    return await _drop_own(tx, conversation_id, unheld, now)


async def drop_all(tx: Tx, stored: StoredConversation, now: datetime) -> int:
    """Drop all of the citizen's own files, whatever holds them; returns how many."""
    await attachments.take_back(tx, stored.conversation.written)
    return await _drop_own(tx, stored.id, await attachments.unfiled(tx, stored.id), now)


async def _drop_own(tx: Tx, conversation_id: int, ids: list[str], now: datetime) -> int:
    """Those that no ticket took with it: a process of an earlier release files them and does not say so."""
    passed = await passed_files.named(tx, conversation_id) if ids else {}
    for one in ids:
        if one in passed:
            await attachments.file_with(tx, [one], passed[one])
    own = [one for one in ids if one not in passed]
    await drop(tx, own, now)
    return len(own)


async def drop(tx: Tx, ids: Iterable[str], now: datetime) -> None:
    """These files go, and by the outbox their contents that nobody else has sent."""
    for sha256 in await left_channel.drop_files(tx, list(ids), now):
        await jobs.queue(tx, DiscardFile(sha256), destination=FILES, lane=f"discard:{sha256}", now=now)


async def send_for(
    tx: Tx,
    conversation_id: int | None,
    channel: ChannelName,
    language: str,
    ids: Iterable[str],
    now: datetime,
) -> None:
    """Have those of these files downloaded that are not yet: the platforms keep them for days only."""
    for attachment_id, media in await attachments.send_for(tx, list(ids)):
        await jobs.queue(
            tx,
            FetchFile(attachment_id, media.kind, media.media_id, language),
            destination=channel.value,
            lane=f"file:{attachment_id}",
            now=now,
            conversation_id=conversation_id,
            urgent=True,
        )


def may_keep(conversation: Conversation, channel: ChannelName, city: CityProfile) -> bool:
    """Whether the citizen agreed, as the notice stands today."""
    return privacy_notice.agreed(conversation, channel, city.notice_version)


def _ready(conversation: Conversation, channel: ChannelName, city: CityProfile) -> frozenset[str]:
    """What may be sent for: words set aside may wait for the consent, and their files wait with them."""
    held = conversation.held
    if held is None or may_keep(conversation, channel, city):
        return conversation.files
    return conversation.files - frozenset(held.attachments)
