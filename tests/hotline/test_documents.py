"""What goes on the wire is exactly what integrators were promised."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from hotline.contract import AttachmentPart, Callback, HotlineEvent, TicketDocument
from hotline.documents import alert_event, handoff_event, status_update, ticket_document, ticket_event
from intake.city import CityProfile
from intake.model.status import StatusUpdate
from intake.model.ticket import Ticket

AT = datetime(2023, 4, 26, 1, 30, 15, tzinfo=UTC)
PHOTO = AttachmentPart(
    kind="photo", sha256="a" * 64, media_type="image/jpeg", size=12, url="https://x/attachments/a?sig=1"
)
# fmt: off
PROMISED = [
    "reference", "idempotency_key", "channel", "submitted_at", "appeal_type", "category", "urgency",
    "title", "content", "expectation", "occurred", "place", "subject", "person", "reply_wanted",
    "is_public", "expected_by", "attachments", "suggested", "related_to", "labels", "consent",
    "language",
]
# fmt: on
CALLBACK: dict[str, Any] = {
    "event_id": "e1",
    "type": "accepted",
    "hotline_ref": "H1",
    "at": "2023-04-26T09:30:15+08:00",
}


def read(document: dict[str, Any]) -> Callback:
    return Callback.model_validate(document)


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2023-04-26T09:30:15"},  # no offset
        {"at": "0001-01-01T00:00:00+08:00"},  # no such instant in UTC
        {"at": None},
        {"event_id": ""},
        {"event_id": "e\x00"},
        {"hotline_ref": None},
        {"hotline_ref": "x" * 300},
        {"round": 0},
        {"round": 10**30},
        {"co_units": "street"},
        {"survey": [1]},
    ],
)
def test_what_is_not_a_callback_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(CALLBACK | change)


def test_a_callback_becomes_the_cores_update() -> None:
    callback = read(
        CALLBACK
        | {
            "co_units": ["street"],
            "due_at": "2023-05-01T18:00:00+08:00",
            "round": 2,
            "something_new": {"a": 1},
        }
    )
    assert status_update(callback) == StatusUpdate(
        event_id="e1",
        type="accepted",
        at=AT,
        hotline_ref="H1",
        co_units=("street",),
        due_at=datetime(2023, 5, 1, 10, tzinfo=UTC),
        round=2,
    )


def test_a_survey_may_be_asked_for_a_phone_call() -> None:
    del_ref = {key: value for key, value in CALLBACK.items() if key != "hotline_ref"}
    update = status_update(read(del_ref | {"type": "survey_requested", "survey": {"phone": "13900000000"}}))
    assert update.survey == {"phone": "13900000000"}


def test_a_callback_goes_out_without_what_is_not_set() -> None:
    wire = read(CALLBACK).wire()
    assert wire == CALLBACK | {"at": "2023-04-26T01:30:15Z"}
    assert read(wire) == read(CALLBACK)


def test_the_ticket_document_has_the_promised_fields(ticket: Ticket, city: CityProfile) -> None:
    document = ticket_document(ticket, [PHOTO], city)
    assert list(document) == PROMISED
    assert document["submitted_at"] == "2023-04-26T09:30:15+08:00"
    assert document["expected_by"] == "2023-05-06"
    assert document["category"] == {"code": "0301", "path": "Housing-Heating", "confidence": 0.82}
    assert document["urgency"] == {"level": "urgent", "rule": "heat"}
    assert document["occurred"] == {
        "text": "since Monday",
        "at": "2023-04-26T09:30:15+08:00",
        "ongoing": True,
    }
    assert document["person"] == {
        "kind": "individual",
        "name": "Ms Li",
        "phone": "13900000000",
        "enterprise": None,
        "anonymous": False,
        "confidential": False,
    }
    assert document["suggested"] == {"lead_unit": "housing", "co_units": ["street"]}
    assert document["attachments"] == [PHOTO.model_dump()]
    assert TicketDocument.model_validate(document).model_dump(mode="json") == document


def test_unknown_is_null_and_never_made_up(ticket: Ticket, city: CityProfile) -> None:
    bare = replace(
        ticket, occurred=None, place=None, subject=None, expectation=None, expected_by=None, consent=None
    )
    document = ticket_document(bare, [], city)
    unknown = [name for name in PROMISED if document[name] is None]
    assert unknown == ["expectation", "occurred", "place", "subject", "expected_by", "related_to", "consent"]


def test_an_anonymous_citizen_stays_so_even_if_a_name_slipped_in(ticket: Ticket, city: CityProfile) -> None:
    person = ticket_document(replace(ticket, anonymous=True), [], city)["person"]
    assert person["kind"] == "anonymous"
    assert person["name"] is person["phone"] is None


def test_an_event_carries_only_what_its_type_needs() -> None:
    assert ticket_event("e1", "urge", AT) == {"event_id": "e1", "type": "urge", "at": "2023-04-26T01:30:15Z"}
    assert ticket_event("e1", "supplement", AT, text="more", attachments=[PHOTO])["attachments"] == [
        PHOTO.model_dump()
    ]


def test_a_survey_is_either_answered_or_not() -> None:
    assert (
        ticket_event("e", "survey_result", AT, survey={"outcome": "no_answer"})["survey"]["outcome"]
        == "no_answer"
    )
    with pytest.raises(ValidationError):
        ticket_event("e", "survey_result", AT, survey={"solved": "yes"})
    with pytest.raises(ValidationError):
        ticket_event("e", "survey_result", AT, survey={"solved": "maybe", "satisfied": "basically"})


def test_what_concerns_no_ticket_says_how_to_reach_the_citizen() -> None:
    alert = alert_event("e", AT, kind="self_harm", text="words", channel="TG", reach=None, conversation="c1")
    assert alert["reach"] is None
    handoff = handoff_event("e", AT, conversation="c1", transcript=[("citizen", "hello", AT - timedelta(1))])
    assert handoff["phone"] is None
    assert HotlineEvent.model_validate(handoff).transcript[0].text == "hello"  # type: ignore[index]
