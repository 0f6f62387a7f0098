"""What the fault tests share: a city, and PostgreSQL behind the proxy."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest

from app.bootstrap.resources import open_city
from bench.faults.proxy import Proxy, proxy
from intake.city import CityProfile


@pytest.fixture(scope="session")
def city() -> CityProfile:
    return open_city("jiayuguan")


@pytest.fixture
async def line(postgresql_url: str) -> AsyncIterator[Proxy]:
    """The way to PostgreSQL."""
    target = parse_qs(urlsplit(postgresql_url).query)["host"][0] + "/.s.PGSQL.5432"
    async with proxy(target) as made:
        yield made


@pytest.fixture
def far_url(postgresql_url: str, line: Proxy) -> str:
    """The database as it is seen through the proxy."""
    return f"postgresql://postgres@127.0.0.1:{line.port}{urlsplit(postgresql_url).path}"
