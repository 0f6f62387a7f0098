"""A citizen, their conversation and their ticket, full of words that must not lie about in clear."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from intake.model.messages import Address, ChannelName
from intake.model.ticket import AppealType, CategoryGuess, Consent, Occurred, Place, Ticket, Urgency
from storage.db.database import Database
from storage.messages import conversations
from tests.storage import redis_places

PHONE, NAME, STREET, TROUBLE = "13893712345", "王秀兰", "雄关路88号3单元402", "暖气一直不热"


@pytest.fixture(scope="session")
def sentinel_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis that is found by its Sentinels."""
    with redis_places.watched(tmp_path_factory.mktemp("sentinel")) as there:
        yield there.url


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis Cluster."""
    with redis_places.cluster(tmp_path_factory.mktemp("cluster")) as url:
        yield url


@pytest.fixture(params=["redis", "sentinel", "cluster"])
def any_redis_url(request: pytest.FixtureRequest) -> str:
    """Each way in which a city may run its Redis."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def fresh() -> str:
    """A prefix that no other test's keys have."""
    return f"{uuid4().hex}:"


@pytest.fixture
def citizen() -> Address:
    return Address(ChannelName.WECHAT, "oCitizen0001")


@pytest.fixture
async def conversation_id(database: Database, citizen: Address, now: datetime) -> int:
    async with database.write() as tx:
        return (await conversations.lock(tx, citizen, now)).id


@pytest.fixture
def make_ticket(now: datetime) -> Callable[..., Ticket]:
    """A ticket with every field filled; name the ones that matter."""

    def make(reference: str = "WX260426093015004", key: UUID | None = None, **changes: Any) -> Ticket:
        fields: dict[str, Any] = {
            "channel": "WX",
            "submitted_at": now,
            "appeal_type": AppealType.COMPLAINT,
            "category": CategoryGuess("010101", 0.93),
            "category_path": "城乡建设-供热-暖气不热",
            "urgency": Urgency(),
            "title": f"关于{STREET}的问题",
            "content": TROUBLE,
            "expectation": "尽快修好",
            "occurred": Occurred("昨晚", now, ongoing=True),
            "place": Place(STREET, "620201001", 39.77, 98.29, "GCJ02"),
            "subject": "供热公司",
            "name": NAME,
            "phone": PHONE,
            "enterprise": None,
            "anonymous": False,
            "confidential": False,
            "reply_wanted": True,
            "is_public": False,
            "expected_by": date(2026, 5, 5),
            "attachments": ("1",),
            "lead_unit": "zhujian",
            "co_units": ("reli",),
            "related_to": None,
            "labels": ("供暖",),
            "consent": Consent("1", "hash", now),
            "language": "zh",
        }
        return Ticket(key=key or uuid4(), reference=reference, **{**fields, **changes})

    return make
