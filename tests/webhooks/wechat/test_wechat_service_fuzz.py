"""Whatever WeChat may push, against the real service: no 5xx, no turn that breaks, nothing taken in twice.

`FUZZ_SECONDS` says about how long (`make fuzz`); a few seconds without it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import strategies as st

from bots.wechat.incoming.verification import Mode, PushCredentials, signature
from intake.model.messages import ChannelName
from storage.cache.cache import MemoryCache
from storage.db.keyring import KeyRing
from tests.webhooks import service_fuzz
from tests.webhooks.service_fuzz import HANGS_AFTER, LONGEST, Door, client, clock, keep_knocking
from tests.webhooks.wechat.test_wechat_fuzz import KINDS, node, trees
from webhooks.wechat import wechat_router

TOKEN = "t0ken"


def signed(body: bytes) -> dict[str, str]:
    """Each body has a signature of its own, and its repeat has the same."""
    stamp, nonce = str(int(clock().timestamp())), sha256(body).hexdigest()[:10]
    return {"timestamp": stamp, "nonce": nonce, "signature": signature(TOKEN, stamp, nonce)}


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


@asynccontextmanager
async def opened(sqlite_url: str, keyring: KeyRing, tmp_path: Path) -> AsyncIterator[Door]:
    """The real webhook, receiver and service of an account in plain mode."""
    async with service_fuzz.opened(sqlite_url, keyring, tmp_path) as runtime:
        account, app = PushCredentials("wx1", TOKEN, mode=Mode.PLAIN), FastAPI()
        routes = wechat_router(
            account, runtime.receiver, runtime.recorder, MemoryCache(), clock, patience=HANGS_AFTER
        )
        app.include_router(routes)
        async with client(app) as http:

            async def push(one: dict[str, Any]) -> httpx.Response:
                body = f"<xml>{node(one)}</xml>".encode("utf-8", "replace")
                return await http.post("/webhooks/wechat", params=signed(body), content=body)

            yield Door(ChannelName.WECHAT, runtime, push)


@pytest.mark.timeout(LONGEST)
def test_every_push_is_taken_once_however_odd(sqlite_url: str, keyring: KeyRing, tmp_path: Path) -> None:
    keep_knocking(opened(sqlite_url, keyring, tmp_path), push)
