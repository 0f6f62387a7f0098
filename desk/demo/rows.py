"""A story as rows of every table it touches, the history's chain included: as if it had been lived.

The texts staff write are few, so each is sealed once and used again; a citizen's own is sealed by itself.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from desk.demo.history import history
from desk.demo.story import Story, life, results
from desk.demo.texts import Writer, replies
from desk.search import search
from desk.statistics import facts, state_counts
from desk.tickets import confidentiality, hash_chain, store, ticket_seals
from desk.workflow import clocks
from desk.workflow.states import Lifecycle
from hotline.contract import TicketDocument
from intake.city import CityProfile
from intake.model.ticket import AppealType
from storage.db.keyring import KeyRing

Rows = dict[str, list[dict[str, Any]]]
_LATEST_PIECES = 200_000


@dataclass(slots=True)
class Press:
    """Makes the rows of one city's stories."""

    city: CityProfile
    ring: KeyRing
    writer: Writer
    lived: bool = True  # False: without histories and index, for tickets that are there to be counted
    _sealed: dict[bytes, tuple[bytes, str]] = field(default_factory=dict)
    _pieces: dict[str, str] = field(default_factory=dict)

    def rows(self, stories: Mapping[int, Story]) -> Rows:
        """The rows of stories by their tickets' ids; `standings` already added up."""
        made: Rows = {name: [] for name in ("tickets", "co_units", "events", "surveys", "facts", "words")}
        places: Counter[tuple[str, str]] = Counter()
        for ticket_id, story in stories.items():
            lived = life(story)
            self._one(made, ticket_id, story, lived)
            places.update(state_counts.places(lived))
        made["standings"] = [{"unit": u, "state": s, "number": n} for (u, s), n in places.items()]
        return made

    def _one(self, made: Rows, ticket_id: int, story: Story, lived: Lifecycle) -> None:
        document = self.writer.document(story)
        hotline_ref = self._ref(story)
        events = list(self._events(ticket_id, hotline_ref, document["idempotency_key"], story))
        made["events"] += events
        last = events[-1] if events else {"seq": 0, "at": story.ended_at, "hash": hash_chain.START}
        made["tickets"].append(self._ticket(ticket_id, hotline_ref, story, lived, document, last))
        made["co_units"] += [
            {"ticket_id": ticket_id, "position": n, "unit": unit} for n, unit in enumerate(story.co_units)
        ]
        said = results(story)
        words = self._seal({"reason_codes": [], "comment": None})[0]
        made["surveys"] += [{"ticket_id": ticket_id, "words_sealed": words, **one} for one in said]
        made["facts"].append(fact_row(ticket_id, story, lived, self.city) | facts.evaluation(said))
        if self.lived:
            made["words"].append(self._words(ticket_id, hotline_ref, document, lived))

    def _ticket(
        self,
        ticket_id: int,
        hotline_ref: str,
        story: Story,
        lived: Lifecycle,
        document: Mapping[str, Any],
        last: Mapping[str, Any],
    ) -> dict[str, Any]:
        told = replies()["public"] if lived.first_completed_at else None
        kept = {name: told if name == "public_text" else None for name in store.TEXTS}
        said = orjson.dumps(document)
        return store.plain(lived, clocks.watched(lived, self.city)) | {
            "id": ticket_id,
            "idempotency_key": document["idempotency_key"],
            "hotline_ref": hotline_ref,
            "reference": document["reference"],
            "document_sealed": self.ring.encrypt(said),
            "texts_sealed": self._seal(kept)[0],
            "channel": story.channel,
            "appeal_type": story.appeal_type,
            "urgency": story.urgency,
            "category_code": story.category,
            "area_code": story.area,
            "confidential": document["person"]["confidential"],
            "version": last["seq"] or 1,
            "submitted_at": story.submitted_at,
            "created_at": story.submitted_at,
            "updated_at": last["at"] or story.submitted_at,
            "erased_at": None,
            "event_count": last["seq"],
            "last_hash": last["hash"],
            "end_mac": ticket_seals.end_mac(self.ring, ticket_id, hotline_ref, last["seq"], last["hash"]),
            "words_mac": ticket_seals.words_mac(self.ring, ticket_id, hotline_ref, said, _dumped(kept)),
        }

    def _events(self, ticket_id: int, hotline_ref: str, key: str, story: Story) -> Iterator[dict[str, Any]]:
        state, previous = None, hash_chain.START
        for seq, one in enumerate(history(story) if self.lived else (), start=1):
            sealed, digest = self._seal(one.words)
            link = hash_chain.ChainLink(
                hotline_ref,
                seq,
                one.at,
                *one.who,
                one.action,
                state,
                one.to,
                one.round,
                key if seq == 1 else None,
                digest,
            )
            own = hash_chain.keyed_hash(self.ring, previous, ticket_id, link)
            row = {name: getattr(link, name) for name in _LINKED}
            yield row | {
                "ticket_id": ticket_id,
                "detail_sealed": sealed,
                "prev_hash": previous,
                "hash": own,
            }
            state, previous = one.to, own

    def _seal(self, words: Mapping[str, Any]) -> tuple[bytes, str]:
        """The words sealed, and their digest."""
        dumped = _dumped(words)
        if dumped not in self._sealed:
            self._sealed[dumped] = (self.ring.encrypt(dumped), hash_chain.digest(words))
        return self._sealed[dumped]

    def _words(
        self, ticket_id: int, hotline_ref: str, document: Mapping[str, Any], lived: Lifecycle
    ) -> dict[str, Any]:
        texts = (*_texts(document), document["reference"], hotline_ref)
        if len(self._pieces) > _LATEST_PIECES:
            self._pieces.clear()
        entries = search.marks(self.ring, ticket_id, texts, lived.readers, self._pieces)
        return {"ticket_id": ticket_id, "grams": " ".join(entries)}

    def _ref(self, story: Story) -> str:
        local = story.submitted_at.astimezone(ZoneInfo(self.city.timezone))
        return f"{local:%y%m%d%H%M%S}{story.number % 10**6:06}"


def fact_row(ticket_id: int, story: Story, lived: Lifecycle, city: CityProfile) -> dict[str, Any]:
    """What the ticket counts for, but for what the citizen said."""
    early = story.rounds[:-1]
    return {
        "ticket_id": ticket_id,
        "submitted_at": story.submitted_at,
        "submitted_on": story.submitted_at.astimezone(ZoneInfo(city.timezone)).date(),
        "channel": story.channel,
        "appeal_type": story.appeal_type,
        "urgency": story.urgency,
        "category_code": story.category,
        "area_code": story.area,
        "late_before": any(one.completed_at is not None and one.completed_at > one.due_at for one in early),
        **facts.of_life(lived, city),
    }


_LINKED = tuple(name for name in hash_chain.ChainLink.__dataclass_fields__ if name != "hotline_ref")


def _dumped(words: Mapping[str, Any]) -> bytes:
    return orjson.dumps(words, option=orjson.OPT_SORT_KEYS)


def _texts(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What a ticket is found by; reading the whole document is slow, so only a sealed one is."""
    person = document["person"]
    if person["confidential"] or document["appeal_type"] == AppealType.REPORT.value:
        return search.words_of(confidentiality.as_told(TicketDocument.model_validate(document)))
    return (
        document["title"],
        document["content"],
        document["place"]["text"],
        person["name"],
        person["phone"],
    )
