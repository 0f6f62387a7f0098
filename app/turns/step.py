"""What one message does inside its transaction: the dialog's step, what it asks for, and its replies.

The rule: everything here is undone together. `app.turns.service` opens the transaction and has looked
whether the message came before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from app.attachments import day_limits, ownership
from app.base.long_texts import thought_about
from app.delivery.queue_replies import holding_back, lane, queue_album, queuing
from app.privacy import erasure
from app.turns import effects, media_bursts, parked_messages
from app.turns.localize import Localizer
from app.turns.similar_reports import SimilarReports
from app.turns.situation import Gathered
from bots.answers import Rides
from intake.city import CityProfile
from intake.dialog.advance import advance
from intake.form.offers import join_others
from intake.model.conversation import Conversation, Effect, Turn
from intake.model.messages import Burst, ChannelName, Event, Inbound, Reply
from intake.model.ports import Unavailable
from intake.phrases import pick_language, say
from intake.situation import Situation
from storage import turn_store
from storage.db import batched_statements
from storage.db.batched_statements import Statement
from storage.db.database import Tx
from storage.messages import conversations, inbox, send_quotas
from storage.messages.conversations import StoredConversation
from storage.privacy import left_channel
from storage.tickets.tickets import ReferenceTaken
from storage.turn_store import Begun

DRAWS = 50
"""References tried before the second is given up as full."""

EVERYWHERE: Mapping[ChannelName, Rides] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """A turn, and whether there is something to deliver at once."""

    conversation_id: int
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    work: bool


class TurnStep:
    """How this city takes a step."""

    def __init__(self, city: CityProfile, rides: Mapping[ChannelName, Rides] = EVERYWHERE) -> None:
        """`rides`: for a channel whose answers need not carry the replies, which of them may."""
        self.rides = rides
        self._city = city
        self._gathered = Gathered(city)
        self._localizer = Localizer(city)
        self._similar_reports = SimilarReports(city)

    async def take(self, tx: Tx, begun: Begun, inbound: Inbound, now: datetime) -> TurnTaken:
        """The whole of it, ended and committed. Raises AlreadyRecorded, Unavailable."""
        admitted = await day_limits.within(tx, inbound, self._city, now)
        too_much = await self._too_much(tx, begun.stored, inbound, admitted, now)
        if _is_empty(admitted) and not _is_empty(inbound):
            return await self._only_told(tx, begun, inbound, too_much, now)
        taken = await self._burst(tx, begun.stored, admitted, now)
        return taken or await self._step(tx, begun, admitted, now, too_much)

    async def _too_much(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, admitted: Inbound, now: datetime
    ) -> tuple[Reply, ...]:
        """What is told of files beyond the day's limit: one sentence, however many there are."""
        if admitted is inbound or not await day_limits.to_be_told(tx, inbound.address, self._city, now):
            return ()
        key = f"file.{day_limits.TOO_MUCH}"
        language = stored.conversation.language or pick_language(inbound.language)
        return (Reply(say(self._city, language, key)),)

    async def _only_told(
        self, tx: Tx, begun: Begun, inbound: Inbound, told: tuple[Reply, ...], now: datetime
    ) -> TurnTaken:
        """No step of the dialog: there was nothing but files, and none of them is taken."""
        stored, inbound = begun.stored, replace(inbound, media=())
        ride = self._ride(begun, inbound, told)
        entries = await self._entries(tx, stored, inbound, told, now, ride=ride, once=())
        turn, replies = Turn(stored.conversation, ()), told if ride else ()
        await self._end(tx, stored, inbound, turn, replies, entries, now)
        return TurnTaken(stored.id, replies, (), bool(told and not ride))

    async def _burst(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, now: datetime
    ) -> TurnTaken | None:
        """A file alone is only stored, and a burst has no end while files still come."""
        if inbound.burst is not None and inbound.grant is not None:
            await send_quotas.grant(tx, stored.id, inbound.grant, min(inbound.at, now))
        if inbound.burst is Burst.PART:
            await media_bursts.take_part(tx, stored, inbound, self._city, now)
            return TurnTaken(stored.id, (), (), True)
        if inbound.burst is Burst.END and not await media_bursts.is_over(tx, stored.id, now):
            return TurnTaken(stored.id, (), (), False)
        return None

    async def _step(
        self, tx: Tx, begun: Begun, inbound: Inbound, now: datetime, more: tuple[Reply, ...] = ()
    ) -> TurnTaken:
        """`more` is told behind what the dialog says."""
        stored = begun.stored
        reachable = inbound.event is not Event.LEFT
        if stored.reachable != reachable:
            await conversations.set_reachable(tx, stored.id, reachable)
        inbound = await media_bursts.whole(tx, stored.id, inbound)
        situation = await self._gathered.situation(tx, begun, inbound, now)
        turn = await self._file(tx, stored, inbound, situation, now)
        files = begun.files or inbound.media or stored.conversation.written
        if files and not effects.forgets(turn.effects):
            await media_bursts.settle(tx, stored, inbound, situation.attachments, turn)
            await ownership.settle(tx, stored, inbound, turn, self._city, now)
        if turn.conversation.given_up not in (None, stored.conversation.given_up):
            await _forget_answers(tx, begun, now)
        kept = await parked_messages.taken(tx, begun, inbound, now)
        told = (*self._localizer.told(turn, stored.conversation, situation.language), *more)
        kept, told = parked_messages.once_each(kept, told, turn.conversation)
        told = _must_arrive(told, turn, inbound)
        replies = (*(outgoing.reply for outgoing in kept), *told)
        ride, once = self._ride(begun, inbound, replies), parked_messages.surveys_in(kept)
        entries = await self._entries(tx, stored, inbound, replies, now, ride=ride, once=once)
        work = bool((replies and not ride) or turn.effects or inbound.media)
        replies = replies if ride else ()
        await self._end(tx, stored, inbound, turn, replies, entries, now)
        return TurnTaken(stored.id, replies, turn.effects, work)

    async def _end(
        self,
        tx: Tx,
        stored: StoredConversation,
        inbound: Inbound,
        turn: Turn,
        replies: tuple[Reply, ...],
        entries: Sequence[Statement],
        now: datetime,
    ) -> None:
        """Save, record, queue and commit; whoever leaves is forgotten last."""
        if effects.forgets(turn.effects):
            if entries:
                await batched_statements.send(tx, entries, {})
            await conversations.save(tx, stored.id, turn.conversation, now)
            await inbox.record(tx, inbound.address.channel, inbound.id, stored.id, replies, now)
            await effects.forget(tx, stored, turn.effects, now)
        else:
            grants = () if inbound.grant is None else ((inbound.grant, min(inbound.at, now)),)
            await turn_store.end(tx, stored, inbound.id, turn.conversation, replies, now, grants, entries)

    def _ride(self, begun: Begun, inbound: Inbound, replies: tuple[Reply, ...]) -> bool:
        """Whether the platform's answer carries them: not what may not, or would overtake what waits."""
        may_ride = self.rides.get(inbound.address.channel)
        return may_ride is None or (not inbound.group and may_ride(replies) and not begun.waits)

    async def _entries(
        self,
        tx: Tx,
        stored: StoredConversation,
        inbound: Inbound,
        replies: tuple[Reply, ...],
        now: datetime,
        *,
        ride: bool,
        once: Collection[int],
    ) -> list[Statement]:
        """What of the replies goes into the outbox, or waits there in case their ride fails.

        `once`: the places of those that must not come twice.
        """
        address = inbound.address
        if ride:
            return holding_back(tx, stored.id, address, replies, inbound.id, now, once)
        if inbound.group:
            await queue_album(tx, stored.id, address, replies, inbound.group, inbound.id, now)
            return []
        return queuing(tx, stored.id, address, replies, inbound.id, "reply", now)

    async def _file(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, situation: Situation, now: datetime
    ) -> Turn:
        """The dialog's step and what it asks for; drawn anew while its reference is taken."""
        for _ in range(DRAWS):
            turn = await self._advance(tx, stored, inbound, situation, now)
            try:
                marks = await self._similar_reports.marks(tx, turn.effects, now)
                await effects.carry_out(tx, turn.effects, stored, inbound, now, marks)
            except ReferenceTaken:
                situation = replace(situation, ids=self._gathered.ids(inbound, now))
            else:
                return turn
        raise Unavailable("no reference is free in this second", retry_after=1)

    async def _advance(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, situation: Situation, now: datetime
    ) -> Turn:
        """The dialog's step; once more, with what other citizens said, where it needs that."""
        length = len(inbound.text) + _words(stored.conversation)
        try:
            return await thought_about(
                length, advance, stored.conversation, inbound, situation, self._city, now
            )
        except join_others.OthersUnknown as needs:
            echoes = await self._similar_reports.heard(tx, stored.id, needs.draft, now)
        situation = replace(situation, echoes=echoes, rarity=await self._similar_reports.rarity(tx, now))
        return await thought_about(length, advance, stored.conversation, inbound, situation, self._city, now)


def _is_empty(inbound: Inbound) -> bool:
    """Whether nothing is left of a message that had something to take a step by."""
    content = (inbound.text.strip(), inbound.tap, inbound.location, inbound.media, inbound.contact)
    return not any((*content, inbound.event, inbound.file)) and inbound.burst is not Burst.END


def _words(conversation: Conversation) -> int:
    """How many characters the step may read again."""
    held, draft, doubted = conversation.held, conversation.draft, conversation.doubted
    parts = (held and held.text, draft and draft.content, doubted and doubted.text)
    return sum(len(text) for text in parts if text)


async def _forget_answers(tx: Tx, begun: Begun, now: datetime) -> None:
    """What was being written is gone; what was answered to it repeats its words."""
    await erasure.given_up(tx, begun.stored, now)
    filed = [ticket.reference for ticket in begun.tickets]
    await left_channel.forget_answers(tx, begun.stored.id, lane(begun.stored.id), filed, now)


def _must_arrive(told: tuple[Reply, ...], turn: Turn, inbound: Inbound) -> tuple[Reply, ...]:
    """The answer of a turn that set something going: it must be there before what comes of that.

    Whoever is forgotten with this turn can be answered by its ride alone.
    """
    if effects.forgets(turn.effects) or not (effects.sets_going(turn.effects) or inbound.media):
        return told
    return tuple(replace(reply, durable=True) for reply in told)
