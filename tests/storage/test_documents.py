"""What is remembered comes back as it was, also across releases."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.model.conversation import Conversation, Held
from intake.model.messages import Ask, Choice, Location, Reply
from intake.model.status import StatusUpdate
from intake.model.survey import Survey
from intake.model.ticket import AppealType, Consent, Draft, Occurred, Place, Ticket
from storage.db.sealed import UnreadableRow, dump, load

moments = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds it
degrees = st.floats(-180, 180)
places = st.builds(Place, lat=st.none() | degrees, lng=st.none() | degrees)
drafts = st.builds(
    Draft,
    place=st.none() | places,
    occurred=st.none() | st.builds(Occurred, at=st.none() | moments),
    category=st.none(),
)
held = st.builds(Held, location=st.none() | st.builds(Location, lat=degrees, lng=degrees), contact=st.none())
conversations = st.builds(
    Conversation,
    draft=st.none() | drafts,
    draft_at=st.none() | moments,
    held=st.none() | held,
    consent=st.none() | st.builds(Consent, at=moments),
    surveys=st.lists(st.builds(Survey, requested_at=moments, closes_at=moments), max_size=2).map(tuple),
)


@settings(deadline=None)
@given(drafts)
def test_any_draft_comes_back_as_it_was(draft: Draft) -> None:
    assert load(Draft, dump(Draft, draft)) == draft


@settings(deadline=None)
@given(conversations)
def test_any_conversation_comes_back_as_it_was(conversation: Conversation) -> None:
    assert load(Conversation, dump(Conversation, conversation)) == conversation


def test_a_ticket_comes_back_as_it_was(make_ticket: Callable[..., Ticket]) -> None:
    ticket = make_ticket()
    assert load(Ticket, dump(Ticket, ticket)) == ticket
    assert isinstance(load(Ticket, dump(Ticket, ticket)).appeal_type, AppealType)


def test_a_status_update_comes_back_as_it_was(now: datetime) -> None:
    update = StatusUpdate("e1", "dispatched", now, reference="WX1", co_units=("a", "b"), survey={"score": 5})
    assert load(StatusUpdate, dump(StatusUpdate, update)) == update


def test_replies_come_back_as_they_were() -> None:
    replies = (
        Reply("请选择", (Choice("1", "是"), Choice("2", "否")), "confirm"),
        Reply("好", ask=Ask.CONTACT),
    )
    assert load(tuple[Reply, ...], dump(tuple[Reply, ...], replies)) == replies


def test_an_older_release_wrote_less() -> None:
    assert load(Conversation, b'{"draft": {"content": "x"}}') == Conversation(draft=Draft(content="x"))


def test_a_newer_release_wrote_more() -> None:
    document = json.loads(dump(Conversation, Conversation(draft=Draft(content="x"), asking="place")))
    document["mood"] = "calm"
    document["draft"]["smell"] = ["gas"]
    assert load(Conversation, json.dumps(document).encode()) == Conversation(
        draft=Draft(content="x"), asking="place"
    )


def test_an_unreadable_document_is_named_by_field_not_by_content() -> None:
    with pytest.raises(UnreadableRow, match=r"draft\.appeal_type") as unreadable:
        load(Conversation, b'{"draft": {"appeal_type": "13893712345"}}')
    assert "13893712345" not in str(unreadable.value)


def test_what_is_no_json_is_unreadable() -> None:
    with pytest.raises(UnreadableRow):
        load(Conversation, b"\x00")
