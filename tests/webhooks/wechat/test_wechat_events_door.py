"""Events at the door: written down and answered `success`; and signs that the console is set otherwise."""

import asyncio
from typing import Any

import pytest

OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


async def says(stand: Any) -> None:
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    await asyncio.sleep(0)


@pytest.mark.parametrize("in_json", [False, True])
async def test_what_the_citizen_allows_is_witnessed_and_answered_without_words(
    build: Any, in_json: bool
) -> None:
    stand = build(in_json=in_json)
    phone = await stand.platform.phone(None)
    await phone.allow("T1")
    await phone.forbid("T1")
    await stand.platform.settled()
    told = [(each.name, each.permissions[0].allowed, each.address.user) for each in stand.recorder.told]
    assert told == [
        ("subscribe_msg_popup_event", True, phone.user),
        ("subscribe_msg_change_event", False, phone.user),
    ]
    assert not stand.service.started
    assert phone.bubbles(0) == ()


async def test_a_revoked_authorisation_reaches_the_service_for_the_right_citizen(stand: Any) -> None:
    phone = await stand.platform.phone(None)
    await phone.revoke()
    await stand.platform.settled()
    (inbound,) = stand.service.started
    assert inbound.address.user == phone.user
    assert inbound.event == "left"


@pytest.mark.parametrize(
    ("ours", "sign"),
    [
        ({"our_key": OTHER_KEY}, "cipher"),
        ({"our_appid": "wx0000000000000000"}, "another account"),
        ({"mode": "plain", "our_mode": "safe"}, "not encrypted"),
    ],
)
async def test_pushes_of_our_token_that_we_cannot_read_are_noted(
    build: Any, ours: dict[str, str], sign: str
) -> None:
    stand = build(**ours)
    await says(stand)
    assert sign in stand.recorder.notes["push"]
    assert not stand.service.started


async def test_a_stranger_causes_no_note(stand: Any) -> None:
    await stand.http.post("/webhooks/wechat", params={"signature": "0" * 40}, content=b"<xml/>")
    await asyncio.sleep(0)
    assert stand.recorder.notes == {}


async def test_the_first_readable_push_clears_the_note(stand: Any) -> None:
    stand.recorder.notes["push"] = "cipher: ValueError"
    await says(stand)
    assert stand.recorder.notes == {}
