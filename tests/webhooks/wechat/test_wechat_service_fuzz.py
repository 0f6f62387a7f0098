"""Whatever WeChat may push, against the real service: no 5xx, no turn that breaks, nothing taken in twice.

`FUZZ_SECONDS` says about how long (`make fuzz`); a few seconds without it.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import metrics
from app.footing import open_city
from app.reception import Reception
from app.service import Service
from app.spool import Spool
from app.witness import Witness
from bots.wechat.envelope import Account, Mode, signature
from storage.cache import MemoryCache
from storage.crypto import KeyRing
from storage.database import Database
from storage.tables import inbox, outbox
from tests.webhooks.wechat.test_wechat_fuzz import KINDS, node, trees
from webhooks.wechat import wechat_router

TOKEN = "t0ken"
SECONDS = float(os.environ.get("FUZZ_SECONDS", "4"))
ROUND = 10  # examples, after which is looked at the time
HANGS_AFTER = 30.0  # seconds

said = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="<b>&]\u202e\u0000好𠮷😀", max_size=40),
    st.text(min_size=2000, max_size=2100, alphabet="甲😀\n"),
    st.sampled_from(
        [
            *(
                "同意",
                "提交",
                "修改",
                "取消",
                "返回",
                "人工",
                "查进度",
                "补充",
                "1",
                "2",
                "3",
                "9",
                "-1",
                "１",
            ),
            *(
                "我的数据",
                "删除",
                "确认删除",
                "English",
                "长辈模式",
                "评价",
                "【收到不支持的消息类型，暂无法显示】",
            ),
            "新华路15号院油烟太大，我姓王，电话13912345678",
        ]
    ),
)
id_of_a_menu = st.sampled_from(
    ["", "1:notice:agree", "1:summary:submit", "0:x:y", "1:menu:progress", "101", "::"]
)
degrees = st.sampled_from(["39.8", "-91", "NaN", "inf", "1e400", "", "三"])
push = st.fixed_dictionaries(
    {
        "ToUserName": st.just("gh_1"),
        "FromUserName": st.sampled_from(["o1", "o2"]),
        "CreateTime": st.sampled_from(["1732177800", "0", "-1", "99999999999999999999", "x", ""]),
        "MsgType": st.sampled_from([*KINDS, "event", "event", "text", "text", "text"]),
    },
    optional={
        "MsgId": st.integers(0, 2**64).map(str) | said,
        "Content": said,
        "Event": st.sampled_from(KINDS),
        "EventKey": said | id_of_a_menu | st.sampled_from(["qrscene_s1_x", "last_trade_no_1"]),
        "bizmsgmenuid": id_of_a_menu,
        "MediaId": st.text(max_size=9),
        "MediaId16K": st.text(max_size=9),
        "Recognition": said,
        "Location_X": degrees,
        "Location_Y": degrees,
        "Label": said,
        "Title": said,
        "Url": said,
        "OpenID": st.sampled_from(["o1", "o2", ""]),
        "MsgID": st.integers(0, 9).map(str),
        "Status": said,
        "List": trees,
    },
)


@dataclass
class Door:
    http: httpx.AsyncClient
    database: Database
    params: dict[str, str] = field(
        default_factory=lambda: {
            "timestamp": "1732177800",
            "nonce": "1",
            "signature": signature(TOKEN, "1732177800", "1"),
        }
    )

    async def knock(self, one: dict[str, Any]) -> int:
        body = f"<xml>{node(one)}</xml>".encode("utf-8", "replace")
        async with asyncio.timeout(HANGS_AFTER):
            answer = await self.http.post("/webhooks/wechat", params=self.params, content=body)
        return answer.status_code

    async def stored(self) -> list[int]:
        async with self.database.read() as tx:
            return [await tx.scalar(select(func.count()).select_from(one)) or 0 for one in (inbox, outbox)]


@asynccontextmanager
async def opened(sqlite_url: str, keyring: KeyRing, tmp_path: Path) -> AsyncIterator[Door]:
    """The real webhook, reception and service of an account in plain mode."""
    database, city = Database.open(sqlite_url, keyring), open_city("jiayuguan")

    def clock() -> datetime:
        return datetime.now(UTC)

    spool, witness = Spool(tmp_path / "spool", keyring, clock), Witness(database, clock)
    reception = Reception(Service(database, MemoryCache(), city, clock), witness, spool, city)
    app = FastAPI()
    account = Account("wx1", TOKEN, mode=Mode.PLAIN)
    app.include_router(wechat_router(account, reception, witness, clock, patience=HANGS_AFTER))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://us.test") as http:
        yield Door(http, database)
    await database.close()


def faults() -> float:
    """Turns that broke: whatever is said must be answered, not only survived."""
    return metrics.turns.labels("wechat", "fault")._value.get()


async def knocks(door: Door, pushes: list[dict[str, Any]]) -> None:
    broken = faults()
    assert [await door.knock(one) for one in pushes] == [200] * len(pushes)
    before = await door.stored()
    assert {await door.knock(one) for one in pushes} == {200}
    assert await door.stored() == before
    assert faults() == broken


@pytest.mark.timeout(300 + 3 * SECONDS)
def test_every_push_is_taken_once_however_odd(sqlite_url: str, keyring: KeyRing, tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        opening = opened(sqlite_url, keyring, tmp_path)
        door = runner.run(opening.__aenter__())

        @settings(max_examples=ROUND, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(push, min_size=1, max_size=4))
        def some(pushes: list[dict[str, Any]]) -> None:
            runner.run(knocks(door, pushes))

        until = monotonic() + SECONDS
        while True:
            some()
            if monotonic() > until:
                break
        runner.run(opening.__aexit__(None, None, None))
