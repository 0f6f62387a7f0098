"""What a ticket counts for: written beside it, in the same transaction as every step.

The rule: a fact can be made again from the ticket and its surveys, but for one: that an earlier
round was late is kept, because the next round's deadline takes its place on the ticket.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from desk.db.derived_tables import facts
from desk.db.tables import surveys, tickets
from desk.workflow import calendar
from desk.workflow.states import Lifecycle, State
from desk.workflow.views import DeskTicket
from intake.city import CityProfile
from storage.db.sealed import Tx

PHONE = "TEL"
"""How a result came that staff asked for by telephone: it goes before what was tapped in a chat."""


async def keep(tx: Tx, city: CityProfile, before: DeskTicket | None, after: DeskTicket) -> None:
    """Write down what the ticket counts for now; `before` is how it stood before the step, if it did."""
    again = before is not None and after.life.round > before.life.round
    late = again and before is not None and was_late(before.life)
    results = await _results(tx, after.id) if after.life.first_completed_at else ()
    row = fact(after, city) | evaluation(results) | {"late_before": late}
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement: Any = dialect.insert(facts).values(row)
    changed = {name: statement.excluded[name] for name in row if name not in ("ticket_id", "late_before")}
    changed["late_before"] = facts.c.late_before | statement.excluded.late_before
    await tx.execute(statement.on_conflict_do_update(index_elements=["ticket_id"], set_=changed))


def fact(ticket: DeskTicket, city: CityProfile) -> dict[str, Any]:
    """The row's columns that come from the ticket alone."""
    document, life = ticket.document, ticket.life
    return {
        "ticket_id": ticket.id,
        "submitted_at": document.submitted_at,
        "submitted_on": _day(document.submitted_at, city),
        "channel": document.channel,
        "appeal_type": document.appeal_type,
        "urgency": life.urgency,
        "category_code": document.category.code,
        "area_code": document.place.area_code if document.place else None,
        **of_life(life, city),
    }


def of_life(life: Lifecycle, city: CityProfile) -> dict[str, Any]:
    """The columns that a ticket's life decides."""
    dispatched, completed = life.dispatched_at, life.completed_at
    worked = calendar.office_time(dispatched, completed, city) if dispatched and completed else None
    done_at_once = dispatched is None and life.first_completed_at is not None
    return {
        "state": life.state,
        "accepted": life.accepted_at is not None,
        "direct": done_at_once and life.state is not State.MERGED,
        "lead_unit": life.lead_unit,
        "dispatched_on": _day(dispatched, city),
        "sign_due": life.sign_due,
        "signed_at": life.signed_at,
        "due_at": life.due_at,
        "completed_at": completed,
        "completed_on": _day(completed, city),
        "minutes": round(worked.total_seconds() / 60) if worked is not None else None,
        "round": life.round,
        "dispatches": life.dispatch_count,
        "returns": life.return_count,
        "repeats": life.repeat_count,
        "supervised": life.supervise_level,
        "extended": life.extended or life.committed,
        "attempted": life.first_completed_at is not None,
        "excluded": life.exclusion == "approved",
        "exclusion_code": life.exclusion_code if life.exclusion == "approved" else None,
    }


def was_late(life: Lifecycle) -> bool:
    """Whether its present round was completed after its deadline."""
    return life.completed_at is not None and life.due_at is not None and life.completed_at > life.due_at


def evaluation(results: Iterable[Mapping[str, Any] | Row[Any]]) -> dict[str, Any]:
    """What the citizen said, in the first round that was answered and in the last.

    Within a round a telephone call goes before a chat, and then the latest. `results` are rows
    of `surveys`; those that came too late are no evaluation.
    """
    rounds: dict[int, Any] = {}
    for row in sorted((_values(one) for one in results), key=_weight):
        if row["answered"] and not row["late"]:
            rounds[row["round"]] = row
    found: dict[str, Any] = {"answered": bool(rounds)}
    for prefix, pick in (("first", min), ("last", max)):
        said = rounds[pick(rounds)] if rounds else {}
        found |= {f"{prefix}_{name}": said.get(name) for name in ("contacted", "solved", "satisfied")}
    return found


def without_facts() -> Select[Any]:
    """The numbers of tickets that have no row yet."""
    known = exists().where(facts.c.ticket_id == tickets.c.id)
    return select(tickets.c.hotline_ref).where(~known).order_by(tickets.c.id)


async def _results(tx: Tx, ticket_id: int) -> tuple[Row[Any], ...]:
    return tuple(await tx.execute(select(surveys).where(surveys.c.ticket_id == ticket_id)))


def _values(row: Mapping[str, Any] | Row[Any]) -> Mapping[str, Any]:
    return dict(row._mapping) if isinstance(row, Row) else row  # noqa: SLF001  # the library's own name for it


def _weight(row: Mapping[str, Any]) -> tuple[bool, datetime]:
    return row["via"] == PHONE, row["received_at"]


def _day(at: datetime | None, city: CityProfile) -> Any:
    return at.astimezone(ZoneInfo(city.timezone)).date() if at else None
