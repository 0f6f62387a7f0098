"""The backend's callbacks: once each, folded into where the ticket stands, told to the citizen."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from app.base import metrics
from app.base.jobs import WORK
from app.base.references import conversation_name
from app.base.tracing import traced
from app.callbacks.push_text import for_push
from app.delivery.queue_replies import queue_replies
from app.surveys.external_cases import Matter, whom
from app.surveys.steps import take_up
from hotline.contract import SurveyRequest
from hotline.signatures import TOLERANCE
from intake.city import CityProfile
from intake.city.survey_hours import ask_at, closes_at
from intake.dialog import numbered_menu
from intake.model.channels import traits_of
from intake.model.conversation import Told
from intake.model.messages import Reply
from intake.model.status import KNOWN, Applied, StatusUpdate, is_news, standing
from intake.model.survey import Survey
from intake.notifications import template_fields
from intake.notifications.progress_message import news, person_says
from intake.notifications.template_fields import Facts
from intake.phrases import FALLBACK, pick_language
from storage.cache.cache import Cache
from storage.db.database import Database, Tx
from storage.messages import conversations, webhook_ids
from storage.messages.conversations import StoredConversation
from storage.outbox import outbox
from storage.outbox.jobs import SubmitTicket
from storage.surveys import surveys
from storage.tickets import tickets
from storage.tickets.tickets import StoredTicket

MAY_BE_EARLY = timedelta(minutes=1)
"""How long after its first arrival a message about an unknown ticket is asked to come again."""

_REMEMBERED = 2 * TOLERANCE
_NOT_KEPT = frozenset({Applied.UNKNOWN_TICKET, Applied.EARLY, Applied.NO_CHANNEL})

log = structlog.get_logger(__name__)

MOST_PLANNED = 10
"""Surveys a conversation remembers before they are asked."""


class _Nobody(Exception):
    """Nobody to tell: the transaction is given up."""

    def __init__(self, applied: Applied) -> None:
        super().__init__(applied.value)
        self.applied = applied


class CallbackService:
    """What the hotline's webhook calls."""

    def __init__(
        self, database: Database, cache: Cache, city: CityProfile, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._cache = cache
        self._city = city
        self._clock = clock

    async def apply_update(self, update: StatusUpdate, message_id: str) -> Applied:
        """Do one callback in one transaction. A repeat changes nothing; a late one becomes a note.

        Where nobody is found nothing is kept, not even the id: the same message may come again.
        Raises Unavailable.
        """
        with traced():
            try:
                async with self._database.write() as tx:
                    applied = await self._once(tx, update, message_id, self._clock())
            except _Nobody as nobody:
                applied = await self._waited_for(update, nobody.applied)
            type_ = update.type if update.type in KNOWN else "unknown"
            log.info("callback", type=type_, result=applied.value)
        metrics.callbacks.labels(applied.value).inc()
        if applied is Applied.DONE:
            await self._cache.publish(WORK)
        return applied

    async def _once(self, tx: Tx, update: StatusUpdate, message_id: str, now: datetime) -> Applied:
        """The id first: of two at the same moment the second waits here for the first, and is a repeat."""
        if not await webhook_ids.remember(tx, "hotline", message_id, now):
            return Applied.REPEAT
        applied = await self._apply(tx, _not_in_the_future(update, now), now)
        if applied in _NOT_KEPT:
            raise _Nobody(applied)
        return applied

    async def _waited_for(self, update: StatusUpdate, applied: Applied) -> Applied:
        """An early one may come again for a minute; then nobody here knows the ticket."""
        if applied is not Applied.EARLY:
            return applied
        now, key = self._clock(), hashlib.sha256(update.event_id.encode()).hexdigest()
        first = await self._cache.first(f"callback:{key}", now.isoformat(), _REMEMBERED.total_seconds())
        over = now - datetime.fromisoformat(first) > MAY_BE_EARLY
        return Applied.UNKNOWN_TICKET if over else Applied.EARLY

    async def _apply(self, tx: Tx, update: StatusUpdate, now: datetime) -> Applied:
        if update.type == "message":
            return await self._message(tx, update, now)
        found = await _ticket(tx, update)
        if found is None and update.survey:
            return await self._elsewhere(tx, update, now)
        if found is None:
            filing = await outbox.under_way(tx, SubmitTicket)
            found = await _ticket(tx, update)  # the filing may have ended between the two
            if found is None:
                return Applied.EARLY if filing else Applied.UNKNOWN_TICKET
        stored = await conversations.lock_by_id(tx, found.conversation_id)
        if update.type == "survey_requested" and (stored is None or not stored.reachable):
            return Applied.NO_CHANNEL
        locked = await tickets.find(tx, reference=found.ticket.reference, lock=True)
        return await self._on_ticket(tx, locked or found, stored, update, now)

    async def _on_ticket(
        self,
        tx: Tx,
        found: StoredTicket,
        stored: StoredConversation | None,
        update: StatusUpdate,
        now: datetime,
    ) -> Applied:
        if found.hotline_ref is None and update.hotline_ref is not None:  # it was faster than its own answer
            await tickets.set_hotline_ref(tx, found.id, update.hotline_ref, now)
            found = replace(found, hotline_ref=update.hotline_ref)
        before = await tickets.updates(tx, found.id)
        fresh = is_news(before, update)
        if not await tickets.add_update(tx, found.id, update, not fresh, now):
            return Applied.REPEAT
        await tickets.save_standing(tx, found.id, standing([*before, update]), now)
        if not fresh:
            return Applied.NOTE
        if stored is not None:
            await self._tell(tx, found, stored, update, before, now)
        return Applied.DONE

    async def _tell(
        self,
        tx: Tx,
        found: StoredTicket,
        stored: StoredConversation,
        update: StatusUpdate,
        before: Sequence[StatusUpdate],
        now: datetime,
    ) -> None:
        language = _language(stored, found)
        update = for_push(update, found.ticket)
        rated = update.type == "rework" and await _rated(tx, found, before)
        told = news(update, found.view, self._city, language, rated=rated)
        if told is not None:
            said = template_fields.of_update(update, found.view, self._city, language)
            key = f"news:{found.id}:{update.event_id}"
            await self._push(tx, stored, (told,), key, "progress", now, said)
            shown = numbered_menu.pushed(stored.conversation, told)
            shown = replace(shown, told=Told(found.ticket.reference, update.type, now))
            stored = replace(stored, conversation=shown)
            await conversations.save(tx, stored.id, shown, now)
        if update.type == self._city.survey.start_on:
            await self._survey(tx, found, stored, update, before, now)

    async def _survey(
        self,
        tx: Tx,
        found: StoredTicket,
        stored: StoredConversation,
        update: StatusUpdate,
        before: Sequence[StatusUpdate],
        now: datetime,
    ) -> None:
        """Plan the survey of this round, unless it has one."""
        reworked = sum(one.type == "rework" for one in before)
        category = self._city.categories.get(found.ticket.category.code)
        planned = Survey(
            reference=found.ticket.reference,
            hotline_ref=found.hotline_ref,
            title=category.name if category else "",
            unit=update.unit or update.lead_unit or found.view.lead_unit or "",
            round=update.round or max(found.view.round, reworked + 1),
            requested_at=now,
            closes_at=closes_at(now, self._city),
            completed_at=_completed_at(update),
        )
        await self._plan(tx, planned, stored, now)

    async def _plan(self, tx: Tx, planned: Survey, stored: StoredConversation, now: datetime) -> bool:
        """Put it on the list; what may be asked now is asked in the same breath."""
        due = ask_at(planned.completed_at, now, self._city)
        survey_id = await surveys.add(
            tx,
            planned,
            state="planned",
            now=now,
            conversation_id=stored.id,
            channel=traits_of(stored.address.channel).code,
            due_at=due,
        )
        if survey_id is not None:
            await self._remember(tx, planned, stored, now)
        if survey_id is not None and due <= now:
            await take_up(tx, self._city, survey_id, now)
        return survey_id is not None

    async def _remember(self, tx: Tx, planned: Survey, stored: StoredConversation, now: datetime) -> None:
        """Who speaks to it before it is asked opens it: hours forbid disturbing, not answering."""
        if stored.conversation.do_not_survey:
            return
        known = replace(stored.conversation, planned=(*stored.conversation.planned, planned)[-MOST_PLANNED:])
        await conversations.save(tx, stored.id, known, now)

    async def _elsewhere(self, tx: Tx, update: StatusUpdate, now: datetime) -> Applied:
        """A survey about a matter we never had: whom we cannot reach in a chat the centre has to phone."""
        asked, number = (
            SurveyRequest.model_validate(update.survey or {}),
            update.hotline_ref or update.reference,
        )
        if update.type != "survey_requested" or number is None:
            return Applied.NO_CHANNEL
        found = await whom(tx, Matter(number, "", now, asked.phone, asked.channel, asked.user))
        stored = None if found is None else await conversations.lock_by_id(tx, found.id)
        if stored is None or not stored.reachable:
            return Applied.NO_CHANNEL
        last = await surveys.of(tx, number)
        planned = Survey(
            reference=number,
            hotline_ref=number,
            title="",
            unit=self._unit(update.unit or asked.unit),
            round=update.round or (last.round + (last.state == "answered") if last else 1),
            requested_at=now,
            closes_at=closes_at(now, self._city),
            elsewhere=True,
            completed_at=asked.completed_at,
        )
        return Applied.DONE if await self._plan(tx, planned, stored, now) else Applied.REPEAT

    def _unit(self, named: str | None) -> str:
        """A unit of the profile by its id or its name; another backend may call it as it likes."""
        known = (u.id for u in self._city.units.values() if named in (u.id, u.name, *u.aliases))
        return next(known, "")

    async def _message(self, tx: Tx, update: StatusUpdate, now: datetime) -> Applied:
        """A person at the desk writes to a citizen who asked for one."""
        stored = await _conversation(tx, update.conversation or "")
        if stored is None:
            return Applied.UNKNOWN_TICKET
        if not stored.reachable:
            return Applied.NO_CHANNEL
        if not (update.public_text or "").strip():
            return Applied.NOTE
        said = person_says(update.public_text or "", self._city, stored.conversation.language or FALLBACK)
        key = f"message:{stored.id}:{update.event_id}"
        made = await queue_replies(tx, stored.id, stored.address, (said,), key, "reply", now)
        return Applied.DONE if made else Applied.REPEAT

    async def _push(
        self,
        tx: Tx,
        stored: StoredConversation,
        replies: tuple[Reply, ...],
        key: str,
        purpose: str,
        now: datetime,
        said: Facts,
    ) -> None:
        """One that cannot be reached gets it when they write again: pushing on would annoy the platform."""
        queued = await queue_replies(tx, stored.id, stored.address, replies, key, purpose, now, facts=said)
        for entry in queued:
            if not stored.reachable:
                await outbox.keep(tx, entry, now)


def _completed_at(update: StatusUpdate) -> datetime | None:
    if update.type == "survey_requested":
        return SurveyRequest.model_validate(update.survey or {}).completed_at
    return update.at


async def _rated(tx: Tx, found: StoredTicket, before: Sequence[StatusUpdate]) -> bool:
    """Whether the citizen has said what they think of this round, or somebody else begins the next."""
    last = await surveys.of(tx, found.ticket.reference)
    round_ = 1 + sum(one.type == "rework" for one in before)
    return last is not None and last.state == "answered" and last.round >= round_


def _not_in_the_future(update: StatusUpdate, now: datetime) -> StatusUpdate:
    """A date far ahead would make a note of all that follows. Clocks may differ as far as signatures may."""
    return replace(update, at=now) if update.at > now + TOLERANCE else update


async def _ticket(tx: Tx, update: StatusUpdate) -> StoredTicket | None:
    """By our number, which the backend has from the start, else by its own."""
    found = None
    if update.reference is not None:
        found = await tickets.find(tx, reference=update.reference)
    if found is None and update.hotline_ref is not None:
        found = await tickets.find(tx, hotline_ref=update.hotline_ref)
    return found


async def _conversation(tx: Tx, name: str) -> StoredConversation | None:
    _, _, number = name.partition("-")
    stored = await conversations.by_id(tx, int(number)) if number.isdecimal() and len(number) < 19 else None
    return stored if stored is not None and conversation_name(stored) == name else None


def _language(stored: StoredConversation, found: StoredTicket) -> str:
    return stored.conversation.language or pick_language(found.ticket.language)
