"""Every kind of job is read as what was written, under the names that the release before stored it by."""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from hotline.contract import Callback
from intake.model.messages import Address, Burst, ChannelName, Choice, Inbound, MediaKind, Outgoing, Reply
from intake.model.ports import Rejected
from storage.db.sealed import UnreadableRow, dump, load
from storage.outbox import jobs
from storage.outbox.jobs import (
    KINDS,
    DiscardFile,
    EndBurst,
    FetchFile,
    ForgetTalk,
    Job,
    SendAlert,
    SendEvent,
    SendHandoff,
    SendLateFile,
    SubmitTicket,
)

AT = datetime(2026, 3, 1, 8, 30, 0, 120000, tzinfo=UTC)
WRITTEN_AT = "2026-03-01T08:30:00.120000+00:00"
CITIZEN = Address(ChannelName.WECHAT, "oCitizen")
SURVEY: dict[str, object] = {"round": 1, "resolved": "no", "reason_codes": ["slow"]}

STORED: list[tuple[Job, str, dict[str, Any]]] = [
    (FetchFile("7", MediaKind.PHOTO, "M1", "zh"), "fetch",
     {"attachment": "7", "kind": "photo", "media_id": "M1", "language": "zh"}),
    (DiscardFile("ab12"), "discard", {"sha256": "ab12"}),
    (SubmitTicket("JY-1"), "submit", {"reference": "JY-1"}),
    (SendEvent("e1", "survey_result", AT, "JY-1", None, (), SURVEY, "H1"), "event",
     {"event_id": "e1", "type": "survey_result", "at": WRITTEN_AT, "text": None, "attachments": [],
      "survey": SURVEY, "reference": "JY-1", "hotline_ref": "H1"}),
    (SendEvent("e2", "supplement", AT, "JY-1", "还有一张", ("7", "8")), "event",
     {"event_id": "e2", "type": "supplement", "at": WRITTEN_AT, "text": "还有一张", "attachments": ["7", "8"],
      "survey": None, "reference": "JY-1", "hotline_ref": None}),
    (SendLateFile("e3", AT, "7", "JY-1"), "late_file",
     {"event_id": "e3", "at": WRITTEN_AT, "attachment": "7", "reference": "JY-1", "hotline_ref": None}),
    (SendAlert("e4", AT, "danger", "着火了", "WX", "13900000000", "c-1"), "alert",
     {"event_id": "e4", "at": WRITTEN_AT, "kind": "danger", "text": "着火了", "phone": "13900000000",
      "channel": "WX", "conversation": "c-1"} | {"texts": []}),  # nothing to that release
    (SendHandoff("e5", AT, "转人工", "TG", "c-1"), "handoff",
     {"event_id": "e5", "at": WRITTEN_AT, "text": "转人工", "phone": None, "channel": "TG",
      "conversation": "c-1"}),
    (ForgetTalk("e6", AT, "c-1"), "forget", {"event_id": "e6", "at": WRITTEN_AT, "conversation": "c-1"}),
]  # fmt: skip
"""As the release before wrote them, and reads them while both run."""

REPLY = Outgoing(CITIZEN, Reply("哪一类？", (Choice("noise", "噪音"),), "category"), "wechat:m1:0", "survey")
END = EndBurst(Inbound("m1:end", CITIZEN, AT, burst=Burst.END))
EVERY = [REPLY, END, *(job for job, _, _ in STORED)]


def test_every_kind_is_tried_here() -> None:
    assert set(KINDS.values()) == set(get_args(Job)) == {type(job) for job in EVERY}


@pytest.mark.parametrize("job", EVERY, ids=lambda job: type(job).__name__)
def test_what_is_written_is_read_as_the_same_after_its_way_through_a_sealed_row(job: Job) -> None:
    kind = jobs.kind_of(type(job))
    stored = load(jobs.Body, dump(jobs.Body, jobs.written(job)))
    assert jobs.read(kind, stored) == job


@pytest.mark.parametrize(("job", "kind", "body"), STORED, ids=lambda one: str(type(one).__name__))
def test_kinds_and_fields_are_those_of_the_release_before(job: Job, kind: str, body: dict[str, Any]) -> None:
    assert (jobs.kind_of(type(job)), jobs.written(job)) == (kind, body)
    assert jobs.read(kind, body) == job


def test_a_reply_is_stored_as_before() -> None:
    body = jobs.written(REPLY)
    assert set(body) == {"address", "reply", "key", "purpose", "facts"}
    assert body["address"] == {"channel": "wechat", "user": "oCitizen"}
    assert jobs.written(END)["end"]["burst"] == "end"


@pytest.mark.parametrize("job", EVERY, ids=lambda job: type(job).__name__)
def test_a_field_of_a_later_release_is_passed_over(job: Job) -> None:
    """The trace beside a job's own fields is one as well."""
    later = jobs.written(job) | {"trace": "abc", "of_tomorrow": [1]}
    assert jobs.read(jobs.kind_of(type(job)), later) == job


def test_a_field_an_earlier_release_did_not_write_takes_its_default() -> None:
    earlier = {"attachment": "7", "kind": "photo", "media_id": "M1"}
    assert jobs.read("fetch", earlier) == FetchFile("7", MediaKind.PHOTO, "M1", language="")


def test_a_kind_nobody_knows_is_refused_with_its_name() -> None:
    with pytest.raises(Rejected, match="no such kind of entry: riddle"):
        jobs.read("riddle", {})


def test_a_body_of_another_kind_names_the_fields_and_none_of_its_words() -> None:
    with pytest.raises(UnreadableRow, match="no submit: reference") as fault:
        jobs.read("submit", {"text": "电话13912345678", "reference": ["13912345678"]})
    assert "13912345678" not in str(fault.value)


@pytest.mark.parametrize("job", KINDS.values())
def test_no_job_can_be_changed(job: type[Job]) -> None:
    assert is_dataclass(job)
    made = next(one for one in EVERY if type(one) is job)
    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(job)[0].name, "x")


def test_the_desks_callbacks_are_typed_too_and_come_back_as_they_went() -> None:
    """One class for all: its type is the kind under which it stands in the desk's own outbox."""
    said = Callback(event_id="e1", type="completed", at=AT, hotline_ref="H1", due_at=AT + timedelta(days=1))
    assert load(Callback, dump(Callback, said)) == said
    with pytest.raises(ValueError, match="frozen"):
        said.type = "returned"
