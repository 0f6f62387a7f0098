"""What must not wait: it rings on every page of the centre until somebody takes it."""

import re
from typing import Any

import pytest

from desk.app import Desk

ALERT: dict[str, Any] = {
    "kind": "gas",
    "text": "It <b>smells</b> of gas",
    "channel": "WX",
    "reach": "13900000000",
}
HANDOFF: dict[str, Any] = {
    "conversation": "c 1/2",
    "channel": "TG",
    "phone": None,
    "transcript": [{"side": "citizen", "text": "cold"}, {"side": "bot", "text": "Where?"}],
    "text": "A person please",
}


async def tell(caller: Any, type_: str, event_id: str, **fields: Any) -> None:
    event = {"event_id": event_id, "type": type_, "at": caller.clock().isoformat(), **fields}
    assert (await caller.post("/events", event, event_id)).status_code == 200


async def test_nobody_but_the_centre_sees_them(li: Any, caller: Any) -> None:
    await tell(caller, "alert", "a1", **ALERT)
    assert "等待接手" not in await li.look("/desk")
    for path in ("/desk/alerts", "/desk/talks/c1"):
        assert (await li.http.get(path)).status_code == 404
    for path in ("/desk/alerts/1/take", "/desk/talks/c1/write", "/desk/talks/c1/close"):
        assert (await li.press(path, text="x")).status_code == 404


async def test_an_alert_rings_on_every_page_until_it_is_taken(
    wang: Any, caller: Any, hotline_ref: str
) -> None:
    await tell(caller, "alert", "a1", **ALERT)
    for path in ("/desk", f"/desk/tickets/{hotline_ref}", "/desk/alerts"):
        assert "1 条警情、0 个人工请求等待接手" in await wang.look(path)
    html = (await wang.http.get("/desk/alerts")).text
    assert "燃气" in html
    assert "It &lt;b&gt;smells&lt;/b&gt; of gas" in html
    assert "13900000000" in html

    assert (await wang.press("/desk/alerts/1/take")).headers["location"] == "/desk/alerts"
    page = await wang.look("/desk/alerts")
    assert "等待接手" not in page
    assert "wang 已接手" in page
    assert "13900000000" in page


async def test_a_bad_rating_is_called_what_it_is(wang: Any, caller: Any) -> None:
    await tell(caller, "alert", "a1", **ALERT | {"kind": "survey", "text": "工单 H1：未解决，不满意"})
    page = await wang.look("/desk/alerts")
    assert "差评" in page
    assert "安全信号" not in page


async def test_an_alert_of_an_unknown_kind_rings_all_the_same(wang: Any, caller: Any) -> None:
    await tell(
        caller, "alert", "a1", **ALERT | {"kind": "volcano", "reach": None, "channel": None, "text": None}
    )
    page = await wang.look("/desk/alerts")
    assert "安全信号" in page
    assert "没有留下电话" in page


@pytest.mark.parametrize("alert_id", ["99", "1"])
async def test_taking_what_is_taken_or_was_never_there_changes_nothing(
    wang: Any, arrives: Any, caller: Any, alert_id: str
) -> None:
    await tell(caller, "alert", "a1", **ALERT)
    await wang.press("/desk/alerts/1/take")
    assert (await wang.press(f"/desk/alerts/{alert_id}/take")).status_code == 303
    assert "wang 已接手" in await wang.look("/desk/alerts")


async def test_a_person_writes_back_and_the_citizen_hears(
    wang: Any, caller: Any, desk: Desk, front_door: Any
) -> None:
    await tell(caller, "handoff", "h1", **HANDOFF)
    assert "0 条警情、1 个人工请求等待接手" in await wang.look("/desk")
    here = "/desk/talks/c%201%2F2"
    assert f'href="{here}"' in await wang.look("/desk/alerts")
    page = await wang.look(here)
    for text in ("cold", "Where?", "A person please", "机器人", "没有留下电话"):
        assert text in page, text

    answer = await wang.press(f"{here}/write", text="I am <here>\r\nnow")
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert "I am &lt;here&gt;\nnow" in (await wang.http.get(here)).text
    assert "等待接手" not in await wang.look("/desk")
    await desk.messenger.send_due()
    assert [(one["type"], one["conversation"], one["public_text"]) for one in front_door.heard] == [
        ("message", "c 1/2", "I am <here>\nnow")
    ]

    assert (await wang.press(f"{here}/close")).headers["location"] == "/desk/alerts"
    assert "没有请求人工的对话" in await wang.look("/desk/alerts")
    assert (await wang.press(f"{here}/write", text="still there?")).status_code == 404
    assert (await wang.press(f"{here}/close")).status_code == 404


async def test_an_empty_message_is_not_sent(wang: Any, caller: Any, front_door: Any) -> None:
    await tell(caller, "handoff", "h1", **HANDOFF | {"conversation": "c1"})
    answer = await wang.press("/desk/talks/c1/write", text=" \n ")
    assert answer.status_code == 422
    assert "请先写点什么" in answer.text


async def test_a_conversation_nobody_has_is_not_found(wang: Any) -> None:
    assert (await wang.http.get("/desk/talks/none")).status_code == 404


LARGEST = 64 * 1024
"""Bytes of a page that is asked for every second and a half."""


async def test_however_much_rings_and_waits_the_page_keeps_its_size(wang: Any, caller: Any) -> None:
    for number in range(30):
        words = ALERT | {"conversation": f"c{number}", "text": "\"&<'" * 1000, "reach": '"' * 200}
        await tell(caller, "alert", f"a{number}", **words)
        await tell(
            caller, "handoff", f"h{number}", **HANDOFF | {"conversation": f"c{number}", "text": "&" * 4000}
        )
    first = await wang.http.get("/desk/alerts")
    assert len(first.content) <= LARGEST
    assert "30 条警情、30 个人工请求等待接手" in first.text
    seen: set[str] = set()
    for page in range(1, 5):
        html = (await wang.http.get(f"/desk/alerts?page={page}&talks={page}")).text
        seen |= set(re.findall(r'data-id="((?:alert|talk)-[^"]+)"', html))
    assert len(seen) == 60, "nothing is out of reach"


async def test_all_words_of_an_alert_are_a_click_away(wang: Any, caller: Any) -> None:
    await tell(caller, "alert", "a1", **ALERT | {"conversation": "c", "text": "烟" * 900 + "三楼"})
    page = (await wang.http.get("/desk/alerts")).text
    assert "三楼" not in page
    (whole,) = re.findall(r'href="(/desk/alerts\?alert=\d+)"', page)
    assert "三楼" in (await wang.http.get(whole)).text
    assert (await wang.http.get("/desk/alerts?alert=99")).status_code == 404


async def test_the_newest_words_and_how_often_stand_in_the_alert(wang: Any, caller: Any) -> None:
    for number in range(7):
        await tell(caller, "alert", f"a{number}", **ALERT | {"conversation": "c", "text": f"cry {number}"})
    page = await wang.look("/desk/alerts")
    assert "同一人共说了7次" in page
    assert "cry 6" in page
    assert "1 条警情、0 个人工请求等待接手" in page


async def test_a_long_conversation_is_read_from_its_end(wang: Any, caller: Any) -> None:
    for number in range(30):
        await tell(
            caller,
            "handoff",
            f"h{number}",
            **HANDOFF | {"conversation": "c", "text": f"({number})" + '"' * 2000},
        )
    here, seen = "/desk/talks/c", ""
    for _ in range(200):
        answer = await wang.http.get(here)
        assert len(answer.content) <= LARGEST
        seen += answer.text
        if not (earlier := re.findall(r'href="(/desk/talks/c\?before=\d+)"', answer.text)):
            break
        here = earlier[0]
    assert all(f"({number})" in seen for number in range(30))
