"""What a citizen in danger says again: joined on its way out, so that one alarm stays one.

The rule: the first word of a danger leaves at once. What follows within the same alarm waits for half a
minute and for what comes meanwhile; however much one citizen writes, the backend hears of it twice a minute.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from app.base import jobs
from app.base.jobs import HOTLINE
from storage.db.database import Tx
from storage.outbox import outbox
from storage.outbox.jobs import Job, SendAlert

JOINED_FOR = timedelta(seconds=30)
NEWEST = 5
"""Of the words that wait, so many of the last are told."""

LONGEST = 500
"""Characters of one of them."""


async def queue(tx: Tx, conversation_id: int, alert: SendAlert, now: datetime) -> None:
    """Beside the citizen's other words, which must not wait for it."""
    lane = f"alarm:{conversation_id}"
    waiting = await outbox.untouched(tx, HOTLINE, lane)
    if waiting is not None:
        await jobs.rewrite(tx, waiting, lambda earlier: _joined(earlier, alert))
        return
    await jobs.queue(
        tx,
        _joined(None, alert),
        destination=HOTLINE,
        lane=lane,
        now=now,
        due_at=now + JOINED_FOR,
        conversation_id=conversation_id,
        once=alert.event_id,
        urgent=True,
    )


def _joined(earlier: Job | None, alert: SendAlert) -> SendAlert:
    first = earlier if isinstance(earlier, SendAlert) else alert
    before = earlier.texts if isinstance(earlier, SendAlert) else ()
    texts = (*before, alert.text[:LONGEST])[-NEWEST:]
    return replace(first, texts=texts, text="\n".join(texts), phone=alert.phone or first.phone)
