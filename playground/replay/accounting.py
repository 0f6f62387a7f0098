"""Every conversation accounted for: what its citizen was told, held against the backend's books.

A conversation is `lost` when the backend has nothing that answers to its end: it got stuck, or its
receipt's number stands in no book, or another conversation was given the same. A ticket is
`doubled` when no conversation was told its number, or when it is there twice.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.contract import TicketDocument
from intake.form.content.long_text import MAX_CONTENT
from intake.form.questions.words import has_words
from playground.replay.books import Books
from playground.replay.citizen import Ending, ReplayStory

ANSWERS = 200
"""Characters that answers may add to a story."""


@dataclass(frozen=True, slots=True)
class ReplayAccount:
    """`kept` are the stories the backend answers for, each with its ticket where it ended in one."""

    kept: tuple[tuple[ReplayStory, TicketDocument | None], ...]
    lost: tuple[ReplayStory, ...]
    doubled: int
    shortened: tuple[int, ...]

    def count(self, ending: Ending) -> int:
        return sum(story.ending is ending for story, _ in self.kept)


def account(stories: Sequence[ReplayStory], books: Books) -> ReplayAccount:
    """Tick off each story, in the order of the rows."""
    ledger = _Ledger(books)
    for story in stories:
        ledger.tick(story)
    return ReplayAccount(tuple(ledger.kept), tuple(ledger.lost), ledger.left_over(), tuple(ledger.shortened))


class _Ledger:
    """What is not yet claimed by any conversation."""

    def __init__(self, books: Books) -> None:
        self.kept: list[tuple[ReplayStory, TicketDocument | None]] = []
        self.lost: list[ReplayStory] = []
        self.shortened: list[int] = []
        self._tickets: dict[str, list[TicketDocument]] = {}
        for ticket in books.tickets.values():
            self._tickets.setdefault(ticket.reference, []).append(ticket)
        self._supplements = {reference: list(texts) for reference, texts in books.supplements.items()}
        self._alerts = Counter(books.alerts)
        self._own: dict[str, list[str]] = {}  # references by phone

    def tick(self, story: ReplayStory) -> None:
        ticket = self._ticket(story) if story.ending is Ending.TICKET else None
        if ticket is not None or self._stop_or_supplement(story):
            self.kept.append((story, ticket))
        else:
            self.lost.append(story)

    def left_over(self) -> int:
        """Tickets that no conversation was told of."""
        return sum(len(tickets) for tickets in self._tickets.values())

    def _ticket(self, story: ReplayStory) -> TicketDocument | None:
        unclaimed = self._tickets.get(story.reference)
        if not unclaimed:
            return None
        ticket = unclaimed.pop()
        self._own.setdefault(story.phone, []).append(story.reference)
        self._compare(
            story, "\n".join((ticket.content, *self._continued(story, story.reference), *_slots(ticket)))
        )
        return ticket

    def _continued(self, story: ReplayStory, reference: str) -> Iterator[str]:
        """What followed as supplements because it was too long for the ticket, or for one supplement."""
        told, waiting = _dense("".join(story.told)), self._supplements.get(reference, [])
        while len(told) > MAX_CONTENT - ANSWERS and waiting and _dense(waiting[0]) in told:
            yield waiting.pop(0)

    def _stop_or_supplement(self, story: ReplayStory) -> bool:
        if story.ending is Ending.STOP:
            return self._alert(story)
        return story.ending is Ending.SUPPLEMENT and self._supplement(story)

    def _alert(self, story: ReplayStory) -> bool:
        words = story.last_words.strip()
        self._alerts[words] -= 1
        return self._alerts[words] >= 0

    def _supplement(self, story: ReplayStory) -> bool:
        for reference in self._own.get(story.phone, ()):
            if reference.endswith(story.reference) and self._supplements.get(reference):
                first = self._supplements[reference].pop(0)
                self._compare(story, "\n".join((first, *self._continued(story, reference))))
                return True
        return False

    def _compare(self, story: ReplayStory, arrived: str) -> None:
        """Note a conversation of which not every word has arrived."""
        whole = _dense(arrived)
        if any(_dense(part) not in whole for part in story.told if has_words(part)):
            self.shortened.append(story.row)


def _slots(ticket: TicketDocument) -> Iterator[str]:
    """The answers that stand outside the story."""
    yield (ticket.place.text if ticket.place else None) or ""
    yield ticket.subject or ""


def _dense(text: str) -> str:
    return "".join(text.split())
