"""What citizens said when they were asked: answers by the way they came, reasons, and words by matter.

The rule: every rate stands beside its base. Words are shown without what tells a person apart.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select

from desk.db.derived_tables import facts
from desk.db.tables import surveys, tickets
from desk.tickets.confidentiality import spoken_of
from desk.workflow.states import State
from hotline.contract import TicketDocument
from intake.understand.persons.masking import masked
from storage.db.sealed import Tx, unseal

WORDS_AT_MOST = 400
PER_MATTER = 5
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Ratings:
    """Results: `ways` how answers came (WX, TG, TEL), `silent` why there was none, `reasons` by code.

    `unhappy` is the base of the reasons; `words` are what was written, by category, the most first.
    """

    ways: dict[str, int]
    silent: dict[str, int]
    reasons: dict[str, int]
    unhappy: int
    words: tuple[tuple[str, int, tuple[str, ...]], ...]
    to_phone: int

    @property
    def answered(self) -> int:
        return sum(self.ways.values())

    @property
    def attempted(self) -> int:
        return self.answered + sum(self.silent.values())

    @property
    def effective(self) -> Fraction | None:
        """有效回访率: answered of all that were asked, in whatever way."""
        return Fraction(self.answered, self.attempted) if self.attempted else None


async def ratings(tx: Tx, first: datetime, end: datetime) -> Ratings:
    """The results received from `first` to before `end`; the last of each round counts."""
    last = (
        select(func.max(surveys.c.id))
        .where(surveys.c.late.is_(False), surveys.c.received_at >= first, surveys.c.received_at < end)
        .group_by(surveys.c.ticket_id, surveys.c.round)
    )
    columns = (
        surveys.c.answered,
        surveys.c.via,
        surveys.c.reasons,
        surveys.c.solved,
        surveys.c.satisfied,
        func.count(),
    )
    ways: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    unhappy = 0
    for answered, via, why, solved, satisfied, number in await tx.execute(
        select(*columns).where(surveys.c.id.in_(last)).group_by(*columns[:-1])
    ):
        if not answered:
            silent[why or "no_answer"] += number
            continue
        ways[via or "TEL"] += number
        if satisfied == "dissatisfied" or solved == "no":
            unhappy += number
            reasons.update({code: number for code in why.split(",") if code})
    return Ratings(
        ways=dict(ways),
        silent=dict(silent),
        reasons=dict(reasons.most_common()),
        unhappy=unhappy,
        words=await _words(tx, last),
        to_phone=await to_phone(tx),
    )


async def to_phone(tx: Tx) -> int:
    """How many citizens wait for a call from the centre."""
    waits = (tickets.c.state == State.CALLBACK) & tickets.c.phone_since.is_not(None)
    return int((await tx.execute(select(func.count()).select_from(tickets).where(waits))).scalar_one())


@dataclass(frozen=True, slots=True)
class ToPhone:
    """Somebody the centre rings; `called_in` is the half-day of the last try."""

    hotline_ref: str
    lead_unit: str | None
    since: datetime
    tries: int
    called_in: str | None


async def phone_list(tx: Tx, limit: int = 200) -> list[ToPhone]:
    """Who is to be phoned, longest waiting first."""
    columns = (
        tickets.c.hotline_ref,
        tickets.c.lead_unit,
        tickets.c.phone_since,
        tickets.c.call_count,
        tickets.c.called_in,
    )
    waits = (tickets.c.state == State.CALLBACK) & tickets.c.phone_since.is_not(None)
    rows = await tx.execute(select(*columns).where(waits).order_by(tickets.c.phone_since).limit(limit))
    return [ToPhone(*row) for row in rows]


async def _words(tx: Tx, last: Any) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """What was written, the newest first, by category; numbers and names of people hidden.

    Of a sealed ticket, doors and whomever it names are hidden as well.
    """
    statement = (
        select(facts.c.category_code, surveys.c.words_sealed, tickets.c.document_sealed)
        .join(facts, facts.c.ticket_id == surveys.c.ticket_id)
        .join(tickets, tickets.c.id == surveys.c.ticket_id)
        .where(surveys.c.id.in_(last), surveys.c.answered.is_(True))
        .order_by(surveys.c.id.desc())
        .limit(WORDS_AT_MOST)
    )
    found: dict[str, list[str]] = {}
    for category, sealed, document in await tx.execute(statement):
        comment = unseal(tx, dict[str, Any], sealed).get("comment")
        if comment:
            told = spoken_of(unseal(tx, TicketDocument, document), masked(str(comment)))
            found.setdefault(category, []).append(" ".join(told.split())[:_LONGEST])
    ordered = sorted(found.items(), key=lambda one: -len(one[1]))
    return tuple((category, len(said), tuple(said[:PER_MATTER])) for category, said in ordered)
