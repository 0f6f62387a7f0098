"""The desk's survey page: campaigns, whom to phone, figures with their bases, a phone's code."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from desk.actions.tickets import act
from desk.app import Desk
from desk.pages.router import desk_pages
from desk.workflow.states import CITIZEN, Actor, Result, Role, Step
from desk.workflow.views import DeskEvent, rated_as_seen_by
from intake.model.messages import Address, ChannelName
from intake.model.survey import Survey
from storage.db import tables
from storage.messages import conversations
from storage.surveys import campaigns, phone_links, surveys
from storage.surveys.phone_links import CodeTry
from tests.desk.pages.conftest import STAFF

PHONE = "13912345678"


@pytest.fixture
async def pages(desk: Desk) -> FastAPI:
    """The desk's pages beside the front door's tables."""
    app = FastAPI()
    app.include_router(
        desk_pages(desk, new_secret=lambda: "s", attachment_url=lambda _: "", secure=False, of_front=True)
    )
    return app


@pytest.fixture
async def campaign(desk: Desk) -> int:
    """One that runs, with one survey answered, one asked and one on the list."""
    now = desk.clock()
    async with desk.database.write() as tx:
        made = await campaigns.make(tx, "2023-03", 60, now)
        for number, state in enumerate(("answered", "asked", "listed")):
            stored = await conversations.lock(tx, Address(ChannelName.WECHAT, f"o{number}"), now)
            survey = Survey(f"N{number}", "H", "", "housing", 1, now, now + timedelta(days=7))
            found = await surveys.add(
                tx,
                survey,
                state="listed",
                now=now,
                conversation_id=stored.id,
                channel="WX",
                campaign_id=made,
            )
            assert found is not None
            if state != "listed":
                await surveys.asked(tx, found, now, survey.closes_at, survey.closes_at, None)
            if state == "answered":
                await surveys.answered(tx, survey.reference, 1, now)
        await campaigns.count(tx, made)
    return made


async def test_a_campaign_shows_how_far_it_is_and_is_paused_and_stopped(
    arrives: Any, campaign: int, desk: Desk
) -> None:
    wang = await arrives("wang")
    page = await wang.look("/desk/survey")
    assert "已发起 2/3（67%），已评价 1" in page
    assert '<progress value="2" max="3"' in page
    assert "1/1" in page  # the base beside the rate
    assert (await wang.press(f"/desk/survey/{10**30}/pause")).status_code == 404
    await wang.press(f"/desk/survey/{campaign}/pause")
    assert "已暂停" in await wang.look("/desk/survey")
    await wang.press(f"/desk/survey/{campaign}/stop")
    async with desk.database.read() as tx:
        assert await campaigns.progress(tx, campaign) == {"answered": 1, "asked": 1, "stopped": 1}


async def test_a_list_that_is_still_being_filled_has_begun_nothing(
    arrives: Any, campaign: int, desk: Desk
) -> None:
    """Its own count is written down at the end."""
    async with desk.database.write() as tx:
        await tx.execute(update(tables.campaigns).values(total=0))
    assert "已发起 2/3（67%）" in await (await arrives("wang")).look("/desk/survey")


@pytest.mark.parametrize("name", ["sun", "he"])
async def test_only_the_centre_turns_a_campaign(
    arrives: Any, campaign: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STAFF, "he", (Role.CALLBACK, None))
    person = await arrives(name)
    assert f"/desk/survey/{campaign}/pause" not in await person.look("/desk/survey")
    assert (await person.press(f"/desk/survey/{campaign}/pause")).status_code == 404


async def test_a_unit_has_no_such_page(arrives: Any) -> None:
    li = await arrives("li")
    assert (await li.http.get("/desk/survey")).status_code == 404


async def test_a_code_is_shown_once_and_binds(arrives: Any, desk: Desk) -> None:
    wang = await arrives("wang")
    answer = await wang.press("/desk/survey/code", phone="139 1234 5678")
    found = re.search(r'class="number">(\d{6})<', answer.text)
    assert found is not None
    assert PHONE not in answer.text
    assert found[1] not in await wang.look("/desk/survey")
    async with desk.database.write() as tx:
        assert await phone_links.tried(tx, PHONE, "000000", desk.clock()) in (CodeTry.WRONG, CodeTry.RIGHT)
        assert await phone_links.tried(tx, PHONE, found[1], desk.clock()) is CodeTry.RIGHT
        assert await phone_links.tried(tx, PHONE, found[1], desk.clock()) is CodeTry.NONE


async def test_what_is_no_number_gets_no_code(arrives: Any) -> None:
    wang = await arrives("wang")
    assert (await wang.press("/desk/survey/code", phone="12")).status_code == 422
    sun = await arrives("sun")
    assert (await sun.press("/desk/survey/code", phone=PHONE)).status_code == 404


async def test_whom_to_phone_and_what_was_said(arrives: Any, desk: Desk, hotline_ref: str) -> None:
    now = desk.clock()
    centre = Actor(Role.CENTRE, "wang")
    silent = Result(answered=False, round=1, reason_codes=("unreachable",))
    async with desk.database.write() as tx:
        answer = Step("direct_answer", centre, now, public_text="Soon")
        await act(tx, desk.office, hotline_ref, answer, version=None)
        await act(
            tx, desk.office, hotline_ref, Step("survey_result", CITIZEN, now, result=silent), version=None
        )
    wang = await arrives("wang")
    page = await wang.look("/desk/survey")
    assert "待电话回访（1）" in page
    assert f'href="/desk/tickets/{hotline_ref}"' in page
    said = Result(
        answered=True,
        solved="no",
        satisfied="dissatisfied",
        reason_codes=("slow", "attitude"),
        comment="打我13912345678没人接",
        via="TEL",
    )
    async with desk.database.write() as tx:
        await act(tx, desk.office, hotline_ref, Step("survey_result", centre, now, result=said), version=None)
    page = await wang.look("/desk/survey")
    assert "没有需要电话回访的诉求人" in page
    assert "办得太慢" in page
    assert "没人接" in page
    assert PHONE not in page


async def test_a_confidential_rating_says_nothing_of_whose_it_is_to_the_unit(
    desk: Desk, hotline_ref: str
) -> None:
    ticket = await desk.ticket(hotline_ref, Actor(Role.CENTRE, "wang"))
    person = ticket.document.person.model_copy(update={"confidential": True})
    sealed = replace(ticket, document=ticket.document.model_copy(update={"person": person}))
    detail = {"result": {"comment": "电话13912345678", "solved": "no"}, "attachments": [{"kind": "voice"}]}
    events = await desk.events(ticket)
    rated: DeskEvent = replace(events[0], action="survey_result", detail=detail)
    (seen,) = rated_as_seen_by((rated,), sealed, Actor(Role.UNIT, "li", "housing"))
    assert PHONE not in str(seen.detail)
    assert "attachments" not in seen.detail
    assert seen.detail["result"]["solved"] == "no"
    assert rated_as_seen_by((rated,), sealed, Actor(Role.CENTRE, "wang")) == (rated,)
