"""Every survey with its times: what waits to be asked, reminded of or closed, and what became of it.

The rule: one row for each ticket and round, whoever asks for it and how often; it changes in the
transaction that sends the question or takes the answer, under the lock of the citizen's conversation.

States: `listed` a campaign will come to it; `planned` its time is known; `asked`; then one of the ends:
`answered`, `refused`, `no_answer`, `unreachable` (no chat leads to the citizen), `stopped` with its campaign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, or_, select, update

from intake.model.survey import Survey
from storage.batches import AT_ONCE, delete_some
from storage.db.sealed import Tx, seal, unseal
from storage.db.tables import outbox, surveys
from storage.db.upsert import insert_new

OPEN = ("listed", "planned", "asked")
ENDS = ("answered", "refused", "no_answer", "unreachable", "stopped")
_SETTLED = ("done", "kept", "announced", "unsure", "buried")
_MAY_CHANGE = ("kept", "announced")
_SAYS = case(((outbox.c.state == "kept") & outbox.c.receipt.is_not(None), "announced"), else_=outbox.c.state)


@dataclass(frozen=True, slots=True)
class StoredSurvey:
    """A survey's row; `survey` is as it was requested, the answers stand in the conversation."""

    id: int
    subject: str
    round: int
    state: str
    conversation_id: int | None
    campaign_id: int | None
    survey: Survey
    due_at: datetime | None
    asked_at: datetime | None
    closes_at: datetime | None
    reminders: int
    delivery: str | None


async def add(
    tx: Tx,
    survey: Survey,
    *,
    state: str,
    now: datetime,
    conversation_id: int | None = None,
    channel: str | None = None,
    campaign_id: int | None = None,
    due_at: datetime | None = None,
) -> int | None:
    """A new survey; None if this round of this ticket has one."""
    ended = state in ENDS
    values = {
        "subject": survey.reference,
        "round": survey.round,
        "state": state,
        "conversation_id": conversation_id,
        "campaign_id": campaign_id,
        "elsewhere": survey.elsewhere,
        "channel": channel,
        "unit": survey.unit,
        "survey_sealed": seal(tx, Survey, survey),
        "completed_at": survey.completed_at,
        "due_at": due_at,
        "requested_at": now,
        "ended_at": now if ended else None,
        "reminders": 0,
    }
    statement = insert_new(tx, surveys, "subject", "round").returning(surveys.c.id)
    return (await tx.execute(statement, values)).scalar()


async def due(tx: Tx, now: datetime, limit: int) -> list[tuple[int, int | None]]:
    """What there is something to do with: the survey's id and its conversation's, longest due first."""
    waits = surveys.c.due_at.is_not(None) & (surveys.c.due_at <= now)
    statement = select(surveys.c.id, surveys.c.conversation_id).where(waits)
    rows = await tx.execute(statement.order_by(surveys.c.due_at, surveys.c.id).limit(limit))
    return [(row.id, row.conversation_id) for row in rows]


async def lock(tx: Tx, survey_id: int) -> StoredSurvey | None:
    """The survey, held until the transaction ends. Lock its conversation first."""
    row = (await tx.execute(_ROWS.where(surveys.c.id == survey_id).with_for_update())).one_or_none()
    return None if row is None else _stored(tx, row)


async def of(tx: Tx, subject: str, round_: int | None = None) -> StoredSurvey | None:
    """This ticket's survey of this round, or of its last."""
    statement = _ROWS.where(surveys.c.subject == subject)
    if round_ is not None:
        statement = statement.where(surveys.c.round == round_)
    row = (await tx.execute(statement.order_by(surveys.c.round.desc()).limit(1))).one_or_none()
    return None if row is None else _stored(tx, row)


async def open_of(tx: Tx, conversation_id: int) -> list[StoredSurvey]:
    """What is under way with this citizen."""
    theirs = (surveys.c.conversation_id == conversation_id) & surveys.c.state.in_(OPEN)
    return [_stored(tx, row) for row in await tx.execute(_ROWS.where(theirs).order_by(surveys.c.id))]


async def asked(
    tx: Tx, survey_id: int, now: datetime, closes_at: datetime, due_at: datetime, entry_id: int | None
) -> None:
    """The question is on its way."""
    values = {
        "state": "asked",
        "asked_at": now,
        "closes_at": closes_at,
        "due_at": due_at,
        "entry_id": entry_id,
    }
    await _set(tx, survey_id, values)


async def reminded(tx: Tx, survey_id: int, reminders: int, due_at: datetime) -> None:
    """One more reminder is on its way."""
    await _set(tx, survey_id, {"reminders": reminders, "due_at": due_at})


async def later(tx: Tx, survey_id: int, due_at: datetime) -> None:
    """Nothing now; look again then."""
    await _set(tx, survey_id, {"due_at": due_at})


async def end(tx: Tx, survey_id: int, state: str, now: datetime) -> None:
    """It is over."""
    await _set(tx, survey_id, {"state": state, "due_at": None, "ended_at": now})


async def answered(tx: Tx, subject: str, round_: int, now: datetime) -> None:
    """The citizen has answered; a changed answer is the same answer."""
    mine = (surveys.c.subject == subject) & (surveys.c.round == round_) & (surveys.c.state != "answered")
    values = {"state": "answered", "due_at": None, "ended_at": now}
    await tx.execute(update(surveys).where(mine).values(values))


async def learn(tx: Tx) -> int:
    """Note what the outbox says became of the invitations; returns of how many."""
    says = select(_SAYS).where(outbox.c.id == surveys.c.entry_id).scalar_subquery()
    open_ones = (
        (surveys.c.state == "asked")
        & surveys.c.entry_id.is_not(None)
        & or_(surveys.c.delivery.is_(None), surveys.c.delivery.in_(_MAY_CHANGE))
    )
    news = and_(open_ones, says.in_(_SETTLED), surveys.c.delivery.is_distinct_from(says))
    return (await tx.execute(update(surveys).where(news).values(delivery=says))).rowcount


async def delivery(tx: Tx, survey_id: int) -> str | None:
    """What the outbox says of this invitation now; `announced`: a form says that something waits."""
    statement = select(_SAYS).join(surveys, surveys.c.entry_id == outbox.c.id)
    return (await tx.execute(statement.where(surveys.c.id == survey_id))).scalar()


async def forget(tx: Tx, conversation_id: int, now: datetime) -> None:
    """The citizen left: what is under way leads to nobody any more and is told so when it is due."""
    theirs = (surveys.c.conversation_id == conversation_id) & surveys.c.state.in_(("planned", "asked"))
    await tx.execute(update(surveys).where(theirs).values(due_at=now))


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Forget surveys requested before and ended since, of matters told elsewhere too, up to `limit`;
    returns how many."""
    old = (surveys.c.requested_at < before) & surveys.c.state.in_(ENDS)
    return await delete_some(tx, surveys, old, limit)


async def known(tx: Tx, subjects: Sequence[str]) -> frozenset[str]:
    """Those of these tickets that have a survey."""
    statement = select(surveys.c.subject).where(surveys.c.subject.in_(subjects))
    return frozenset((await tx.scalars(statement)).all())


_ROWS: Select[Any] = select(surveys)


async def _set(tx: Tx, survey_id: int, values: dict[str, Any]) -> None:
    await tx.execute(update(surveys).where(surveys.c.id == survey_id).values(values))


def _stored(tx: Tx, row: Row[Any]) -> StoredSurvey:
    return StoredSurvey(
        id=row.id,
        subject=row.subject,
        round=row.round,
        state=row.state,
        conversation_id=row.conversation_id,
        campaign_id=row.campaign_id,
        survey=unseal(tx, Survey, row.survey_sealed),
        due_at=row.due_at,
        asked_at=row.asked_at,
        closes_at=row.closes_at,
        reminders=row.reminders,
        delivery=row.delivery,
    )
