"""One survey's next step: asked, reminded of, closed; and the backend told how it ended.

The rule: each function works inside the caller's transaction, with the citizen's conversation locked before
the survey's row, so that a tap, a reminder and the end of the window never cross. Surveys go at most once
per round and reminder: the step and its outbox entry are one commit, under a key of their own.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.delivery.hotline_events import REFUSED, UNREACHABLE, tell_ended
from app.delivery.queue_replies import queue_replies
from intake.city import CityProfile
from intake.city.survey_hours import closes_at, next_open, next_reminder
from intake.context import Context
from intake.model.conversation import Conversation, Ids, Turn
from intake.model.messages import Inbound
from intake.model.reading import Reading
from intake.model.survey import Survey, mark_of
from intake.notifications import template_fields
from intake.phrases import FALLBACK
from intake.situation import Situation
from intake.survey import dialog
from storage.db.database import Tx
from storage.messages import conversations
from storage.messages.conversations import StoredConversation
from storage.surveys import surveys
from storage.surveys.surveys import StoredSurvey

AGAIN = timedelta(hours=1)
"""So long after a person at the desk was writing with them."""


async def take_up(tx: Tx, city: CityProfile, survey_id: int, now: datetime) -> str | None:
    """Do what is due with this survey, its conversation locked; returns what was done, if anything."""
    found = await surveys.lock(tx, survey_id)
    if found is None or found.due_at is None or found.due_at > now or found.state not in ("planned", "asked"):
        return None
    stored = await _citizen(tx, found)
    if stored is None or not stored.reachable:
        return await _end(tx, found, stored, UNREACHABLE, now)
    if found.state == "planned":
        return await _ask(tx, city, found, stored, now)
    if found.closes_at is not None and now >= found.closes_at:
        return await _close(tx, found, stored, now)
    return await _remind(tx, city, found, stored, now)


async def _citizen(tx: Tx, found: StoredSurvey) -> StoredConversation | None:
    return None if found.conversation_id is None else await conversations.by_id(tx, found.conversation_id)


async def _ask(
    tx: Tx, city: CityProfile, found: StoredSurvey, stored: StoredConversation, now: datetime
) -> str:
    if stored.conversation.do_not_survey:
        return await _end(tx, found, stored, REFUSED, now)
    due = now + AGAIN if stored.conversation.handoff else next_open(now, city)
    if due > now:
        await surveys.later(tx, found.id, next_open(due, city))
        return "later"
    begun = next((s for s in stored.conversation.surveys if s.key == found.survey.key), None)
    asked = replace(begun or _begun(found.survey, now), closes_at=closes_at(now, city))
    turn = dialog.invite(asked, _moment(stored, city, now))
    entry = await _push(tx, city, stored, asked, turn, f"survey:{found.id}", "survey", now)
    await surveys.asked(tx, found.id, now, asked.closes_at, next_reminder(now, 0, city), entry)
    return "asked"


def _begun(requested: Survey, end: datetime) -> Survey:
    return Survey(
        reference=requested.reference,
        hotline_ref=requested.hotline_ref,
        title=requested.title,
        unit=requested.unit,
        round=requested.round,
        requested_at=requested.requested_at,
        closes_at=end,
        elsewhere=requested.elsewhere,
        completed_at=requested.completed_at,
    )


async def _remind(
    tx: Tx, city: CityProfile, found: StoredSurvey, stored: StoredConversation, now: datetime
) -> str:
    """Who cannot have seen the question yet is not reminded of it; nor is anybody at night.

    Of one whose sending stayed unknown the citizen is reminded: the reminder asks too, and nobody else would.
    """
    number, asked_at = found.reminders + 1, found.asked_at or now
    mine = next((s for s in stored.conversation.surveys if s.key == found.survey.key and not s.done), None)
    seen = await surveys.delivery(tx, found.id) in (None, "done", "announced", "unsure")
    if mine is None or not seen:
        await surveys.later(tx, found.id, found.closes_at or closes_at(asked_at, city))
        return "later"
    if (due := next_open(now, city)) > now:
        await surveys.later(tx, found.id, min(due, found.closes_at or due))
        return "later"
    turn = dialog.remind(mine, _moment(stored, city, now))
    await _push(tx, city, stored, mine, turn, f"survey:{found.id}:{number}", "reminder", now)
    await surveys.reminded(tx, found.id, number, next_reminder(asked_at, number, city))
    return "reminded"


async def _push(
    tx: Tx,
    city: CityProfile,
    stored: StoredConversation,
    asked: Survey,
    turn: Turn,
    key: str,
    purpose: str,
    now: datetime,
) -> int | None:
    await conversations.save(tx, stored.id, turn.conversation, now)
    said = template_fields.of_survey(asked, city, stored.conversation.language or FALLBACK)
    queued = await queue_replies(tx, stored.id, stored.address, turn.replies, key, purpose, now, facts=said)
    return queued[0] if queued else None


async def _close(tx: Tx, found: StoredSurvey, stored: StoredConversation, now: datetime) -> str:
    """The window is over: a question that never reached anybody is the centre's to ask by telephone."""
    reached = await surveys.delivery(tx, found.id) in (None, "done", "announced", "unsure", "awaited")
    return await _end(tx, found, stored, "no_answer" if reached else UNREACHABLE, now)


async def _end(
    tx: Tx, found: StoredSurvey, stored: StoredConversation | None, state: str, now: datetime
) -> str:
    await surveys.end(tx, found.id, state, now)
    if stored is not None:
        await conversations.save(tx, stored.id, _without(stored.conversation, found), now)
    await tell_ended(tx, found, state, now)
    return state


def _without(conversation: Conversation, found: StoredSurvey) -> Conversation:
    kept = tuple(s for s in conversation.surveys if s.key != found.survey.key)
    planned = tuple(s for s in conversation.planned if s.key != found.survey.key)
    asking, mark = conversation.asking, mark_of(found.subject)
    asks = asking.startswith(dialog.PREFIX) and asking.endswith(f":{mark}")
    return replace(conversation, surveys=kept, planned=planned, asking="" if asks else conversation.asking)


def _moment(stored: StoredConversation, city: CityProfile, now: datetime) -> Context:
    """The survey's words come without a message of the citizen's."""
    inbound = Inbound(id="", address=stored.address, at=now)
    ids = Ids("", UUID(int=0), "")
    language = stored.conversation.language or FALLBACK
    situation = Situation(ids=ids, language=language, reading=Reading())
    return Context(stored.conversation, inbound, situation, city, now)
