"""However often somebody cries for help, staff have one alert, with how often and the newest words."""

from datetime import timedelta
from typing import Any

import pytest

from desk.app import Desk
from desk.workflow.states import Actor, Role

WANG = Actor(Role.CENTRE, "wang")


async def cries(
    caller: Any, number: int, kind: str = "fire", conversation: str | None = "WX-1", **more: Any
) -> None:
    event = {"event_id": f"a{number}", "type": "alert", "at": caller.clock().isoformat(), "channel": "WX"}
    event |= {"kind": kind, "text": f"cry {number}", "reach": None, "conversation": conversation} | more
    assert (await caller.post("/events", event, f"a{number}")).status_code == 200


async def test_two_hundred_cries_are_one_alert(desk: Desk, caller: Any) -> None:
    for number in range(200):
        await cries(caller, number)
    (alert,) = await desk.alerts()
    assert alert.times == 200
    assert alert.texts == ("cry 0", "cry 196", "cry 197", "cry 198", "cry 199")
    assert (await desk.waiting()).alerts == 1


async def test_a_cry_that_comes_twice_is_counted_once(desk: Desk, caller: Any) -> None:
    for number in (1, 2, 2, 1):
        await cries(caller, number)
    assert [alert.times for alert in await desk.alerts()] == [2]


async def test_a_phone_told_later_is_known_and_stays_known(desk: Desk, caller: Any) -> None:
    await cries(caller, 1)
    await cries(caller, 2, reach="13900000000")
    await cries(caller, 3)
    assert [alert.reach for alert in await desk.alerts()] == ["13900000000"]


async def test_two_citizens_are_two_alerts(desk: Desk, caller: Any) -> None:
    await cries(caller, 1)
    await cries(caller, 2, conversation="TG-1")
    await cries(caller, 3, conversation=None)
    await cries(caller, 4, conversation=None)
    assert [alert.times for alert in await desk.alerts()] == [1, 1, 1, 1]


async def test_an_alert_that_rings_takes_the_graver_danger_on(desk: Desk, caller: Any) -> None:
    for number, kind in enumerate(("threat", "suicide", "gas", "threat")):
        await cries(caller, number, kind)
    assert [(alert.kind, alert.times) for alert in await desk.alerts()] == [("gas", 4)]


async def test_after_it_was_taken_more_of_the_same_does_not_ring(desk: Desk, caller: Any) -> None:
    await cries(caller, 1)
    (alert,) = await desk.alerts()
    await desk.take_alert(alert.id, WANG)
    await cries(caller, 2)
    assert await desk.alerts() == ()


async def test_a_graver_danger_rings_after_a_lesser_one_was_taken(desk: Desk, caller: Any) -> None:
    await cries(caller, 1, "threat")
    (alert,) = await desk.alerts()
    await desk.take_alert(alert.id, WANG)
    await cries(caller, 2, "fire")
    assert [alert.kind for alert in await desk.alerts()] == ["fire"]


async def test_a_quarter_of_an_hour_after_it_was_taken_the_same_rings_again(desk: Desk, caller: Any) -> None:
    await cries(caller, 1)
    (alert,) = await desk.alerts()
    await desk.take_alert(alert.id, WANG)
    caller.clock.now += timedelta(minutes=15)
    await cries(caller, 2)
    assert [alert.texts for alert in await desk.alerts()] == [("cry 2",)]


@pytest.mark.parametrize(("first", "second"), [("survey", "fire"), ("fire", "survey"), ("volcano", "gas")])
async def test_a_bad_rating_and_a_danger_are_two_things(
    desk: Desk, caller: Any, first: str, second: str
) -> None:
    await cries(caller, 1, first)
    await cries(caller, 2, second)
    assert [alert.kind for alert in await desk.alerts()] == [first, second]
