"""Whether appeals about one event are told from others, and how quickly others are found.

`labels/events.txt` holds row ids only: a line is one event, marked by reading the titles; a line with one
id is about something else, mostly at the same place. Pairs are counted. The rules were tuned on every other
line; the rest is kept aside. The baseline clusters the same texts by average-link TF-IDF, cut where it does
best on the very labels it is measured on: an optimistic figure.
"""

import asyncio
import csv
import random
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer
from sqlalchemy import insert

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.city import CityProfile, load
from intake.model.messages import Address, ChannelName
from intake.model.ticket import AppealType, CategoryGuess, Place, Ticket, Urgency
from intake.understand.normalise import normalise
from intake.understand.pair_weights import LEARNT, MARKS, Rarity, learnt
from intake.understand.places import place
from intake.understand.same_event import SimilarReport, is_same, matter_of, names_in, said_of
from storage.db.database import Database, upgrade
from storage.db.keyring import KeyRing
from storage.db.sealed import seal
from storage.db.tables import ticket_marks, tickets
from storage.messages import conversations
from storage.tickets import similar
from storage.tickets.tickets import MATTER

EVENTS = Path(__file__).parent / "labels" / "events.txt"
OPEN_TICKETS = 100_000
PLACES = 2_000
WORDS = 1_000
CUTS = tuple(number / 50 for number in range(30, 50))

Pair = frozenset[str]


def goals(asked: Asked) -> Iterator[Goal]:
    """Pairs found and found rightly, the baseline's beside them; then the look-up among many."""
    assert asked.stream is not None
    texts, city = read_texts(asked.stream), load("jiayuguan")
    rarity = _learnt(texts)
    for part, events in (("aside", read_events()[1::2]), ("dev", read_events()[::2])):
        right = {pair for event in events for pair in _pairs(event)}
        rows = [row for event in events for row in event]
        several = sum(len(event) > 1 for event in events)
        yield from _figures(
            f"{part}: pairs of {several} events", _score(_ours(rows, texts, city, rarity), right)
        )
        best = max((_score(pairs, right) for pairs in _baseline(rows, texts)), key=lambda s: _f1(*s))
        yield from _figures(f"{part}: average-link TF-IDF at its best cut", best)
    yield Goal(
        f"look-up among {OPEN_TICKETS:,} open tickets", 10, asyncio.run(_look_up()), " ms", at_most=True
    )


def _figures(what: str, score: tuple[float, float]) -> Iterator[Goal]:
    precision, recall = score
    yield Goal(f"{what}: precision", None, precision)
    yield Goal(f"{what}: recall", None, recall)
    yield Goal(f"{what}: F1", None, _f1(precision, recall))


def read_events() -> tuple[tuple[str, ...], ...]:
    """The labelled events, a row id each."""
    lines = EVENTS.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split()) for line in lines if not line.startswith("#"))


def read_texts(file: Path) -> dict[str, str]:
    """Title and body by row id, as a citizen would write them."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row["id"]: normalise(f"{row['title']}\n{row['body']}") for row in csv.DictReader(lines)}


def _learnt(texts: Mapping[str, str]) -> Rarity:
    """As a process learns it, from as many other appeals: none of the labelled ones is among them."""
    labelled = {row for event in read_events() for row in event}
    return learnt(texts[row] for row in random.Random(1).sample(sorted(texts.keys() - labelled), LEARNT))


def _ours(rows: Sequence[str], texts: Mapping[str, str], city: CityProfile, rarity: Rarity) -> set[Pair]:
    """As the service finds them: by a place's name or a telling pair of characters; then the words decide."""
    names = {row: names_in(texts[row], city) for row in rows}
    where = {row: _where(texts[row], city) for row in rows}
    filed = {row: matter_of(where[row], city) for row in rows}
    marks = {row: set(rarity.marks(texts[row])) for row in rows}
    said = {row: said_of(texts[row], where[row], city, rarity) for row in rows}
    return {
        frozenset((one, other))
        for one, other in combinations(rows, 2)
        if (filed[one] in names[other] or filed[other] in names[one] or marks[one] & marks[other])
        and is_same(said[one], SimilarReport(other, 0, texts[other], where=where[other]), city)
    }


def _where(text: str, city: CityProfile) -> str:
    found = place.find(text, city)
    return found.value.text if found else ""


def _baseline(rows: Sequence[str], texts: Mapping[str, str]) -> Iterator[set[Pair]]:

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True).fit_transform(
        [texts[row] for row in rows]
    )
    for cut in CUTS:
        clusters = AgglomerativeClustering(
            n_clusters=None, metric="cosine", linkage="average", distance_threshold=cut
        ).fit_predict(vectors.toarray())
        together: dict[int, list[str]] = {}
        for row, cluster in zip(rows, clusters, strict=True):
            together.setdefault(int(cluster), []).append(row)
        yield {pair for those in together.values() for pair in _pairs(those)}


def _pairs(those: Sequence[str]) -> Iterator[Pair]:
    return (frozenset(pair) for pair in combinations(those, 2))


def _score(found: set[Pair], right: set[Pair]) -> tuple[float, float]:
    both = len(found & right)
    return both / len(found) if found else 0.0, both / len(right)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


async def _look_up() -> float:
    """Milliseconds, the median; SQLite, everything included."""
    now, keyring = datetime.now(UTC), KeyRing([secrets.token_hex()])
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        await upgrade(url)
        database = Database.open(url, keyring)
        try:
            await _fill(database, keyring, now)
            return median([await _timed(database, number, now) for number in range(50)]) * 1000
        finally:
            await database.close()


async def _fill(database: Database, keyring: KeyRing, now: datetime) -> None:
    async with database.write() as tx:
        other = await conversations.lock(tx, Address(ChannelName.TELEGRAM, "other"), now)
        sealed = seal(tx, Ticket, _ticket(now))
        for start in range(0, OPEN_TICKETS, 5_000):
            rows = [_row(number, other.id, sealed, keyring, now) for number in range(start, start + 5_000)]
            await tx.execute(insert(tickets), rows)
            await tx.execute(insert(ticket_marks), [mark for row in rows for mark in _marks(row, keyring)])


def _marks(row: Mapping[str, Any], keyring: KeyRing) -> Iterator[dict[str, object]]:
    """As many as a ticket has, each of them that of a hundred others."""
    for at in range(MARKS):
        yield {
            "ticket_id": row["id"],
            "digest": keyring.digest("mark", f"{at} {row['id'] % (WORDS + at)}"),
        }


def _row(number: int, conversation: int, sealed: bytes, keyring: KeyRing, now: datetime) -> dict[str, Any]:
    reference, at = f"TG{number:015d}", now - timedelta(minutes=number % 40_000)
    return {
        "id": number + 1,
        "key": uuid4(),
        "reference": reference,
        "reversed_reference": reference[::-1],
        "conversation_id": conversation,
        "ticket_sealed": sealed,
        "query_code_hash": "",
        "status": "submitted",
        "co_units": [],
        "round": 1,
        "matter_digest": keyring.digest(MATTER, str(number % PLACES)),
        "created_at": at,
        "updated_at": at,
    }


async def _timed(database: Database, number: int, now: datetime) -> float:
    started = perf_counter()
    async with database.read() as tx:
        marks = [f"{at} {number % (WORDS + at)}" for at in range(MARKS)]
        found = await similar.find(tx, (str(number), "nowhere"), marks, 0, now - timedelta(days=14))
    assert len(found) >= similar.ALIKE
    return perf_counter() - started


def _ticket(now: datetime) -> Ticket:
    return Ticket(
        key=uuid4(),
        reference="TG",
        channel="TG",
        submitted_at=now,
        appeal_type=AppealType.HELP,
        category=CategoryGuess("99", 0.5),
        category_path="",
        urgency=Urgency(),
        title="",
        content="x" * 300,
        expectation=None,
        occurred=None,
        place=Place("x"),
        subject=None,
        name=None,
        phone=None,
        enterprise=None,
        anonymous=False,
        confidential=False,
        reply_wanted=True,
        is_public=False,
        expected_by=None,
        attachments=(),
        lead_unit=None,
        co_units=(),
        related_to=None,
        labels=(),
        consent=None,
        language="zh-Hans",
    )


SECTION = Section("duplicates", "The same event again", goals, needs=("stream",))
