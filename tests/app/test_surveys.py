"""Surveys and their times: at night nobody is asked, two reminders at most, seven days, one result."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from intake.model.ports import NotNow, Unreachable, Unsure
from intake.model.status import Applied, StatusUpdate
from storage.db.tables import surveys as survey_rows
from storage.messages import conversations
from storage.surveys import phone_links
from storage.surveys.surveys import StoredSurvey, of

Make = Callable[..., StatusUpdate]
CITY = ZoneInfo("Asia/Shanghai")
PHONE = "13912345678"


@pytest.fixture
async def rated(shell: Any, citizen: Any, update: Make) -> str:
    """A ticket whose survey has been asked; returns its reference."""
    reference: str = await citizen.files_a_ticket()
    await shell.apply(update("completed", reference))
    shell.clock.tick(1)
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    return reference


def asked(shell: Any, *purposes: str) -> list[str]:
    wanted = purposes or ("survey", "reminder")
    return [one.reply.text for one in shell.app.sent if one.purpose in wanted]


def results(shell: Any) -> list[dict[str, Any]]:
    return [event["survey"] for _, event, _ in shell.backend.events if event["type"] == "survey_result"]


async def row(shell: Any, subject: str) -> StoredSurvey:
    async with shell.database.read() as tx:
        found = await of(tx, subject)
    assert found is not None
    return found


async def look(shell: Any, **later: float) -> None:
    """Time passes; the surveyor looks and the worker delivers."""
    shell.clock.now += timedelta(**later)
    await shell.worker.survey_scheduler.once()
    await shell.drain()


def at(shell: Any, hour: int, minute: int = 0) -> None:
    """The city's clock shows this, tomorrow."""
    local = shell.clock.now.astimezone(CITY) + timedelta(days=1)
    shell.clock.now = local.replace(hour=hour, minute=minute, second=0).astimezone(shell.clock.now.tzinfo)


# --- when


@pytest.mark.parametrize(("hour", "minute"), [(20, 30), (23, 59), (3, 0), (8, 29)])
async def test_nobody_is_asked_at_night(
    shell: Any, citizen: Any, update: Make, hour: int, minute: int
) -> None:
    reference = await citizen.files_a_ticket()
    at(shell, hour, minute)
    await shell.apply(update("completed", reference))
    shell.clock.tick(1)
    await shell.apply(update("survey_requested", reference))
    await look(shell, minutes=0)
    assert asked(shell) == []
    planned = await row(shell, reference)
    assert planned.due_at is not None
    assert planned.due_at.astimezone(CITY).strftime("%H:%M") == "08:30"
    shell.clock.now = planned.due_at
    await look(shell)
    assert len(asked(shell)) == 1


async def test_what_was_queued_in_time_and_not_sent_waits_for_the_morning(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    at(shell, 20, 29)
    await shell.apply(update("survey_requested", reference))
    shell.clock.tick(120)
    await shell.drain()
    assert asked(shell) == []
    await look(shell, hours=12)
    assert len(asked(shell)) == 1


async def test_two_reminders_and_then_the_window_closes(shell: Any, rated: str) -> None:
    hours = []
    for _ in range(24 * 8):
        before = len(asked(shell, "reminder"))
        await look(shell, hours=1)
        if len(asked(shell, "reminder")) > before:
            hours.append(shell.clock.now.astimezone(CITY).hour)
    assert all(8 <= hour <= 20 for hour in hours)
    assert len(asked(shell, "survey")) == 1
    assert len(asked(shell, "reminder")) == 2
    assert "免打扰" in asked(shell, "reminder")[0]
    (result,) = results(shell)
    assert (result["outcome"], result["round"], result["reason_codes"]) == ("no_answer", 1, [])
    assert (await row(shell, rated)).state == "no_answer"


async def test_a_reminder_goes_on_where_it_was_left(shell: Any, citizen: Any, rated: str) -> None:
    await citizen.says("联系过")
    await look(shell, days=2, hours=16)
    assert "解决了吗" in asked(shell, "reminder")[0]


async def test_an_answer_after_the_window_is_told_so_and_goes_nowhere(
    shell: Any, citizen: Any, rated: str
) -> None:
    await look(shell, days=8)
    replies = await citizen.says("评价")
    assert "没有需要评价" in replies[-1].text
    await shell.drain()
    assert len(results(shell)) == 1


async def test_who_answered_is_not_reminded(shell: Any, citizen: Any, rated: str) -> None:
    await citizen.says("来过，修好了，满意")
    await look(shell, days=8)
    assert asked(shell, "reminder") == []
    (result,) = results(shell)
    assert result["satisfied"] == "satisfied"
    assert (await row(shell, rated)).state == "answered"


# --- once


async def test_two_answers_at_once_leave_one_result(
    shell: Any, second: Any, citizen: Any, rated: str
) -> None:
    """Two processes, two different last answers, and the first of them once more: one of them counts."""
    await citizen.says("1")
    await citizen.says("1")
    satisfied, basically = (citizen.message(one) for one in ("满意", "基本满意"))
    await asyncio.gather(
        shell.service.receive(satisfied), second.service.receive(basically), second.service.receive(satisfied)
    )
    await shell.drain()
    await second.drain()
    (result,) = results(shell) + results(second)
    assert result["satisfied"] in ("satisfied", "basically")
    assert (await row(shell, rated)).state == "answered"
    async with shell.database.read() as tx:
        stored = await conversations.find(tx, citizen.address)
    assert [(one.done, one.satisfied) for one in stored.conversation.surveys] == [(True, result["satisfied"])]


async def test_an_answer_and_the_end_of_the_window_at_once(
    shell: Any, second: Any, citizen: Any, rated: str
) -> None:
    await citizen.says("1")
    await citizen.says("1")
    shell.clock.now += timedelta(days=7, seconds=-1)
    last = citizen.message("1")
    late = second.worker.survey_scheduler
    shell.clock.now += timedelta(seconds=2)
    await asyncio.gather(shell.service.receive(last), late.once())
    await shell.drain()
    await second.drain()
    assert len(results(shell)) + len(results(second)) == 1


async def test_two_processes_ask_once(shell: Any, second: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    at(shell, 22)
    await shell.apply(update("survey_requested", reference))
    shell.clock.now += timedelta(hours=11)
    await asyncio.gather(*(one.worker.survey_scheduler.once() for one in (shell, second) * 3))
    await shell.drain()
    await second.drain()
    assert len(asked(shell)) + len(asked(second)) == 1


async def test_a_request_twice_and_a_round_after_rework(
    shell: Any, citizen: Any, rated: str, update: Make
) -> None:
    await shell.apply(update("survey_requested", rated))
    await citizen.says("没来过，没解决，不满意")
    await citizen.says("需要重新办理")
    shell.clock.tick(60)
    await shell.apply(update("rework", rated))
    shell.clock.tick(60)
    await shell.apply(update("completed", rated))
    shell.clock.tick(60)
    await shell.apply(update("survey_requested", rated))
    await shell.drain()
    assert len(asked(shell, "survey")) == 2
    assert (await row(shell, rated)).round == 2


# --- refused, unreachable


async def test_who_wants_no_survey_ends_it_and_is_never_asked_again(
    shell: Any, citizen: Any, rated: str, update: Make
) -> None:
    await citizen.says("免打扰")
    await shell.drain()
    (result,) = results(shell)
    assert (result["outcome"], result["reason_codes"]) == ("no_answer", ["refused"])
    await citizen.says("新华中路路灯坏了一个月了，我姓王，电话13912345678")
    await citizen.says("提交")
    other = (await citizen.own())[0].reference
    await shell.apply(update("survey_requested", other))
    await look(shell, days=8)
    assert len(asked(shell)) == 1
    assert (await row(shell, other)).state == "refused"


async def test_a_survey_that_never_reached_anybody_goes_back_to_the_centre(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    shell.app.faults = [NotNow("no way leads to them now")]
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    await look(shell, days=3)
    assert asked(shell) == []
    await look(shell, days=5)
    (result,) = results(shell)
    assert result["reason_codes"] == ["unreachable"]


async def test_whose_question_may_have_been_lost_is_reminded_and_never_asked_it_twice(
    shell: Any, citizen: Any, update: Make
) -> None:
    """The sender died between its note and the answer: the reminder is all that can still reach them."""
    reference = await citizen.files_a_ticket()
    await shell.drain()
    shell.app.faults = [Unsure("reset")]
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    await look(shell, days=2, hours=16)
    assert asked(shell, "survey") == []
    (reminder,) = asked(shell, "reminder")
    assert "联系过您吗" in reminder
    await citizen.says("来过，修好了，满意")
    await shell.drain()
    assert [result["solved"] for result in results(shell)] == ["yes"]


async def test_who_blocked_us_is_the_centres_at_once(shell: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    await shell.drain()
    shell.app.faults = [Unreachable("blocked")]
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    await look(shell, days=3)
    (result,) = results(shell)
    assert result["reason_codes"] == ["unreachable"]


async def test_kept_for_the_next_contact_and_answered_then(shell: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    shell.app.faults = [NotNow("no way leads to them now")]
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    replies = await citizen.says("你好")
    assert any("联系过您吗" in reply.text for reply in replies)


# --- told elsewhere


def by_phone(update: Make, now: datetime, **whom: str) -> StatusUpdate:
    told = {"unit": "heating", "title": "关于王女士反映的问题", "completed_at": now.isoformat()}
    return replace(update("survey_requested", hotline_ref="2604260912003"), survey=told | whom)


async def bound(shell: Any, citizen: Any) -> None:
    """The phone is this citizen's, by a code."""
    async with shell.database.write() as tx:
        stored = await conversations.find(tx, citizen.address)
        await phone_links.bind(tx, stored.id, PHONE, "code", shell.clock())


async def test_a_phone_that_is_bound_nowhere_is_the_centres_to_ring(shell: Any, update: Make) -> None:
    assert await shell.apply(by_phone(update, shell.clock(), phone=PHONE)) is Applied.NO_CHANNEL


async def test_a_bound_phone_is_asked_in_the_chat(shell: Any, citizen: Any, update: Make) -> None:
    await citizen.says("你好")
    await bound(shell, citizen)
    request = by_phone(update, shell.clock(), phone="+86 139 1234 5678")
    assert await shell.apply(request) is Applied.DONE
    await shell.drain()
    (text,) = asked(shell)
    assert "12345回访" in text
    assert "王女士" not in text
    await citizen.says("来过，修好了，满意")
    await shell.drain()
    assert shell.backend.events[-1][0] == "2604260912003"
    assert results(shell)[0]["solved"] == "yes"
    again = replace(request, event_id="other")
    assert await shell.apply(again) is Applied.DONE  # the next round, after rework by telephone


@pytest.mark.parametrize("how", ["set free", "another's now"])
async def test_a_phone_that_changes_hands_before_the_survey_is_the_centres_to_ring(
    shell: Any, citizen: Any, update: Make, how: str
) -> None:
    """Who had the number before hears nothing of what its new owner told."""
    await citizen.says("你好")
    await bound(shell, citizen)
    at(shell, 22)
    assert await shell.apply(by_phone(update, shell.clock(), phone=PHONE)) is Applied.DONE
    if how == "set free":
        await citizen.says("解绑")
    else:
        other = shell.citizen("oLiSi000000000000000000000002")
        await other.says("你好")
        async with shell.database.write() as tx:
            await phone_links.issue(tx, PHONE, "123456", shell.clock())
        for words in ("绑定手机", "同意", "绑定手机", PHONE, "123456"):
            await other.says(words)
        async with shell.database.read() as tx:
            stored = await conversations.find(tx, other.address)
            assert await phone_links.leads_to(tx, PHONE) == stored.id
    await look(shell, hours=12)
    assert asked(shell) == []
    (result,) = results(shell)
    assert (result["outcome"], result["reason_codes"]) == ("no_answer", ["unreachable"])


async def test_what_the_citizen_told_here_is_asked_about_whatever_phone_is_theirs(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    await bound(shell, citizen)
    at(shell, 22)
    await shell.apply(update("survey_requested", reference))
    await citizen.says("解绑")
    await look(shell, hours=12)
    assert len(asked(shell)) == 1


async def test_by_channel_and_user(shell: Any, citizen: Any, update: Make) -> None:
    await citizen.says("你好")
    request = by_phone(update, shell.clock(), channel="WX", user=citizen.address.user)
    assert await shell.apply(request) is Applied.DONE
    assert await shell.count(survey_rows) == 1


async def test_nothing_of_the_matter_lies_in_clear(shell: Any, citizen: Any, update: Make) -> None:
    await citizen.says("你好")
    await shell.apply(by_phone(update, shell.clock(), channel="WX", user=citizen.address.user))
    async with shell.database.read() as tx:
        (found,) = list(await tx.execute(select(survey_rows)))
    assert "王女士" not in str([one for one in found if not isinstance(one, bytes)])


async def test_who_says_at_night_that_nothing_is_solved_opens_the_survey_and_is_asked_no_second_time(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    at(shell, 23)
    await shell.apply(update("completed", reference))
    shell.clock.tick(1)
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    assert asked(shell) == []
    await citizen.says("没人联系我，没有解决，不满意")
    await citizen.says("太慢了，需要重新办理")
    await shell.drain()
    (result,) = results(shell)
    assert (result["contacted"], result["solved"], result["satisfied"]) == (False, "no", "dissatisfied")
    await look(shell, hours=12)
    assert asked(shell) == []
    assert len(results(shell)) == 1


async def test_the_centres_question_is_answered_by_the_next_message(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    await shell.apply(update("need_info", reference, public_text="请说明是几单元"))
    await shell.drain()
    await citizen.says("3单元")
    await shell.drain()
    told = [(event["type"], event["text"]) for _, event, _ in shell.backend.events]
    assert told == [("supplement", "3单元")]
