"""A campaign killed at each of its steps, paused, stopped, run into the night; results in trouble."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import app.surveys.scheduler as surveyor_module
from app.delivery.handlers import Delivery
from app.surveys import campaigns as campaigning
from app.surveys.external_cases import Listed, Matter, put
from intake.model.messages import Address, ChannelName
from intake.model.ports import Unavailable
from intake.model.status import StatusUpdate
from storage.db.tables import surveys
from storage.messages import conversations
from storage.surveys import campaigns, candidates

CITIZENS = 6
Make = Callable[..., StatusUpdate]


class Killed(BaseException):
    """The process is gone: nothing of ours catches this."""


@pytest.fixture(autouse=True)
def _patient(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine is no fault: what takes long here has not hung."""
    monkeypatch.setattr(shell.worker.work, "patience", 600.0)


@pytest.fixture
async def campaign(shell: Any) -> int:
    """One over six matters told by telephone, each with a chat."""
    now = shell.clock()
    async with shell.database.write() as tx:
        for number in range(CITIZENS):
            await conversations.lock(tx, Address(ChannelName.WECHAT, f"o{number}"), now)
            matter = Matter(f"T{number}", "heating", now - timedelta(days=1), channel="WX", user=f"o{number}")
            assert await put(tx, shell.city, matter, now) is Listed.CHAT
    span = (now - timedelta(days=2), now)
    made = [one async for one, _ in campaigning.begin(shell.database, shell.city, "test", *span, now)]
    shell.clock.tick(30)
    return made[-1]


def sent(shell: Any) -> list[str]:
    return sorted(one.address.user for one in shell.app.sent if one.purpose == "survey")


async def look(shell: Any, seconds: float = 0) -> None:
    shell.clock.tick(seconds)
    await shell.worker.survey_scheduler.once()
    await shell.drain()


async def states(shell: Any) -> list[str]:
    async with shell.database.read() as tx:
        return sorted((await tx.scalars(select(surveys.c.state))).all())


def after(original: Any, at: int) -> Any:
    """Do the work the `at`-th time it is asked for, and die before anything else."""
    calls = 0

    async def dying(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        number = calls
        outcome = await original(*args, **more)
        if number == at:
            raise Killed
        return outcome

    return dying


def before(original: Any, at: int) -> Any:
    """Die the `at`-th time, before the work."""
    calls = 0

    async def dying(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            raise Killed
        return await original(*args, **more)

    return dying


@pytest.mark.parametrize("at", [1, 3])
@pytest.mark.parametrize("step", ["release", "ask", "note", "send", "sent"])
async def test_killed_at_each_step_it_neither_skips_nor_doubles(
    shell: Any, campaign: int, step: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    match step:
        case "release":
            monkeypatch.setattr(surveyor_module.campaigns, "release", after(campaigns.release, 1))
        case "ask":
            monkeypatch.setattr(surveyor_module, "take_up", after(surveyor_module.take_up, at))
        case "note":
            monkeypatch.setattr(Delivery, "_only_once", before(Delivery._only_once, at))
        case "send":
            monkeypatch.setattr(Delivery, "_only_once", after(Delivery._only_once, at))
        case "sent":
            monkeypatch.setattr(shell.app, "send", after(shell.app.send, at))
    with pytest.raises(Killed):
        await look(shell)
    monkeypatch.undo()
    shell.worker.work.patience = 600.0  # see _patient
    for _ in range(3):
        await look(shell, seconds=61)
    unsure = [entry for entry in await shell.entries() if entry.state == "unsure"]
    assert len(sent(shell)) == len(set(sent(shell)))
    assert await states(shell) == ["asked"] * CITIZENS
    lost = {"send": 1}.get(step, 0)  # whoever dies between the note and the sending cannot know
    assert len(sent(shell)) == CITIZENS - lost
    assert len(unsure) == {"send": 1, "sent": 1}.get(step, 0)


@pytest.mark.parametrize("at", ["adopt", "list", "count"])
async def test_killed_while_its_list_is_filled_it_is_given_again_and_skips_nobody(
    shell: Any, update: Make, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the list was kept: the same command goes on with it. Nobody is asked by half a plan."""
    for number in range(2):
        citizen = shell.citizen(f"oPaula{number:022}")
        reference = await citizen.files_a_ticket()
        shell.clock.tick(1)
        await shell.apply(update("completed", reference))
        async with shell.database.write() as tx:
            matter = Matter(f"T{number}", "heating", shell.clock(), channel="WX", user=citizen.address.user)
            assert await put(tx, shell.city, matter, shell.clock()) is Listed.CHAT
    monkeypatch.setattr(campaigning, "PIECE", 1)
    match at:
        case "adopt":
            monkeypatch.setattr(campaigning.candidates, "own", before(candidates.own, 1))
        case "list":
            monkeypatch.setattr(campaigning.candidates, "own", before(candidates.own, 2))
        case "count":
            monkeypatch.setattr(campaigning.campaigns, "count", before(campaigns.count, 1))
    now = shell.clock() + timedelta(seconds=1)
    span = (now - timedelta(days=1), now)
    with pytest.raises(Killed):
        _ = [one async for one in campaigning.begin(shell.database, shell.city, "2026-04", *span, now)]
    monkeypatch.undo()
    shell.worker.work.patience = 600.0  # see _patient
    await look(shell, seconds=600)
    assert sent(shell) == []
    planned = await campaigning.plan(shell.database, shell.city, *span, now)
    assert planned.total == 4
    made = [one async for one in campaigning.begin(shell.database, shell.city, "2026-04", *span, now)]
    assert made[-1] == (1, 4)
    for _ in range(2):
        await look(shell, seconds=61)
    assert await states(shell) == ["asked"] * 4
    assert len(sent(shell)) == 4


@pytest.mark.parametrize("step", ["remind", "close"])
async def test_killed_while_reminding_or_closing_it_does_each_once(
    shell: Any, campaign: int, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await look(shell)
    days = {"remind": 2.7, "close": 7.7}[step]
    shell.clock.now += timedelta(days=days)
    for number in (1, 3):
        with monkeypatch.context() as patch:
            patch.setattr(surveyor_module, "take_up", after(surveyor_module.take_up, number))
            with pytest.raises(Killed):
                await look(shell)
    await look(shell, seconds=61)
    await look(shell, seconds=61)
    reminded = [one.address.user for one in shell.app.sent if one.purpose == "reminder"]
    told = [key for _, event, key in shell.backend.events if event["type"] == "survey_result"]
    if step == "remind":
        assert sorted(reminded) == sent(shell)
        assert told == []
    else:
        assert reminded == []
        assert len(told) == len(set(told)) == CITIZENS
        assert await states(shell) == ["no_answer"] * CITIZENS


async def test_paused_nobody_is_asked_and_it_goes_on_from_there(shell: Any, campaign: int) -> None:
    async with shell.database.write() as tx:
        assert await campaigns.turn(tx, campaign, "paused", shell.clock())
    await look(shell, seconds=600)
    assert sent(shell) == []
    async with shell.database.write() as tx:
        assert await campaigns.turn(tx, campaign, "running", shell.clock())
    await look(shell)
    assert sent(shell) == []  # what passed while it was paused is not caught up with
    await look(shell, seconds=60)
    assert len(sent(shell)) == CITIZENS


async def test_stopped_it_asks_nobody_more(shell: Any, campaign: int) -> None:
    async with shell.database.write() as tx:
        assert await campaigns.turn(tx, campaign, "stopped", shell.clock())
        assert not await campaigns.turn(tx, campaign, "running", shell.clock())
    await look(shell, seconds=600)
    assert sent(shell) == []
    assert await states(shell) == ["stopped"] * CITIZENS


async def test_at_its_pace_and_not_at_night(shell: Any, campaign: int) -> None:
    shell.clock.now = shell.clock.now.replace(hour=13, minute=0)  # nine in the evening
    await look(shell, seconds=3600)
    assert sent(shell) == []
    shell.clock.now += timedelta(hours=11)
    await look(shell)
    assert len(sent(shell)) == CITIZENS


async def test_given_twice_it_asks_once(shell: Any, campaign: int) -> None:
    now = shell.clock()
    planned = await campaigning.plan(shell.database, shell.city, now - timedelta(days=2), now, now)
    assert planned.total == 0


async def test_two_processes_run_one_campaign(shell: Any, second: Any, campaign: int) -> None:
    second.worker.work.patience = 600.0  # see _patient
    await asyncio.gather(*(one.worker.survey_scheduler.once() for one in (shell, second) * 2))
    await asyncio.gather(shell.drain(), second.drain())
    both = sent(shell) + sent(second)
    assert len(both) == len(set(both)) == CITIZENS


async def test_our_own_completed_tickets_are_on_the_list(shell: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    shell.clock.tick(1)
    await shell.apply(update("completed", reference))
    now = shell.clock()
    span = (now - timedelta(days=1), now + timedelta(seconds=1))
    planned = await campaigning.plan(shell.database, shell.city, *span, now)
    assert planned.by_channel == {"WX": 1}
    made = [one async for one in campaigning.begin(shell.database, shell.city, "own", *span, now)]
    assert made[-1][1] == 1
    await look(shell, seconds=60)
    assert len(sent(shell)) == 1


# --- results in trouble


@pytest.fixture
async def unhappy(shell: Any, citizen: Any, update: Make) -> str:
    """At the last question."""
    reference: str = await citizen.files_a_ticket()
    await shell.apply(update("survey_requested", reference))
    await shell.drain()
    await citizen.says("没来过，没解决，不满意")
    return reference


def results(shell: Any) -> list[dict[str, Any]]:
    return [event["survey"] for _, event, _ in shell.backend.events if event["type"] == "survey_result"]


async def test_rework_asked_for_twice_at_once_is_one_result(
    shell: Any, second: Any, citizen: Any, unhappy: str
) -> None:
    taps = [citizen.message("需要重新办理") for _ in range(2)]
    await asyncio.gather(shell.service.receive(taps[0]), second.service.receive(taps[1]))
    await shell.service.receive(taps[0])
    await shell.drain()
    (result,) = results(shell)
    assert result["rework_wanted"] is True


async def test_the_result_waits_for_a_backend_that_is_down(shell: Any, citizen: Any, unhappy: str) -> None:
    await shell.drain()
    shell.backend.faults = [Unavailable("down")] * 3
    await citizen.says("需要重新办理")
    for _ in range(6):
        await shell.drain()
        shell.clock.tick(600)
    (result,) = results(shell)
    assert (result["solved"], result["rework_wanted"]) == ("no", True)


async def test_an_answer_the_backend_lost_comes_again_under_its_key(
    shell: Any, citizen: Any, unhappy: str
) -> None:
    await shell.drain()
    shell.backend.loses = [Unavailable("the answer was lost")] * 2  # the alert's, and the result's
    await citizen.says("需要重新办理")
    for _ in range(3):
        await shell.drain()
        shell.clock.tick(600)
    keys = [key for _, event, key in shell.backend.events if event["type"] == "survey_result"]
    assert len(keys) == 2
    assert len(set(keys)) == 1
