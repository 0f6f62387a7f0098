"""What the backend's events say: every type, both languages, nothing personal."""

from dataclasses import replace
from datetime import UTC, datetime
from string import Formatter
from typing import Any

import pytest

from intake.model.status import TRANSITIONS, StatusUpdate
from intake.model.ticket import TicketView
from intake.notifications.progress_message import news, rejected

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
VIEW = TicketView(
    reference="WX261123100000005",
    title="关于王芳反映五一路幸福小区3号楼暖气不热的问题",
    status="signed",
    submitted_at=AT,
    category_code="010101",
    lead_unit="housing_construction",
    due_at=AT,
)
PERSONAL = ("王芳", "幸福小区", "五一路", "13912345678", "WX261123100000005")


def full(kind: str) -> StatusUpdate:
    return StatusUpdate(
        "e1",
        kind,
        AT,
        reference=VIEW.reference,
        unit="heating",
        lead_unit="housing_construction",
        co_units=("jiaheng",),
        due_at=AT,
        public_text="已派人检修。",
        reason="天气原因",
        redirect_channel="法院",
        round=1,
    )


@pytest.mark.parametrize("kind", [*TRANSITIONS, "message"])
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
@pytest.mark.parametrize("bare", [True, False])
def test_every_event_is_told_plainly(jiayuguan: Any, kind: str, language: str, bare: bool) -> None:
    update = StatusUpdate("e1", kind, AT, reference=VIEW.reference) if bare else full(kind)
    told = news(update, VIEW, jiayuguan, language)
    if kind in ("survey_requested", "message"):
        assert told is None
        return
    assert told is not None
    assert told.durable
    assert not any(secret in told.text for secret in PERSONAL)
    assert VIEW.reference[-4:] in told.text
    assert not list(filter(None, (name for _, name, _, _ in Formatter().parse(told.text))))
    assert "None" not in told.text


def test_what_was_refused_says_no_more_than_the_tail(jiayuguan: Any) -> None:
    told = rejected(VIEW.reference, jiayuguan, "zh-Hans").text
    assert VIEW.reference[-4:] in told
    assert not any(secret in told for secret in PERSONAL)


def test_an_extension_without_a_date_does_not_say_an_empty_one(jiayuguan: Any) -> None:
    update = StatusUpdate("e1", "extended", AT, reference=VIEW.reference, reason="天气原因")
    told = news(update, replace(VIEW, due_at=None), jiayuguan, "zh-Hans")
    assert told is not None
    assert "延长至。" not in told.text
