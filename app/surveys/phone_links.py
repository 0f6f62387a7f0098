"""Where surveys may reach a citizen, and whether: phones bound and set free, surveys refused.

The rule: what was told from a phone is asked about only where that phone leads now. Whose survey still waits
when the phone goes to somebody else, or is set free, is the centre's to ring.
"""

from datetime import datetime

from app.delivery.hotline_events import REFUSED, UNREACHABLE, tell_ended
from intake.model.conversation import BindPhone, RefuseSurveys, UnbindPhone
from storage.db.database import Tx
from storage.surveys import phone_links, surveys


async def about_surveys(
    tx: Tx, effect: BindPhone | UnbindPhone | RefuseSurveys, conversation_id: int, now: datetime
) -> None:
    """Carry it out, the citizen's conversation locked."""
    if isinstance(effect, BindPhone):
        for before in await phone_links.bind(tx, conversation_id, effect.phone, effect.how, now):
            await _not_theirs(tx, before, now)
    elif isinstance(effect, UnbindPhone):
        await phone_links.unbind(tx, conversation_id)
        await _not_theirs(tx, conversation_id, now)
    else:
        await _refuse(tx, conversation_id, now)


async def _refuse(tx: Tx, conversation_id: int, now: datetime) -> None:
    """Each survey under way ends, and the backend hears that this citizen is not to be asked."""
    for found in await surveys.open_of(tx, conversation_id):
        await surveys.end(tx, found.id, REFUSED, now)
        await tell_ended(tx, found, REFUSED, now)


async def _not_theirs(tx: Tx, conversation_id: int, now: datetime) -> None:
    """What was told by telephone and nobody was asked about yet goes back to the centre."""
    for waiting in await surveys.open_of(tx, conversation_id):
        found = await surveys.lock(tx, waiting.id) if waiting.survey.elsewhere else None
        if found is not None and found.state in ("listed", "planned"):
            await surveys.end(tx, found.id, UNREACHABLE, now)
            await tell_ended(tx, found, UNREACHABLE, now)
