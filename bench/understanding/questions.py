"""How many questions a complaint still needs after its first message, and what is known unasked.

By the core alone: every question is answered at once. `jiesu replay` plays the same over the wire.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.city import CityProfile, load
from intake.form.content.long_text import MAX_TOLD
from intake.form.questions.doubt import settled
from intake.form.questions.order import next_question
from intake.form.slot_filling import absorb, figures
from intake.model.ticket import Draft
from intake.understand.reader import read
from playground.replay.rows import read_rows

COMPLAINTS = 1_000
SLOTS = ("place", "wish", "appeal_type", "category")
NOW = datetime(2020, 1, 10, 4, tzinfo=UTC)


def goals(asked: Asked) -> Iterator[Goal]:
    """Over the first complaints of the file, in the default city."""
    assert asked.stream is not None
    city = load("jiayuguan")
    drafts = [first(row.text, city) for row in read_rows(asked.stream, COMPLAINTS)]
    needed = sorted(questions(draft, city) for draft in drafts)
    plain = sorted(questions(draft, city, confirmations=False) for draft in drafts)
    known = Counter(slot for draft in drafts for slot in figures(draft))
    yield Goal("questions a ticket, confirmations aside, median", 2, median(plain), at_most=True)
    yield Goal("questions a ticket with confirmations, median", None, median(needed))
    yield Goal("questions a ticket, nine in ten", None, needed[len(needed) * 9 // 10])
    for slot in SLOTS:
        yield Goal(f"{slot} known unasked", None, known[slot] / len(drafts))


def first(text: str, city: CityProfile) -> Draft:
    """The draft after the first message."""
    return absorb(Draft(content=text[:MAX_TOLD]), read(text, city, NOW))


def questions(draft: Draft, city: CityProfile, *, confirmations: bool = True) -> int:
    """How many are asked or, if these count, confirmed before the summary."""
    count = 0
    while (asked := next_question(draft, city)) is not None:
        doubted = asked.slot in draft.doubtful
        count += confirmations or not doubted
        if doubted:
            draft = settled(draft, asked.slot)
        else:
            draft = replace(draft, unknown=draft.unknown | {asked.slot})
    return count


SECTION = Section("questions", "Questions a complaint still needs", goals, needs=("stream",))
