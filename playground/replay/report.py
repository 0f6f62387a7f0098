"""The figures of a replay, for people and for programs. Nothing a citizen wrote stands in them."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hotline.contract import TicketDocument
from intake.city import CityProfile
from intake.model.ticket import AppealType
from playground.replay.accounting import ReplayAccount
from playground.replay.citizen import Ending, ReplayStory

NO_QUESTIONS = frozenset({"notice", "abroad", "summary", "greeting"})
SLOTS = ("type", "category", "place", "time", "subject", "wish", "name", "phone")
_ASKED_BY: Mapping[str, tuple[str, ...]] = {
    "category": ("category",),
    "place": ("place", "confirm"),
    "time": ("occurred",),
    "subject": ("subject", "confirm"),
    "wish": ("wish",),
    "name": ("contact",),
    "phone": ("contact", "phone"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """`stuck` are rows and the step they stuck at; shares are between 0 and 1, times in seconds.

    A slot counts as filled from the first message when the ticket has it and nobody asked for it.
    """

    conversations: int
    tickets: int
    safety_stops: int
    supplements: int
    lost: int
    doubled: int
    lost_rows: tuple[int, ...]
    stuck: tuple[tuple[int, str], ...]
    shortened_rows: tuple[int, ...]
    safety_rows: tuple[int, ...]
    questions_median: float
    questions_p90: float
    asked: Mapping[str, int]
    most_asked_rows: tuple[tuple[int, int], ...]
    filled_from_first: Mapping[str, float]
    filled_overall: float
    turns: int
    turn_median: float
    turn_p99: float
    seconds: float

    @property
    def clean(self) -> bool:
        return not self.lost and not self.doubled

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def report(
    account: ReplayAccount, stories: Sequence[ReplayStory], city: CityProfile, seconds: float
) -> Report:
    """Count it all; `seconds` is how long the whole replay took."""
    filed = [(story, ticket) for story, ticket in account.kept if ticket is not None]
    questions = [len(_questions(story)) for story, _ in filed]
    turns = [turn for story in stories for turn in story.turns]
    shares = _shares(filed, city)
    return Report(
        conversations=len(stories),
        tickets=len(filed) + account.doubled,
        safety_stops=account.count(Ending.STOP),
        supplements=account.count(Ending.SUPPLEMENT),
        lost=len(account.lost),
        doubled=account.doubled,
        lost_rows=tuple(story.row for story in account.lost),
        stuck=tuple((story.row, story.stuck_at) for story in stories if story.ending is Ending.STUCK),
        shortened_rows=account.shortened,
        safety_rows=tuple(story.row for story in stories if story.ending is Ending.STOP),
        questions_median=_rank(questions, 0.5),
        questions_p90=_rank(questions, 0.9),
        asked=dict(Counter(step for story, _ in filed for step in _questions(story)).most_common()),
        most_asked_rows=_most_asked(filed),
        filled_from_first=shares,
        filled_overall=sum(shares.values()) / len(shares),
        turns=len(turns),
        turn_median=_rank(turns, 0.5),
        turn_p99=_rank(turns, 0.99),
        seconds=seconds,
    )


def lines(report: Report) -> Iterator[str]:
    """The report as a person reads it."""
    yield f"conversations      {report.conversations}"
    yield f"  tickets          {report.tickets} at the backend"
    yield f"  safety stops     {report.safety_stops}"
    yield f"  supplements      {report.supplements}"
    yield f"lost               {report.lost}{_listed(report.lost_rows)}"
    yield f"doubled            {report.doubled}"
    for row, step in report.stuck:
        yield f"  stuck            row {row}: {step}"
    yield f"words missing      {len(report.shortened_rows)}{_listed(report.shortened_rows)}"
    yield f"questions a ticket {report.questions_median:g} median, {report.questions_p90:g} p90"
    yield f"  asked            {', '.join(f'{step} {count}' for step, count in report.asked.items())}"
    yield f"known from the first message {report.filled_overall:.0%}"
    yield f"  {', '.join(f'{slot} {share:.0%}' for slot, share in report.filled_from_first.items())}"
    yield f"seconds a turn     {report.turn_median:.3f} median, {report.turn_p99:.3f} p99"
    yield f"turns              {report.turns} in {report.seconds:.1f} s"


def _questions(story: ReplayStory) -> list[str]:
    return [step for step in story.asked if step not in NO_QUESTIONS]


def _most_asked(filed: Sequence[tuple[ReplayStory, TicketDocument]]) -> tuple[tuple[int, int], ...]:
    """The ten rows with the most questions: row, how many."""
    counted = sorted(((story.row, len(_questions(story))) for story, _ in filed), key=lambda one: -one[1])
    return tuple(counted[:10])


def _shares(filed: Sequence[tuple[ReplayStory, TicketDocument]], city: CityProfile) -> dict[str, float]:
    known = Counter(slot for story, ticket in filed for slot in _known(story, ticket, city))
    return {slot: known[slot] / len(filed) if filed else 0.0 for slot in SLOTS}


def _known(story: ReplayStory, ticket: TicketDocument, city: CityProfile) -> Iterator[str]:
    """The slots this ticket has although nobody asked. A type counts unless it is the default's."""
    has = {
        "type": ticket.appeal_type != AppealType.HELP.value,
        "category": ticket.category.code != city.fallback_category,
        "place": bool(ticket.place),
        "time": bool(ticket.occurred),
        "subject": bool(ticket.subject),
        "wish": bool(ticket.expectation),
        "name": bool(ticket.person.name),
        "phone": bool(ticket.person.phone),
    }
    for slot in SLOTS:
        if has[slot] and not any(step in story.asked for step in _ASKED_BY.get(slot, ())):
            yield slot


def _listed(rows: Sequence[int]) -> str:
    return f" (rows {', '.join(map(str, rows[:20]))}{' …' if len(rows) > 20 else ''})" if rows else ""


def _rank(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0
