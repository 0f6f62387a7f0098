"""The list: each sees what concerns them, with everything needed to choose the next one."""

from typing import Any

import pytest


async def test_what_a_citizen_wrote_is_text_and_nothing_else(
    wang: Any, caller: Any, document: dict[str, Any]
) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
    person = document["person"] | {"name": hostile, "phone": '1"><b>'}
    hotline_ref = await caller.file(
        document | {"title": hostile, "content": hostile, "person": person, "subject": hostile}
    )
    for path in ("/desk", f"/desk/tickets/{hotline_ref}"):
        html = (await wang.http.get(path)).text
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>" not in html.replace("<b>公开", "").replace("<b>内部", "")
        assert "&lt;script&gt;alert(1)" in html
        assert "{{ 7*7 }}" in html


async def test_a_new_ticket_stands_in_the_list(wang: Any, hotline_ref: str) -> None:
    page = await wang.look("/desk")
    assert f'href="/desk/tickets/{hotline_ref}"' in page
    for text in (
        "No heating",
        "WX230426093015004",
        "投诉",
        "Housing-Heating",
        "待受理",
        "刚刚",
        "受理 · 正常",
        "04-26 11:30 · 还剩 2 小时",
    ):
        assert text in page, text
    assert "13900000000" not in page


async def test_a_unit_sees_its_own_tickets_only(wang: Any, li: Any, zhao: Any, hotline_ref: str) -> None:
    assert "No heating" not in await li.look("/desk")
    await wang.act(hotline_ref, "accept")
    await wang.act(hotline_ref, "dispatch", lead_unit="housing")
    assert "No heating" in await li.look("/desk")
    assert "No heating" not in await zhao.look("/desk")
    assert (await zhao.http.get(f"/desk/tickets/{hotline_ref}")).status_code == 404


async def test_the_filters_count_and_choose(wang: Any, caller: Any, document: dict[str, Any]) -> None:
    first = await caller.file(document | {"idempotency_key": "k1", "title": "First"})
    await caller.file(document | {"idempotency_key": "k2", "title": "Second"})
    await wang.act(first, "accept")
    page = await wang.look("/desk")
    assert 'id="chip-open" aria-current="true">全部在办 <span class="count">2</span>' in page
    assert 'id="chip-submitted">待受理 <span class="count">1</span>' in page
    chosen = await wang.look("/desk?state=accepted")
    assert "First" in chosen
    assert "Second" not in chosen
    narrowed = await wang.look("/desk?urgency=normal")  # all that ever ended is not counted for it
    assert 'id="chip-open" aria-current="true">全部在办 <span class="count">2</span>' in narrowed
    assert 'id="chip-ended">已结束</a>' in narrowed


async def test_an_unknown_filter_shows_what_is_open(wang: Any, hotline_ref: str) -> None:
    for state in ("nonsense", "", "'", "x" * 5000):
        answer = await wang.http.get("/desk", params={"state": state})
        assert hotline_ref in answer.text


async def test_a_long_list_is_turned_page_by_page(
    wang: Any, caller: Any, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.pages.tickets.queue.LONGEST", 2)
    monkeypatch.setattr("desk.pages.tickets.queue.MOST_PAGES", 3)
    for n in range(7):
        await caller.file(document | {"idempotency_key": f"k{n}", "title": f"Matter {n}"})

    async def shown(query: str) -> list[int]:
        page = await wang.look(f"/desk?urgency=normal{query}")
        return [n for n in range(7) if f"Matter {n}" in page]

    assert (
        await shown("")
        == await shown("&page=0")
        == await shown("&page=-1")
        == await shown("&page=٢")
        == [5, 6]
    )
    assert await shown("&page=2") == [3, 4]
    assert await shown("&page=3") == await shown("&page=999") == [1, 2]
    first, second, last = [await wang.look(f"/desk?urgency=normal&page={n}") for n in (1, 2, 3)]
    assert ('rel="prev"' in first, 'rel="next"' in first) == (False, True)
    assert 'rel="next" href="/desk?state=open&urgency=normal&page=3"' in second
    assert 'rel="prev" href="/desk?state=open&urgency=normal"' in second
    assert ('rel="next"' in last, "请用上面的筛选缩小范围" in last) == (False, True)


async def test_an_empty_list_says_so(li: Any) -> None:
    assert "这里没有工单" in await li.look("/desk")


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, "正常"), (89, "正常"), (91, "临期"), (121, "超期"), (99999, "超期")]
)
async def test_the_light_says_how_urgent_it_is(
    wang: Any,
    caller: Any,
    document: dict[str, Any],
    clock: Any,
    arrives: Any,
    minutes: float,
    shown: str,
) -> None:
    await caller.file(document)
    clock.on(minutes=minutes)
    later = await arrives("wang")
    assert f"受理 · {shown}</span>" in await later.look("/desk")


async def test_an_unchanged_page_costs_nothing(wang: Any, hotline_ref: str) -> None:
    first = await wang.http.get("/desk")
    again = await wang.http.get("/desk", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await wang.act(hotline_ref, "accept")
    changed = await wang.http.get("/desk", headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_the_filters_narrow_down_and_stay_in_every_address(
    wang: Any, caller: Any, document: dict[str, Any], clock: Any
) -> None:
    urgent = {"idempotency_key": "k1", "title": "Burst pipe", "urgency": {"level": "urgent"}}
    first = await caller.file(document | urgent)
    await caller.file(document | {"idempotency_key": "k2", "title": "Cold flat"})
    await wang.act(first, "accept")
    await wang.act(first, "dispatch", lead_unit="housing")
    await wang.act(first, "supervise", level="2", text="Hurry")

    async def shown(query: str) -> list[bool]:
        page = await wang.look(f"/desk?{query}")
        return ["Burst pipe" in page, "Cold flat" in page]

    assert await shown("unit=housing") == [True, False]
    assert await shown("unit=heating") == [False, False]
    assert await shown("urgency=normal") == [False, True]
    assert await shown("supervised=1") == [True, False]
    assert await shown("light=green") == [True, True]
    clock.on(minutes=65)
    assert await shown("light=red") == [True, False]
    assert await shown("light=nonsense&unit='&urgency=%00") == [True, True]
    page = await wang.look("/desk?unit=housing&supervised=1")
    assert 'href="/desk?state=dispatched&unit=housing&supervised=1"' in page
    assert 'id="chip-open" aria-current="true">全部在办 <span class="count">1</span>' in page


async def test_what_waits_for_a_decision_has_a_list_of_its_own(wang: Any, li: Any, hotline_ref: str) -> None:
    assert "No heating" not in await wang.look("/desk?state=requests")
    await wang.act(hotline_ref, "accept")
    await wang.act(hotline_ref, "dispatch", lead_unit="housing")
    await li.act(hotline_ref, "exclude_request", reason_code="procedure", text="In court")
    page = await wang.look("/desk?state=requests")
    assert "No heating" in page
    assert 'id="chip-requests" aria-current="true">待审批 <span class="count">1</span>' in page
    assert "chip-requests" not in await li.look("/desk")


async def test_many_are_dispatched_with_one_form(
    wang: Any, li: Any, caller: Any, document: dict[str, Any]
) -> None:
    refs = [
        await caller.file(document | {"idempotency_key": f"k{n}", "title": f"Matter {n}"}) for n in range(3)
    ]
    for ref in refs:
        await wang.act(ref, "accept")
    page = await wang.look("/desk?state=accepted")
    assert page.count('name="ticket"') == 3
    assert 'name="ticket"' not in await li.look("/desk")

    form = await wang.press("/desk/bulk", ticket=refs)
    assert form.text.count("checked") == 3
    await wang.act(refs[1], "note", text="somebody was quicker")
    versions = {f"version-{ref}": "2" for ref in refs}
    done = await wang.press("/desk/bulk/dispatch", ticket=refs, lead_unit="", **versions)
    assert done.text.count("已派给Housing") == 2
    assert done.text.count("工单状态已经变化") == 1
    assert (await li.look("/desk")).count("Matter") == 2
    assert (await li.press("/desk/bulk", ticket=refs)).status_code == 404
    assert (await wang.press("/desk/bulk", ticket="none")).status_code == 303
