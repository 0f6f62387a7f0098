"""One ticket's page: what it shows to whom, and each action's way there and back."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from desk.app import Desk
from desk.importing.calls import ImportedCall
from desk.importing.import_calls import bring
from tests.desk.conftest import CENTRE


def went(answer: httpx.Response, hotline_ref: str, action: str) -> bool:
    return (answer.status_code, answer.headers.get("location")) == (
        303,
        f"/desk/tickets/{hotline_ref}?done={action}",
    )


def offered(page: str) -> set[str]:
    return set(re.findall(r'action="/desk/tickets/\d+/(\w+)"', page))


async def test_a_ticket_nobody_knows_is_not_found(wang: Any) -> None:
    assert (await wang.http.get("/desk/tickets/none")).status_code == 404
    assert (await wang.press("/desk/tickets/none/accept", version=1)).status_code == 404


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        ("dispatch", {"lead_unit": "housing"}, "这一步现在不能做"),
        ("sign", {}, "这一步现在不能做"),
        ("nonsense", {}, "这一步现在不能做"),
        ("survey_result", {}, "这一步现在不能做"),
        ("erase", {}, "这一步现在不能做"),
        ("request_info", {"public_text": " \r\n "}, "请填写给诉求人看的内容"),
        ("not_accept", {"reason": "N1"}, "请填写可以反映的渠道"),
        ("not_accept", {"reason": "N999", "redirect_channel": "x"}, "请选择或填写理由"),
        ("direct_answer", {}, "请填写给诉求人看的内容"),
        ("note", {}, "请填写说明"),
    ],
)
async def test_a_step_that_cannot_be_taken_says_why(
    wang: Any, hotline_ref: str, action: str, fields: dict[str, str], reason: str
) -> None:
    answer = await wang.act(hotline_ref, action, **fields)
    assert answer.status_code == 409
    assert reason in answer.text
    assert "待受理" in await wang.look(f"/desk/tickets/{hotline_ref}")


async def test_a_refused_form_keeps_what_was_typed(wang: Any, hotline_ref: str) -> None:
    await wang.act(hotline_ref, "accept")
    answer = await wang.act(
        hotline_ref, "dispatch", lead_unit="nowhere", text="look <here>", co_units=["street", "heating"]
    )
    assert answer.status_code == 409
    assert "没有这个单位" in answer.text
    assert "look &lt;here&gt;</textarea>" in answer.text
    assert 'value="heating" checked' in answer.text


@pytest.mark.parametrize("due", ["yesterday", "9999-99-99T00:00", "0001-01-01T00:00", "1999-01-01T00:00"])
async def test_a_deadline_that_is_none_is_refused(wang: Any, hotline_ref: str, due: str) -> None:
    await wang.act(hotline_ref, "accept")
    answer = await wang.act(hotline_ref, "dispatch", lead_unit="housing", due_at=due)
    assert answer.status_code == 409


@pytest.mark.parametrize("version", ["", "0", "99", "one", "-1", "9" * 30, "²"])
async def test_who_acts_on_an_old_page_is_told_to_look_again(
    wang: Any, hotline_ref: str, version: str
) -> None:
    answer = await wang.press(f"/desk/tickets/{hotline_ref}/accept", version=version)
    assert answer.status_code == 409
    assert "工单状态已经变化" in answer.text


async def test_the_second_of_two_clicks_does_nothing(wang: Any, hotline_ref: str, desk: Desk) -> None:
    token = await wang.token()
    once = {"token": token, "version": "2"}
    answers = [await wang.http.post(f"/desk/tickets/{hotline_ref}/accept", data=once) for _ in range(2)]
    codes = [answer.status_code for answer in answers]
    assert codes in ([303, 409], [409, 409])
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert page.count("<strong>受理</strong>") == (1 if codes[0] == 303 else 0)


async def test_the_page_shows_what_the_citizen_said(wang: Any, hotline_ref: str) -> None:
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    for text in (
        "Flat 3 has been cold for two days",
        "Repair it",
        "Xinhua Road 1",
        "Heating company",
        "Ms Li",
        "13900000000",
        "把握 80%",
        "主办 Housing · 协办 Street",
        'src="/file"',
    ):
        assert text in page, text
    assert offered(page) >= {"accept", "request_info", "not_accept", "direct_answer"}
    assert not offered(page) & {"survey_result", "erase", "sign", "dispatch"}


async def test_a_confidential_citizen_is_known_to_whoever_opened_the_seal(
    wang: Any, li: Any, caller: Any, document: dict[str, Any]
) -> None:
    hotline_ref = await caller.file(document | {"person": document["person"] | {"confidential": True}})
    await wang.act(hotline_ref, "accept")
    await wang.act(hotline_ref, "dispatch", lead_unit="housing")
    assert "Ms Li" not in await wang.look(f"/desk/tickets/{hotline_ref}")
    assert (await wang.act(hotline_ref, "unseal")).status_code == 409
    await wang.act(hotline_ref, "unseal", reason="核实举报人身份")
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert "Ms Li" in page
    assert "核实举报人身份" in page
    page = await li.look(f"/desk/tickets/{hotline_ref}")
    assert "诉求人要求保密" in page
    assert "Ms Li" not in page
    assert "13900000000" not in page


async def test_a_leader_looks_and_leaves_notes(arrives: Any, hotline_ref: str) -> None:
    sun = await arrives("sun")
    assert offered(await sun.look(f"/desk/tickets/{hotline_ref}")) == {"note"}
    assert (await sun.act(hotline_ref, "accept")).status_code == 409


async def test_dispatch_is_preset_with_what_was_suggested(wang: Any, hotline_ref: str) -> None:
    await wang.act(hotline_ref, "accept")
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert '<option value="housing" selected>' in page
    assert 'name="co_units" value="street" checked' in page
    assert 'name="co_units" value="heating">' in page


async def test_the_whole_way_from_acceptance_to_the_survey(
    wang: Any, li: Any, zhao: Any, hotline_ref: str, desk: Desk, clock: Any
) -> None:
    assert went(await wang.act(hotline_ref, "accept"), hotline_ref, "accept")
    dispatched = await wang.act(
        hotline_ref,
        "dispatch",
        lead_unit="housing",
        co_units=["street", "housing"],
        due_at="2023-04-28T17:00",
    )
    assert went(dispatched, hotline_ref, "dispatch")
    assert "04-28 17:00" in await li.look(f"/desk/tickets/{hotline_ref}")

    assert offered(await zhao.look(f"/desk/tickets/{hotline_ref}")) == {"contribute", "note"}
    assert (await zhao.act(hotline_ref, "sign")).status_code == 409

    clock.on(hours=1)
    assert went(await li.act(hotline_ref, "sign"), hotline_ref, "sign")
    assert went(await li.act(hotline_ref, "contact", text="by phone"), hotline_ref, "contact")
    answer = {"public_text": "It is warm again.", "internal_text": "A valve was stuck."}
    assert went(await li.act(hotline_ref, "answer", **answer), hotline_ref, "answer")

    review = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert "A valve was stuck." in review
    assert "It is warm again.</textarea>" in review
    assert went(await wang.act(hotline_ref, "send_back", reason="Say when"), hotline_ref, "send_back")
    assert "It is warm again.</textarea>" in await li.look(f"/desk/tickets/{hotline_ref}")
    again = {"public_text": "It is warm again since noon.", "internal_text": "A valve was stuck."}
    assert went(await li.act(hotline_ref, "answer", **again), hotline_ref, "answer")
    done = await wang.act(hotline_ref, "complete", public_text="It is warm again since noon.")
    assert went(done, hotline_ref, "complete")

    page = await wang.look(f"/desk/tickets/{hotline_ref}?done=complete")
    assert "已完成：审核通过并办结" in page
    assert "回访中" in page
    told = page[page.index('id="told"') : page.index('id="timeline"')]
    kinds = re.findall(r"<strong>(.*?)</strong>", told)
    assert kinds == [
        "请诉求人评价",
        "已办结",
        "承办单位已联系",
        "承办单位已签收",
        "已派给承办单位",
        "诉求已受理",
    ]
    assert "It is warm again since noon." in told
    assert "A valve was stuck." not in told
    assert "Say when" not in told


async def test_an_unhappy_citizen_brings_the_ticket_back(
    wang: Any, li: Any, caller: Any, hotline_ref: str
) -> None:
    await wang.act(hotline_ref, "direct_answer", public_text="Please wait.")
    survey = {
        "contacted": False,
        "solved": "no",
        "satisfied": "dissatisfied",
        "reason_codes": ["slow", "new_code"],
        "comment": "Nobody came",
        "rework_wanted": True,
        "round": 1,
    }
    await caller.tell(hotline_ref, "survey_result", survey=survey)
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    for text in (
        "重办",
        "第 2 轮",
        "未联系",
        "未解决",
        "不满意",
        "办得太慢、其他",
        "Nobody came",
        "希望重新办理",
    ):
        assert text in page, text


async def test_what_the_citizen_adds_appears_with_its_pictures(
    wang: Any, caller: Any, hotline_ref: str, document: dict[str, Any]
) -> None:
    await caller.tell(hotline_ref, "supplement", text="Now 12 degrees", attachments=document["attachments"])
    await caller.tell(hotline_ref, "urge", text="When?")
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert "Now 12 degrees" in page
    assert "催办 1 次" in page
    assert page.count('src="/file"') == 2


async def test_a_refusal_tells_the_citizen_why_and_where_to_go(wang: Any, hotline_ref: str) -> None:
    answer = await wang.act(hotline_ref, "not_accept", reason="N1", redirect_channel="12368")
    assert went(answer, hotline_ref, "not_accept")
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    told = page[page.index('id="told"') : page.index('id="timeline"')]
    assert "诉讼、仲裁" in told
    assert "12368" in told


async def test_asking_for_more_and_being_told(wang: Any, caller: Any, hotline_ref: str) -> None:
    assert went(
        await wang.act(hotline_ref, "request_info", public_text="Which flat?"), hotline_ref, "request_info"
    )
    assert "待补充" in await wang.look(f"/desk/tickets/{hotline_ref}")
    await caller.tell(hotline_ref, "supplement", text="Flat 3")
    assert "待受理" in await wang.look(f"/desk/tickets/{hotline_ref}")


async def test_a_withdrawn_ticket_needs_nothing_more(wang: Any, caller: Any, hotline_ref: str) -> None:
    await caller.tell(hotline_ref, "withdraw")
    page = await wang.look(f"/desk/tickets/{hotline_ref}")
    assert "已撤单" in page
    assert offered(page) == {"note"}


@pytest.mark.parametrize("done", ["<script>", "nonsense", "x" * 3000])
async def test_a_made_up_success_shows_nothing(wang: Any, hotline_ref: str, done: str) -> None:
    answer = await wang.http.get(f"/desk/tickets/{hotline_ref}", params={"done": done})
    assert answer.status_code == 200
    assert "已完成" not in answer.text


async def test_a_telephone_ticket_has_a_page_for_everybody_who_may_see_it(
    wang: Any, li: Any, desk: Desk, clock: Any
) -> None:
    """It came by no chat: there is nobody to tell, and the citizen is phoned."""
    call = ImportedCall(
        line=2,
        reference="T1",
        submitted_at=clock() - timedelta(hours=2),
        channel="TEL",
        appeal_type="TS",
        category="0301",
        content="Flat 3 has been cold for two days",
        title="No heating",
        area=None,
        place=None,
        name=None,
        phone="13900000000",
        confidential=False,
        unit="housing",
        dispatched_at=clock() - timedelta(hours=1),
        due_at=None,
        signed_at=None,
        completed_at=None,
        reply="",
        contacted=None,
        satisfied=None,
        solved=None,
    )
    async with desk.database.write() as tx:
        assert await bring(tx, desk.office, call)
    (ticket,) = await desk.queue(CENTRE)
    for person in (wang, li):
        page = await person.look(f"/desk/tickets/{ticket.hotline_ref}")
        for text in ("No heating", "Flat 3 has been cold", "电话", "T1", "待签收", "13900000000"):
            assert text in page, text
    assert offered(await li.look(f"/desk/tickets/{ticket.hotline_ref}")) >= {"sign", "return_request"}
    await li.act(ticket.hotline_ref, "sign")
    await li.act(ticket.hotline_ref, "contact")
    await li.act(ticket.hotline_ref, "answer", public_text="Repaired.", internal_text="A valve.")
    await wang.act(ticket.hotline_ref, "complete")
    assert offered(await wang.look(f"/desk/tickets/{ticket.hotline_ref}")) >= {"survey_result", "call"}
