"""Anything at the endpoint, in the three modes: a status of our choosing, no hang, no growth.

`FUZZ_SECONDS` says how long each mode is tried (`make fuzz`); a few seconds without it.
"""

import asyncio
import gc
import hashlib
import json
import os
import resource
from collections.abc import Callable
from hashlib import sha256
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bots.wechat.incoming.verification import signature

SECONDS = float(os.environ.get("FUZZ_SECONDS", "6")) / 3
PATIENCE = 20.0  # seconds in which any answer must have come, on a slow machine too
GROWTH = 64 * 1024  # KiB by which the process's peak may rise after the first round of examples
NAMES = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "Content", "MsgId"]
NAMES += ["MediaId", "Location_X", "Location_Y", "Recognition", "bizmsgmenuid", "Encrypt", "OpenID", "Ticket"]
NAMES += ["List", "TemplateId", "SubscribeStatusString", "MsgID", "Status", "MediaId16K", "MenuId"]
KINDS = [
    "text",
    "image",
    "voice",
    "video",
    "location",
    "link",
    "event",
    "subscribe",
    "unsubscribe",
    "CLICK",
    "SCAN",
    "TEMPLATESENDJOBFINISH",
    "subscribe_msg_popup_event",
    "subscribe_msg_sent_event",
    "user_authorization_revoke",
    "device_text",
]

words = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [*KINDS, "]]>", "1:a:b", "~", "NaN", "9" * 30, "qrscene_", "s1_000000000000", "\x00\x08"]
    ),
)
leaves = st.one_of(words, st.integers(), st.none(), st.booleans(), st.floats())
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=5), st.lists(inner, max_size=4)
    ),
    max_leaves=12,
)
fields = st.dictionaries(st.sampled_from(NAMES), trees, max_size=10)
genuine = st.fixed_dictionaries(
    {"ToUserName": st.just("gh_1"), "FromUserName": words, "MsgType": st.sampled_from(KINDS)},
    optional=dict.fromkeys([name for name in NAMES[2:] if name != "MsgType"], trees),
)


def node(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{node(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{node(each)}</item>" for each in value)
    return f"<![CDATA[{value}]]>"


documents = st.one_of(fields, genuine).flatmap(
    lambda tree: st.sampled_from([f"<xml>{node(tree)}</xml>", json.dumps(tree)])
)
odd = st.sampled_from(
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
        "<xml>" + "<a>" * 3000,
        "<xml>" + "<a/>" * 8000 + "</xml>",
        "{" * 3000,
        '{"a":' * 3000,
        "[" * 3000,
    ]
)
bodies = st.one_of(
    st.binary(max_size=300),
    st.one_of(documents, odd).map(lambda text: text.encode("utf-8", "replace")),
)


@pytest.mark.timeout(300 + 3 * SECONDS)  # a net: what hangs is found by PATIENCE
@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_no_push_however_odd_is_a_fault_of_ours(build: Callable[..., Any], mode: str) -> None:
    stand = build(mode)
    seal = stand.platform.wire.seal

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @example(b'{"":"","FromUserName":"!","MsgType":"!"}', "]]>", "both")  # found by ten minutes of it
    @given(bodies, words, st.sampled_from(["none", "signature", "both"]))
    def push(body: bytes, nonce: str, proof: str) -> None:
        nonce += sha256(body).hexdigest()[:8]  # of this body alone
        params = {"timestamp": "1732177800", "nonce": nonce, "signature": "", "encrypt_type": "aes"}
        if proof != "none":
            params["signature"] = seal.sign("1732177800", nonce)
        if proof == "both":
            encrypted = seal.encrypt(body.decode("utf-8", "replace"))
            params["msg_signature"] = seal.sign("1732177800", nonce, encrypted)
            body = body if mode == "plain" else f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()
        answer = loop.run_until_complete(answered(params, body))
        assert answer.status_code in ({403} if proof == "none" else {200, 400, 403})
        if proof == "both":
            assert answer.status_code == 200

    async def answered(params: dict[str, str], body: bytes) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await stand.http.post("/webhooks/wechat", params=params, content=body)

    def round_() -> int:
        push()
        for kept in (stand.service.started, stand.service.taken, stand.service.aside, stand.recorder.told):
            kept.clear()
        stand.service.late.clear()
        stand.service.handed.clear()
        stand.service.shelved.clear()  # on a slow machine a turn may come too late for its answer
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    loop = asyncio.new_event_loop()
    try:
        first = round_()
        until = monotonic() + SECONDS
        last = first
        while monotonic() < until:
            last = round_()
    finally:
        loop.close()
    assert last - first < GROWTH


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_signing_never_raises(timestamp: str, nonce: str) -> None:
    assert (
        signature("t", timestamp, nonce)
        == hashlib.sha1(
            b"".join(sorted(part.encode() for part in ("t", timestamp, nonce))), usedforsecurity=False
        ).hexdigest()
    )
