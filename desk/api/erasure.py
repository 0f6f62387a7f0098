"""Taking a citizen out of what the desk keeps, on their wish or because the city's term is over.

The rule: the matter, its place, its photos and its history stay; whoever it was is hidden in every word of
them, and what cannot be hidden in (a voice, a film, a paper) goes. The
chain covers digests of words, and the step that erases writes down the digests of what it left: so a
history that was erased can be told from one that was tampered with.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from desk import outbox
from desk.actions import tickets as acting
from desk.api import handoffs as handoff_rows
from desk.db.tables import alerts, events, handoffs, messages, surveys, tickets
from desk.search import search
from desk.tickets import confidentiality, hash_chain, store, ticket_seals
from desk.workflow.context import DeskContext
from desk.workflow.states import FINAL, Step
from desk.workflow.views import DeskTicket
from hotline.contract import PersonPart, TicketDocument
from storage.db import sealed
from storage.db.scrubbing import owe
from storage.db.sealed import Tx, unseal

Words = dict[str, Any]
SALT = "salt"
_WORDS = ("title", "content", "expectation", "subject")
_TOLD = ("public_text", "reason")
_SHOWS_THE_MATTER = "photo"


async def citizen(
    tx: Tx, office: DeskContext, ticket: DeskTicket, step: Step, *, key: str | None = None
) -> None:
    """Erase whoever a ticket is from, and enter it in the search index anew. Its row must be locked."""
    owe(tx)
    covers = await _history(tx, office, ticket)
    await acting.act(tx, office, ticket.hotline_ref, replace(step, covers=covers), version=None, key=key)
    await _matter(tx, ticket, step.at)
    await _callbacks(tx, ticket)
    erased = await store.load(tx, ticket.hotline_ref)
    assert erased is not None, "it is locked"  # noqa: S101
    await search.index(tx, erased)


async def over_term(tx: Tx, before: datetime, limit: int) -> tuple[str, ...]:
    """Tickets untouched since then, at an end, with their citizens still in them; oldest first."""
    ended = tickets.c.state.in_(sorted(FINAL))
    old = (tickets.c.created_at < before) & (tickets.c.updated_at < before)
    query = select(tickets.c.hotline_ref).where(old, ended, tickets.c.erased_at.is_(None))
    return tuple((await tx.execute(query.order_by(tickets.c.id).limit(limit))).scalars())


async def _history(tx: Tx, office: DeskContext, ticket: DeskTicket) -> dict[str, str]:
    """Hide the citizen in the words of the ticket's history; returns the new digests by seq."""
    left: dict[str, str] = {}
    person, named = ticket.document.person, confidentiality.named_in(ticket.document)
    query = select(events).where(events.c.ticket_id == ticket.id, events.c.action != "erase")
    for row in (await tx.execute(query.order_by(events.c.seq))).all():
        detail = unseal(tx, Words, row.detail_sealed)
        said = {name: one for name, one in detail.items() if name != SALT}
        bare = _without_telling_files(confidentiality.without(said, person, *named))
        if bare == said:
            continue
        bare |= {SALT: office.digits(16)}  # the old one would let a name be guessed from the old digest
        left[str(row.seq)] = hash_chain.digest(bare)
        kept = update(events).where(events.c.id == row.id)
        await tx.execute(kept.values(detail_sealed=sealed.seal(tx, Words, bare)))
    return left


def _without_telling_files(said: Words) -> Words:
    if not said.get("attachments"):
        return said
    return said | {"attachments": [one for one in said["attachments"] if one["kind"] == _SHOWS_THE_MATTER]}


async def _matter(tx: Tx, ticket: DeskTicket, at: datetime) -> None:
    """Hide the citizen in the ticket itself, in what was answered, and in what they said of the answer."""
    person, named = ticket.document.person, confidentiality.named_in(ticket.document)
    row = (await tx.execute(select(tickets.c.texts_sealed).where(tickets.c.id == ticket.id))).one()
    texts = confidentiality.without(unseal(tx, Words, row.texts_sealed), person, *named)
    values = {
        "document_sealed": sealed.seal(tx, TicketDocument, _without_citizen(ticket.document)),
        "texts_sealed": sealed.seal(tx, Words, texts),
        "erased_at": at,
    }
    await tx.execute(update(tickets).where(tickets.c.id == ticket.id).values(values))
    await ticket_seals.renew_words(tx, ticket.id)
    rated = select(surveys.c.id, surveys.c.words_sealed).where(surveys.c.ticket_id == ticket.id)
    for one in (await tx.execute(rated)).all():
        said = confidentiality.without(unseal(tx, Words, one.words_sealed), person, *named)
        kept = update(surveys).where(surveys.c.id == one.id)
        await tx.execute(kept.values(words_sealed=sealed.seal(tx, Words, said)))


async def _callbacks(tx: Tx, ticket: DeskTicket) -> None:
    """What was told of it, or is still to be told, must not name whom the ticket does not name any more."""
    person, named = ticket.document.person, confidentiality.named_in(ticket.document)
    for entry_id, said in await outbox.bodies(tx, ticket.hotline_ref):
        texts = {name: confidentiality.hidden(getattr(said, name), person, *named) for name in _TOLD}
        survey = said.survey and said.survey.model_copy(
            update={"title": confidentiality.hidden(said.survey.title, person, *named)}
        )
        await outbox.replace_body(tx, entry_id, said.model_copy(update={**texts, "survey": survey}))


async def conversation(tx: Tx, name: str) -> None:
    """Forget what was said with a citizen who asked for a person, and how to reach them."""
    owe(tx)
    await outbox.forget(tx, handoff_rows.lane(name))
    await _talks(tx, handoffs.c.conversation == name)
    await _alerts(tx, alerts.c.conversation == name)


async def talks_before(tx: Tx, before: datetime) -> None:
    """Forget talks untouched since then; an alert that rings for so long goes on ringing, without words."""
    await _talks(tx, handoffs.c.updated_at < before)
    await _alerts(tx, func.coalesce(alerts.c.last_at, alerts.c.raised_at) < before)


async def _talks(tx: Tx, whose: ColumnElement[bool]) -> None:
    old = select(handoffs.c.id).where(whose)
    await tx.execute(delete(messages).where(messages.c.handoff_id.in_(old)))
    nobody = {"reach_sealed": sealed.seal(tx, Words, {"phone": None}), "open": False}
    await tx.execute(update(handoffs).where(whose).values(nobody))


async def _alerts(tx: Tx, whose: ColumnElement[bool]) -> None:
    nothing = {"body_sealed": sealed.seal(tx, Words, {"text": None, "reach": None})}
    await tx.execute(update(alerts).where(whose).values(nothing))


def _without_citizen(document: TicketDocument) -> TicketDocument:
    """The document with nobody in it: a place stays in words, without the door; a pin may be the home."""
    person, named = document.person, confidentiality.named_in(document)
    bare: dict[str, Any] = {
        "person": PersonPart(kind="anonymous", anonymous=True, confidential=person.confidential),
        "consent": None,
        "labels": tuple(confidentiality.hidden(one, person, *named) for one in document.labels),
        "attachments": tuple(one for one in document.attachments if one.kind == _SHOWS_THE_MATTER),
        **{name: confidentiality.hidden(getattr(document, name), person, *named) for name in _WORDS},
    }
    nowhere = {"lat": None, "lng": None, "coord_sys": None}
    for name, exact in (("place", nowhere), ("occurred", {})):
        part = getattr(document, name)
        bare[name] = part and part.model_copy(
            update={"text": confidentiality.hidden(part.text, person, *named), **exact}
        )
    return document.model_copy(update=bare)
