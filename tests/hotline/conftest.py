"""A ticket with everything known and a small city, as plain values."""

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from intake.city import Category, CityProfile, OfficeHours
from intake.model.ticket import (
    AppealType,
    CategoryGuess,
    Consent,
    Occurred,
    Place,
    Ticket,
    Urgency,
    UrgencyLevel,
)

AT = datetime(2023, 4, 26, 1, 30, 15, tzinfo=UTC)


@pytest.fixture
def city() -> CityProfile:
    return CityProfile(
        key="testcity",
        code="620200",
        name="Test City",
        hotline="12345",
        triage_unit="centre",
        fallback_category="149900",
        notice_version="1",
        categories={"03": Category("03", "Housing"), "0301": Category("0301", "Heating")},
        units={},
        areas={},
        gazetteer=(),
        appeals={},
        hours=OfficeHours(windows=(), quiet_from=time(22), quiet_until=time(7)),
        years={},
    )


@pytest.fixture
def ticket() -> Ticket:
    return Ticket(
        key=UUID("6f1f3a52-3f2a-4c8e-9a69-0d9f6b3c1a11"),
        reference="WX230426093015004",
        channel="WX",
        submitted_at=AT,
        appeal_type=AppealType.HELP,
        category=CategoryGuess("0301", 0.82),
        category_path="",
        urgency=Urgency(UrgencyLevel.URGENT, "heat"),
        title="No heating",
        content="Flat 3 has been cold for two days",
        expectation="Repair it",
        occurred=Occurred("since Monday", AT, ongoing=True),
        place=Place("Xinhua Road 1", "620201", 39.77, 98.28, "WGS84"),
        subject="Heating company",
        name="Ms Li",
        phone="13900000000",
        enterprise=None,
        anonymous=False,
        confidential=False,
        reply_wanted=True,
        is_public=False,
        expected_by=date(2023, 5, 6),
        attachments=("a1",),
        lead_unit="housing",
        co_units=("street",),
        related_to=None,
        labels=("heating",),
        consent=Consent("1", "abc", AT),
        language="zh",
    )
