"""Beside the tickets: notices, accounts, units, canned answers, and words that should not go out."""

import re
from datetime import timedelta
from typing import Any

import pytest

from desk import outbox
from desk.app import Desk
from desk.tickets.text_checks import lint
from hotline.contract import PersonPart

LI = PersonPart(kind="individual", name="李小明", phone="13900000000")


@pytest.mark.parametrize(
    ("text", "rule", "grave"),
    [
        ("请联系13812345678。", "phone", True),
        ("请联系138 1234 5678。", "phone", True),
        ("身份证620200199001011234已核实", "identity", True),
        ("已到3号楼2单元501室查看", "room", True),
        ("车主甘B12345已劝离", "plate", True),
        ("李小明您好", "own_data", True),
        ("我们保证尽快解决", "promise", False),
        ("已彻底解决", "absolute", False),
        ("此事不归我们管", "dismissive", False),
        ("正在研究中", "vague", False),
        ("为提高满意率", "internal", False),
    ],
)
def test_the_lint_finds(text: str, rule: str, grave: bool) -> None:
    found = lint(text, LI)
    assert (rule, grave) in [(one.rule, one.grave) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        "已更换阀门，5月4日18时恢复供热。如有疑问，请联系住建局，电话：0937-6312345。",
        "请拨打12345、12368。受理编号WX230426093015004。",
        "小区1号楼前的路灯已修好。",
        "维修费用2300.50元由公司承担，工期为20230426至20230504。",
    ],
)
def test_plain_answers_pass(text: str) -> None:
    assert lint(text, LI) == ()


async def test_personal_data_is_not_sent_whatever_is_ticked(wang: Any, hotline_ref: str) -> None:
    answer = await wang.act(hotline_ref, "direct_answer", public_text="Call 13812345678", confirm="yes")
    assert answer.status_code == 409
    assert "公开内容里有个人信息" in answer.text
    assert "<q>13812345678</q>" in answer.text
    assert 'name="confirm"' not in answer.text
    assert "Call 13812345678</textarea>" in answer.text


async def test_a_promise_is_sent_only_if_somebody_stands_by_it(wang: Any, hotline_ref: str) -> None:
    promise = {"public_text": "我们保证解决。"}
    answer = await wang.act(hotline_ref, "direct_answer", **promise)
    assert answer.status_code == 409
    assert "承诺结果" in answer.text
    assert 'name="confirm"' in answer.text
    assert (await wang.act(hotline_ref, "direct_answer", **promise, confirm="yes")).status_code == 303


async def test_what_stays_inside_may_hold_a_number(wang: Any, hotline_ref: str) -> None:
    assert (await wang.act(hotline_ref, "note", text="rang 13812345678")).status_code == 303


async def test_a_unit_hears_of_its_tickets_until_it_says_so(wang: Any, li: Any, hotline_ref: str) -> None:
    assert "没有提醒" in await li.look("/desk/notices")
    await wang.act(hotline_ref, "accept")
    await wang.act(hotline_ref, "dispatch", lead_unit="housing")
    page = await li.look("/desk/notices")
    assert "派单" in page
    assert "WX230426093015004" in page
    number = re.search(r'value="(\d+)">知道了', page)
    assert number is not None
    assert (await wang.press("/desk/notices", notice=number[1])).status_code == 303
    assert "知道了" in await li.look("/desk/notices")
    await li.press("/desk/notices", notice=number[1])
    assert "li 已看" in await li.look("/desk/notices")
    for nonsense in ("", "x", "9" * 30, "²"):
        assert (await li.press("/desk/notices", notice=nonsense)).status_code == 303


async def test_the_centre_manages_accounts(wang: Any, li: Any, stranger: Any) -> None:
    for path in ("/desk/users", "/desk/users/add"):
        answer = await (li.press(path) if path.endswith("add") else li.http.get(path))
        assert answer.status_code == 404
    added = await wang.press("/desk/users/add", name="zhou", role="callback", unit="")
    password = re.search(r'id="password">([^<]+)<', added.text)
    assert password is not None
    assert password[1] not in await wang.look("/desk/users")
    assert (await stranger.log_in("zhou", password[1])).status_code == 303
    for path in ("/desk", "/desk/survey", "/desk/search?q=x"):
        answer = await stranger.http.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/me")
    assert "别人给您设的" in await stranger.look("/desk/me")
    own = {"old": password[1], "new": "a sentence of one's own", "token": await stranger.token("/desk/me")}
    assert "密码已修改" in (await stranger.http.post("/desk/me/password", data=own)).text
    assert "/desk/users" not in await stranger.look("/desk")
    await wang.press("/desk/users/block", name="zhou")
    assert (await stranger.http.get("/desk")).status_code == 303
    assert (await stranger.log_in("zhou", own["new"])).status_code == 401
    await wang.press("/desk/users/unblock", name="zhou")
    assert (await stranger.log_in("zhou", own["new"])).status_code == 303
    assert "/desk/users" not in await stranger.look("/desk")


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("add", {"name": "wang", "role": "centre"}),
        ("add", {"name": "new", "role": "unit"}),
        ("add", {"name": "new", "role": "unit", "unit": "nowhere"}),
        ("add", {"name": "new", "role": "centre", "unit": "housing"}),
        ("add", {"name": "new", "role": "citizen"}),
        ("add", {"name": "", "role": "centre"}),
        ("block", {"name": "WANG "}),
        ("block", {"name": "nobody"}),
        ("reset", {"name": "nobody"}),
    ],
)
async def test_an_account_that_cannot_be_is_refused(wang: Any, what: str, fields: dict[str, str]) -> None:
    answer = await wang.press(f"/desk/users/{what}", **fields)
    assert answer.status_code == 409
    assert "不能这样设置" in answer.text


async def test_canned_answers_belong_to_who_wrote_them(wang: Any, li: Any, zhao: Any, arrives: Any) -> None:
    await wang.press("/desk/canned", title="Thanks", text="感谢您的支持。")
    await li.press("/desk/canned", title="Valve", text="阀门已更换。")
    assert "阀门已更换。" not in await wang.look("/desk/canned")
    assert "阀门已更换。" not in await zhao.look("/desk/canned")
    page = await li.look("/desk/canned")
    assert page.count("</article>") == 2
    assert page.count("/drop") == 1
    await zhao.press("/desk/canned/2/drop")
    await li.press("/desk/canned/1/drop")
    assert (await li.look("/desk/canned")).count("</article>") == 2
    await li.press("/desk/canned/2/drop")
    assert "阀门已更换。" not in await li.look("/desk/canned")
    assert (await (await arrives("sun")).http.get("/desk/canned")).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "", "text": "x"},
        {"title": "x" * 65, "text": "x"},
        {"title": "x", "text": " "},
        {"title": "x", "text": "13812345678"},
    ],
)
async def test_a_canned_answer_that_cannot_be_used_is_refused(wang: Any, fields: dict[str, str]) -> None:
    assert (await wang.press("/desk/canned", **fields)).status_code == 409
    assert "还没有常用语" in await wang.look("/desk/canned")


async def test_a_canned_answer_stands_beside_the_public_texts(wang: Any, hotline_ref: str) -> None:
    await wang.press("/desk/canned", title="Thanks", text="感谢<您>")
    page = (await wang.http.get(f"/desk/tickets/{hotline_ref}")).text
    assert '<option value="感谢&lt;您&gt;">Thanks</option>' in page


async def test_the_directory_counts_what_each_unit_has_and_what_is_late(
    wang: Any, li: Any, hotline_ref: str, clock: Any
) -> None:
    await wang.act(hotline_ref, "accept")
    await wang.act(hotline_ref, "dispatch", lead_unit="housing")
    clock.on(hours=6)
    page = await wang.look("/desk/units")
    assert '<a href="/desk?unit=housing">1</a>' in page
    assert 'href="/desk?unit=housing&light=red">1</a>' in page
    assert "/desk?unit=" not in await li.look("/desk/units")


async def test_the_page_says_what_has_reached_the_front_door(
    wang: Any, hotline_ref: str, desk: Desk, front_door: Any, clock: Any
) -> None:
    await wang.act(hotline_ref, "accept")
    assert "排队中" in await wang.look(f"/desk/tickets/{hotline_ref}")
    await desk.messenger.send_due()
    assert "已送达 04-26 09:30" in await wang.look(f"/desk/tickets/{hotline_ref}")
    front_door.answer = 404
    await wang.act(hotline_ref, "dispatch", lead_unit="housing")
    await desk.messenger.send_due()
    assert "未送达：" in await wang.look(f"/desk/tickets/{hotline_ref}")
    async with desk.database.write() as tx:
        await outbox.purge(tx, clock() + timedelta(days=3))
    assert "已送达" in await wang.look(f"/desk/tickets/{hotline_ref}")


async def test_requests_show_what_is_asked_and_the_decision_is_the_next_step(
    wang: Any, li: Any, hotline_ref: str, clock: Any
) -> None:
    await wang.act(hotline_ref, "accept")
    await wang.act(hotline_ref, "dispatch", lead_unit="housing")
    await li.act(hotline_ref, "return_request", reason="Not ours", text="Article 3")
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert "退单理由和依据" in page
    assert "Article 3" in page
    assert "暂停计时" in page
    await wang.act(hotline_ref, "return_reject", text="It is yours")
    await li.act(hotline_ref, "extend_request", due_at="2023-05-12T18:00", reason="A part is ordered")
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert "申请延期到" in page
    assert 'value="A part is ordered"' in page
    assert (await wang.act(hotline_ref, "extend_approve", reason="A part is ordered")).status_code == 303
    page = await li.look(f"/desk/tickets/{hotline_ref}")
    assert "05-12 18:00" in page
    assert "原定期限" in page


async def test_a_telephone_call_is_taken_down(wang: Any, hotline_ref: str) -> None:
    await wang.act(hotline_ref, "direct_answer", public_text="Tomorrow.")
    assert (await wang.act(hotline_ref, "survey_result", solved="yes")).status_code == 409
    said = {"solved": "no", "satisfied": "dissatisfied", "rework_wanted": "yes", "comment": "Still cold"}
    assert (await wang.act(hotline_ref, "survey_result", **said)).status_code == 303
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert "第 2 轮" in page
    assert "Still cold" in page


async def test_a_ticket_is_merged_by_the_number_the_citizen_has(
    wang: Any, caller: Any, document: dict[str, Any], hotline_ref: str
) -> None:
    child = await caller.file(document | {"idempotency_key": "k2", "reference": "WX2"})
    assert (await wang.act(child, "merge", master_ref="nothing")).status_code == 409
    assert (await wang.act(child, "merge", master_ref="WX230426093015004")).status_code == 303
    assert hotline_ref in await wang.look(f"/desk/tickets/{child}")
    assert "并入 1 件" in await wang.look(f"/desk/tickets/{hotline_ref}")
