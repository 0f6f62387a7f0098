"""Anything at the endpoint, in the three modes: a status of our choosing, never a fault of ours."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.wechat.envelope import signature

NAMES = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "Content", "MsgId"]
NAMES += ["MediaId", "Location_X", "Location_Y", "Recognition", "bizmsgmenuid", "Encrypt", "OpenID", "Ticket"]
KINDS = [
    "text",
    "image",
    "voice",
    "video",
    "location",
    "link",
    "event",
    "subscribe",
    "CLICK",
    "SCAN",
    "device_text",
]

words = st.one_of(
    st.text(max_size=40), st.sampled_from([*KINDS, "]]>", "1:a:b", "~", "NaN", "9" * 30, "qrscene_"])
)
nodes = st.lists(st.tuples(st.sampled_from(NAMES), words), max_size=12)
documents = nodes.map(
    lambda pairs: (
        "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in pairs) + "</xml>"
    )
)
bodies = st.one_of(st.binary(max_size=300), documents.map(lambda text: text.encode("utf-8", "replace")))


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_no_push_however_odd_is_a_fault_of_ours(build: Callable[..., Any], mode: str) -> None:
    stand = build(mode)
    seal = stand.platform.wire.seal

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(bodies, words, st.sampled_from(["none", "signature", "both"]))
    def push(body: bytes, nonce: str, proof: str) -> None:
        params = {"timestamp": "1732177800", "nonce": nonce, "signature": "", "encrypt_type": "aes"}
        if proof != "none":
            params["signature"] = seal.sign("1732177800", nonce)
        if proof == "both":
            encrypted = seal.encrypt(body.decode("utf-8", "replace"))
            params["msg_signature"] = seal.sign("1732177800", nonce, encrypted)
            body = body if mode == "plain" else f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()
        answer = loop.run_until_complete(stand.http.post("/webhooks/wechat", params=params, content=body))
        assert answer.status_code in ({403} if proof == "none" else {200, 400, 403})
        if proof == "both":
            assert answer.status_code == 200

    loop = asyncio.new_event_loop()
    try:
        push()
    finally:
        loop.close()


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_signing_never_raises(timestamp: str, nonce: str) -> None:
    assert (
        signature("t", timestamp, nonce)
        == hashlib.sha1(
            b"".join(sorted(part.encode() for part in ("t", timestamp, nonce))), usedforsecurity=False
        ).hexdigest()
    )
