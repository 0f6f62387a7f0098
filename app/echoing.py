"""What other citizens lately said of a place that is named, gathered before the dialog's step."""

from datetime import datetime, timedelta

from intake import crowd
from intake.alike import Echo, names_in
from intake.city import CityProfile
from intake.understand.reading import Reading
from storage import echoes
from storage.conversations import StoredConversation
from storage.database import Tx


async def heard(
    tx: Tx, stored: StoredConversation, reading: Reading, city: CityProfile, now: datetime
) -> tuple[Echo, ...]:
    """Nothing where no place is named, or where the citizen was asked before; a global word names none."""
    conversation, draft = stored.conversation, stored.conversation.draft
    if (draft and draft.related_to is not None) or not (draft or conversation.held or reading.place):
        return ()
    small = reading.command is not None or reading.greeting
    if small and conversation.held is None and conversation.asking != crowd.STEP:
        return ()
    where = draft.place.text if draft and draft.place else ""
    held = conversation.held.text if conversation.held else ""
    names = names_in("\n".join((where, draft.content if draft else "", held, reading.text)), city)
    since = now - timedelta(days=crowd.WITHIN_DAYS)
    return await echoes.find(tx, names, stored.id, since) if names else ()
