"""A matter told elsewhere, out of a table of the centre's: listed for a survey, or given to the telephone.

The rule: a line is one transaction, each number once. Where the phone is bound to a chat the matter waits
for a campaign; where no chat leads to the citizen the centre rings, and hears so in the same commit.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.delivery.hotline_events import UNREACHABLE, tell_ended
from intake.city import CityProfile
from intake.city.survey_hours import closes_at
from intake.model.channels import traits_of
from intake.model.messages import Address, ChannelName
from intake.model.survey import Survey
from intake.understand.persons.phone import standard
from storage.db.database import Tx
from storage.messages import conversations
from storage.messages.conversations import StoredConversation
from storage.surveys import phone_links, surveys


class Listed(StrEnum):
    """What became of a line."""

    CHAT = "chat"
    PHONE = "phone"
    REFUSED = "refused"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Matter:
    """One completed matter; `number` is the backend's."""

    number: str
    unit: str
    completed_at: datetime
    phone: str | None = None
    channel: str | None = None
    user: str | None = None


async def put(tx: Tx, city: CityProfile, matter: Matter, now: datetime, *, tell: bool = True) -> Listed:
    """List the matter. `tell`: whom no chat reaches is reported to the backend as an event."""
    stored = await whom(tx, matter)
    reaches = stored is not None and stored.reachable
    refused = stored is not None and stored.conversation.do_not_survey
    state = "refused" if refused else "listed" if reaches else UNREACHABLE
    survey_id = await surveys.add(
        tx,
        _survey(matter, city, now),
        state=state,
        now=now,
        conversation_id=stored.id if stored else None,
        channel=traits_of(stored.address.channel).code if stored else None,
    )
    if survey_id is None:
        return Listed.KNOWN
    if state != "listed" and tell:
        found = await surveys.lock(tx, survey_id)
        if found is not None:
            await tell_ended(tx, found, state, now)
    return {"listed": Listed.CHAT, "refused": Listed.REFUSED}.get(state, Listed.PHONE)


async def whom(tx: Tx, matter: Matter) -> StoredConversation | None:
    """By channel and user, or by a phone that was bound."""
    named = (matter.channel or "").casefold()
    channel = next((one for one in ChannelName if named in (one.value, traits_of(one).code.casefold())), None)
    if channel is not None and matter.user:
        found = await conversations.find(tx, Address(channel, matter.user))
        if found is not None:
            return found
    phone = standard(matter.phone or "")
    conversation_id = await phone_links.leads_to(tx, phone) if phone else None
    return None if conversation_id is None else await conversations.by_id(tx, conversation_id)


def _survey(matter: Matter, city: CityProfile, now: datetime) -> Survey:
    return Survey(
        reference=matter.number,
        hotline_ref=matter.number,
        title="",
        unit=matter.unit,
        round=1,
        requested_at=now,
        closes_at=closes_at(now, city),
        elsewhere=True,
        completed_at=matter.completed_at,
    )
