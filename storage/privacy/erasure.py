"""Taking a citizen out of what must be kept, and the ledger of what was erased.

The rule: the ledger says when, at whose wish and how much of what; never what it was. A ticket
without its citizen is only kept: it keeps its number, its code and where it stands.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import exists, insert, select, update

from intake.model.messages import Address
from intake.model.status import StatusUpdate
from intake.model.survey import Survey
from intake.model.ticket import Ticket
from intake.understand.persons.masking import known_of, masked, without_citizen
from storage.db.scrubbing import owe
from storage.db.sealed import Tx, keyring, seal, unseal
from storage.db.tables import attachments, erasures, outbox, status_updates, surveys, tickets
from storage.outbox.outbox import Body
from storage.privacy.erasure_lines import PURPOSE, name_of
from storage.privacy.ledger import SubjectKind
from storage.tickets import similar
from storage.tickets.tickets import StoredTicket, replace_copy


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what it was about, for the ledger outside: an account, or a ticket's key."""

    kind: SubjectKind
    of: Address | UUID


@dataclass(frozen=True, slots=True)
class Erasure:
    """A line of the ledger. `by` is citizen, operator, left, retention or restored.

    Without a `subject` it stands in this database alone: terms end again by themselves.
    """

    at: datetime
    by: str
    conversation_id: int | None
    counts: Mapping[str, int]
    subject: Subject | None = None


async def note(tx: Tx, erasure: Erasure) -> None:
    """Add a line; what it tells of is to be in no file of the database's any more."""
    owe(tx)
    values = {
        "at": erasure.at,
        "by": erasure.by,
        "conversation_id": erasure.conversation_id,
        "counts": dict(erasure.counts),
    }
    if erasure.subject is not None:
        values |= {
            "entry": str(uuid4()),
            "subject": erasure.subject.kind.value,
            "subject_digest": keyring(tx).digest(PURPOSE, name_of(erasure.subject.of)),
        }
    await tx.execute(insert(erasures).values(values))


async def ledger(tx: Tx) -> tuple[Erasure, ...]:
    """All lines, oldest first."""
    rows = await tx.execute(select(erasures).order_by(erasures.c.id))
    return tuple([Erasure(row.at, row.by, row.conversation_id, row.counts) for row in rows])


async def restrict(tx: Tx, found: StoredTicket, now: datetime) -> None:
    """Take the citizen out of our copy of a ticket, and out of what was said about it."""
    ticket, text = found.ticket, found.view.public_text
    await replace_copy(tx, found.id, without_citizen(ticket))
    hidden = None if text is None else keyring(tx).encrypt(_hidden(text, ticket).encode())
    values = {"restricted_at": now, "public_text_sealed": hidden, "matter_digest": None}
    await tx.execute(update(tickets).where(tickets.c.id == found.id).values(values))
    await similar.forget(tx, found.id)
    await _on_its_way(tx, found)
    await _asked_about(tx, found)
    rows = await tx.execute(select(status_updates).where(status_updates.c.ticket_id == found.id))
    for row in rows.all():
        said = unseal(tx, StatusUpdate, row.update_sealed)
        bare = replace(
            said,
            public_text=said.public_text and _hidden(said.public_text, ticket),
            reason=said.reason and _hidden(said.reason, ticket),
        )
        kept = update(status_updates).where(status_updates.c.id == row.id)
        await tx.execute(kept.values(update_sealed=seal(tx, StatusUpdate, bare)))


async def _on_its_way(tx: Tx, found: StoredTicket) -> None:
    """What was told of it goes; what is still to be told, or let go again, is told without its citizen."""
    of_it = (outbox.c.ticket_id == found.id) & (outbox.c.kind == "event") & outbox.c.body_sealed.is_not(None)
    await tx.execute(update(outbox).where(of_it, outbox.c.state == "done").values(body_sealed=None))
    rows = await tx.execute(select(outbox.c.id, outbox.c.body_sealed).where(of_it))
    for number, sealed in rows.all():
        bare = _without(unseal(tx, Body, sealed), found.ticket)
        kept = update(outbox).where(outbox.c.id == number)
        await tx.execute(kept.values(body_sealed=seal(tx, Body, bare)))


def _without(body: Body, ticket: Ticket) -> Body:
    survey = body.get("survey")
    if survey and survey.get("comment"):
        survey = survey | {"comment": _hidden(survey["comment"], ticket)}
    text = body.get("text")
    return body | {"text": text and _hidden(text, ticket), "survey": survey}


async def _asked_about(tx: Tx, found: StoredTicket) -> None:
    """A survey's title is the ticket's."""
    own = surveys.c.subject == found.ticket.reference
    rows = await tx.execute(select(surveys.c.id, surveys.c.survey_sealed).where(own))
    for number, sealed in rows.all():
        survey = unseal(tx, Survey, sealed)
        bare = replace(survey, title=_hidden(survey.title, found.ticket), comment=None)
        kept = update(surveys).where(surveys.c.id == number)
        await tx.execute(kept.values(survey_sealed=seal(tx, Survey, bare)))


async def is_restricted(tx: Tx, ticket_id: int) -> bool:
    """Whether its citizen was taken out."""
    at = select(tickets.c.restricted_at).where(tickets.c.id == ticket_id)
    return (await tx.execute(at)).scalar_one() is not None


async def over_term(tx: Tx, before: datetime, limit: int) -> list[str]:
    """References of tickets untouched since then whose citizens are still in them."""
    old = (tickets.c.updated_at < before) & (tickets.c.created_at < before)
    query = select(tickets.c.reference).where(old, tickets.c.restricted_at.is_(None))
    return list((await tx.scalars(query.order_by(tickets.c.id).limit(limit))).all())


async def old_files(tx: Tx, before: datetime, limit: int, kept_while: Collection[str]) -> list[str]:
    """Ids of files of that age that every ticket of their citizen has long taken to the backend.

    A file stays while one of its citizen's tickets was not pushed before then, or stands in `kept_while`:
    where the backend is our own desk, it reads them from here.
    """
    waits = tickets.c.pushed_at.is_(None) | (tickets.c.pushed_at >= before)
    if kept_while:
        waits = waits | tickets.c.status.in_(sorted(kept_while))
    needed = exists().where(tickets.c.conversation_id == attachments.c.conversation_id, waits)
    old = (attachments.c.created_at < before) & (attachments.c.state != "dropped")
    query = select(attachments.c.id).where(old, ~needed).order_by(attachments.c.id).limit(limit)
    return [str(number) for number in (await tx.scalars(query)).all()]


def _hidden(text: str, ticket: Ticket) -> str:
    return masked(text, *known_of(ticket))
