"""The two cities and a fixed moment: Monday 23 November 2026, ten in the morning in the city."""

from datetime import UTC, datetime

import pytest

from intake.city import CityProfile, load


@pytest.fixture(scope="session")
def city() -> CityProfile:
    return load("jiayuguan")


@pytest.fixture(scope="session")
def other_city() -> CityProfile:
    return load("xinghe")


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
