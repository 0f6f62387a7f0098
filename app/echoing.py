"""What other citizens lately said of a place that is named: gathered only for a draft that needs it.

The rule: most steps need it not, and it costs more than all the rest of them (up to `echoes.MOST` appeals
are opened). The dialog asks for it (`crowd.OthersUnknown`), and its step, which is pure, is taken again.
"""

from datetime import datetime, timedelta

from intake import crowd
from intake.alike import Echo, names_in
from intake.city import CityProfile
from intake.ticket import Draft
from storage import echoes
from storage.database import Tx


async def heard(
    tx: Tx, conversation_id: int, draft: Draft, city: CityProfile, now: datetime
) -> tuple[Echo, ...]:
    """Nothing where no place is named; a global word names none."""
    where = draft.place.text if draft.place else ""
    names = names_in(f"{where}\n{draft.content}", city)
    since = now - timedelta(days=crowd.WITHIN_DAYS)
    return await echoes.find(tx, names, conversation_id, since) if names else ()
