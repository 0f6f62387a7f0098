"""What other citizens lately said that may be about the same: gathered only for a draft that needs it.

The rule: most steps need it not, and it costs more than all the rest of them (some sixty appeals
are opened). The dialog asks for it (`crowd.OthersUnknown`), and its pure step is taken again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from intake.city import CityProfile
from intake.form.offers import join_others
from intake.model.conversation import Effect, FileTicket
from intake.model.ticket import Draft
from intake.understand.pair_weights import LEARNT, NOTHING_LEARNT, Rarity, learnt
from intake.understand.same_event import SimilarReport, names_in
from storage.db.database import Tx
from storage.tickets import similar

LEARN_EVERY = timedelta(hours=1)


class SimilarReports:
    """Finds them in this city, and lets what is filed be found; what words tell is learnt once an hour."""

    def __init__(self, city: CityProfile) -> None:
        self._city = city
        self._rarity = NOTHING_LEARNT
        self._learnt_at: datetime | None = None

    async def rarity(self, tx: Tx, now: datetime) -> Rarity:
        """What the city's latest appeals say of how much each pair of characters tells."""
        if self._learnt_at is None or now - self._learnt_at >= LEARN_EVERY:
            self._rarity = learnt(await similar.latest(tx, LEARNT))
            self._learnt_at = now
        return self._rarity

    async def heard(
        self, tx: Tx, conversation_id: int, draft: Draft, now: datetime
    ) -> tuple[SimilarReport, ...]:
        """Others' appeals that name a place of this one, or share what tells it from the rest."""
        where = draft.place.text if draft.place else ""
        names = names_in(f"{where}\n{draft.content}", self._city)
        marks = (await self.rarity(tx, now)).marks(draft.content)
        since = now - timedelta(days=join_others.WITHIN_DAYS)
        return await similar.find(tx, names, marks, conversation_id, since)

    async def marks(self, tx: Tx, effects: Iterable[Effect], now: datetime) -> tuple[str, ...]:
        """By what the ticket among these is to be found, if there is one."""
        filed = next((effect.ticket for effect in effects if isinstance(effect, FileTicket)), None)
        return () if filed is None else (await self.rarity(tx, now)).marks(filed.content)
