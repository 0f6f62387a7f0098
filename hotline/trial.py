"""A backend's whole life, played against an integrator's server: what it does as promised, and what not.

Every check says what was expected and what came. `advice` marks what the contract leaves open and good
backends do: it is told, and is no failure.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from hotline import examples
from hotline.clock_skew import told
from hotline.contract import Receipt, StatusDocument
from hotline.trial_calls import Calls, TrialAnswer

_STALE = timedelta(minutes=6)
_FAR = timedelta(minutes=2)
_WRONG_SECRET = "not the secret that was agreed on"  # noqa: S105  that is the point
_PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was tried."""

    what: str
    ok: bool
    says: str
    advice: bool = False


@dataclass(frozen=True, slots=True)
class TrialTicket:
    """The ticket the trial goes on with."""

    ref: str
    document: dict[str, object]
    key: str

    @property
    def path(self) -> str:
        return f"/tickets/{quote(self.ref, safe='')}"


async def trial(calls: Calls, key: UUID, reference: str, now: datetime) -> AsyncIterator[Verdict]:
    """Everything in order; without a ticket the rest cannot be tried."""
    document = examples.ticket(
        idempotency_key=str(key), reference=reference, submitted_at=now.isoformat(), expected_by=None
    )
    async for verdict in _who_may_come_in(calls, document):
        yield verdict
    first = await calls.post("/tickets", document, str(key))
    verdict, receipt = _receipt("a ticket is filed", first, (200, 201))
    yield verdict
    if calls.ahead is not None:
        yield Verdict("its clock agrees with ours", abs(calls.ahead) <= _FAR, told(calls.ahead), advice=True)
    if receipt is None:
        return
    filed = TrialTicket(receipt.hotline_ref, document, str(key))
    for part in (_filed_once, _asked_for, _standing, _told, _told_generally, _not_understood):
        async for verdict in part(calls, filed, now):
            yield verdict


async def _who_may_come_in(calls: Calls, document: dict[str, object]) -> AsyncIterator[Verdict]:
    """Before anything is filed, so that what comes in wrongly is seen as a ticket of its own."""
    other = {**document, "idempotency_key": "11111111-2222-4333-8444-555555555555"}
    key = str(other["idempotency_key"])
    raw = orjson.dumps(other)
    unsigned: dict[str, str] = {}
    for what, headers in (
        ("a call without a signature is refused", unsigned),
        ("a signature over another body is refused", calls.signed(b"{}")),
        ("a wrong secret is refused", calls.signed(raw, secrets=_WRONG_SECRET)),
        ("a signature six minutes old is refused", calls.signed(raw, off=-_STALE)),
        ("a signature six minutes ahead is refused", calls.signed(raw, off=_STALE)),
    ):
        yield _refusal(what, await calls.post("/tickets", raw, key, headers))


async def _filed_once(calls: Calls, filed: TrialTicket, _now: datetime) -> AsyncIterator[Verdict]:
    again = await calls.post("/tickets", filed.document, filed.key)
    verdict, receipt = _receipt("the same Idempotency-Key again is answered", again, (200, 201))
    yield verdict
    if receipt is not None:
        same = receipt.hotline_ref == filed.ref
        says = "the same hotline_ref" if same else "another hotline_ref: the ticket was filed twice"
        yield Verdict("the same Idempotency-Key again files nothing new", same, says)
    longer = {**filed.document, "a_field_of_next_year": {"unknown": True}}
    fresh = str(UUID(int=UUID(filed.key).int ^ 1))
    longer |= {"idempotency_key": fresh, "reference": f"{filed.document['reference']}2"}
    yield _receipt(
        "a field it does not know is passed over", await calls.post("/tickets", longer, fresh), (200, 201)
    )[0]
    changed = {**filed.document, "content": "-"}
    other = await calls.post("/tickets", changed, filed.key)
    yield _told_off("the same key with another content is refused", other, advice=True)
    signature = calls.signed(orjson.dumps(filed.document))
    wrong = "v1," + "A" * 43 + "="
    rotating = {**signature, "webhook-signature": f"{wrong} {signature['webhook-signature']}"}
    answer = await calls.post("/tickets", filed.document, filed.key, rotating)
    yield _good("one good signature among several is enough (a key rotates)", answer)


async def _asked_for(calls: Calls, filed: TrialTicket, _now: datetime) -> AsyncIterator[Verdict]:
    found = await calls.get("/tickets", idempotency_key=filed.key)
    verdict, receipt = _receipt("a ticket is found by its key", found, (200,))
    yield verdict
    if receipt is not None:
        same = receipt.hotline_ref == filed.ref
        yield Verdict("it is found under its own number", same, receipt.hotline_ref)
    nobody = await calls.get("/tickets", idempotency_key="00000000-0000-4000-8000-000000000000")
    yield _is("a key it has never seen is 404", nobody, 404)


async def _standing(calls: Calls, filed: TrialTicket, _now: datetime) -> AsyncIterator[Verdict]:
    answer = await calls.get(filed.path)
    yield _document("the ticket's status is told", answer, StatusDocument)
    yield _is("the status of an unknown ticket is 404", await calls.get("/tickets/no-such-ticket"), 404)


async def _told(calls: Calls, filed: TrialTicket, now: datetime) -> AsyncIterator[Verdict]:
    for name, example in examples.events().items():
        event = {**example, "event_id": f"{name}-{filed.key}", "at": now.isoformat()}
        yield _good(f"{name} is taken", await calls.post(f"{filed.path}/events", event, event["event_id"]))
        again = await calls.post(f"{filed.path}/events", event, event["event_id"])
        yield _good(f"{name} again is taken too", again)
    lost = {**examples.events()["urge"], "event_id": f"lost-{filed.key}"}
    answer = await calls.post("/tickets/no-such-ticket/events", lost, lost["event_id"])
    yield _not_known("an event for an unknown ticket is refused", answer)


async def _told_generally(calls: Calls, filed: TrialTicket, now: datetime) -> AsyncIterator[Verdict]:
    for name, example in examples.general_events().items():
        event = {**example, "event_id": f"{name}-{filed.key}", "at": now.isoformat()}
        yield _good(f"{name} is taken", await calls.post("/events", event, event["event_id"]))


async def _not_understood(calls: Calls, filed: TrialTicket, _now: datetime) -> AsyncIterator[Verdict]:
    for what, body in (("a body that is no JSON", b"{"), ("a ticket without its fields", b"{}")):
        answer = await calls.post("/tickets", body, filed.key)
        yield _told_off(f"{what} is refused", answer)
        yield Verdict(
            f"{what}: the refusal is a problem document", answer.kind == _PROBLEM, answer.kind, advice=True
        )


def _refusal(what: str, answer: TrialAnswer) -> Verdict:
    """401 is promised; what else keeps strangers out must not say that the ticket is wrong."""
    if answer.status == 401:
        return Verdict(what, True, "401")
    if answer.refused:
        says = f"{answer.said}, 401 is expected: a wrong key would be taken for a wrong ticket, and bury it"
        return Verdict(what, False, says)
    return Verdict(what, answer.closed, f"{answer.said}, 401 is expected", advice=answer.closed)


def _told_off(what: str, answer: TrialAnswer, *, advice: bool = False) -> Verdict:
    if answer.refused:
        return Verdict(what, True, answer.said, advice=advice)
    says = f"{answer.said}, one of 400, 410, 413, 415, 422 is expected: anything else is sent again"
    return Verdict(what, False, says, advice=advice)


def _not_known(what: str, answer: TrialAnswer) -> Verdict:
    if answer.status == 404 or answer.refused:
        return Verdict(what, True, answer.said)
    return Verdict(what, False, f"{answer.said}, 404 is expected")


def _good(what: str, answer: TrialAnswer) -> Verdict:
    return Verdict(what, answer.good, answer.said if answer.good else f"{answer.said}, 200 is expected")


def _is(what: str, answer: TrialAnswer, status: int) -> Verdict:
    right = answer.status == status
    return Verdict(what, right, answer.said if right else f"{answer.said}, {status} is expected")


def _receipt(what: str, answer: TrialAnswer, statuses: tuple[int, ...]) -> tuple[Verdict, Receipt | None]:
    if answer.status not in statuses:
        expected = " or ".join(map(str, statuses))
        return Verdict(what, False, f"{answer.said}, {expected} is expected"), None
    try:
        receipt = Receipt.model_validate_json(answer.body)
    except ValidationError as mistake:
        return Verdict(what, False, f"{answer.said}, but {_places(mistake)}"), None
    return Verdict(what, True, f"{answer.said}, {receipt.hotline_ref}"), receipt


def _document(what: str, answer: TrialAnswer, kind: type[BaseModel]) -> Verdict:
    if answer.status != 200:
        return Verdict(what, False, f"{answer.said}, 200 is expected")
    try:
        kind.model_validate_json(answer.body)
    except ValidationError as mistake:
        return Verdict(what, False, f"200, but {_places(mistake)}")
    return Verdict(what, True, "200")


def _places(mistake: ValidationError) -> str:
    """Which fields of its answer are wrong, and how."""
    found = [f"{'.'.join(map(str, one['loc'])) or 'the body'}: {one['msg']}" for one in mistake.errors()[:5]]
    return "; ".join(found)
