"""A whole complaint on the city's app, from the first word to the survey's answer, over every wire."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.base.settings import Enclosed
from desk.workflow.states import State
from intake.model.messages import ChannelName
from tests.story.conftest import open_town
from tests.story.test_one_complaint import files_a_complaint, is_handled

pytestmark = pytest.mark.timeout(300)  # a whole town, on a machine that may be busy


@pytest.fixture
async def town(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Any]:
    async with open_town(Enclosed(database_url=sqlite_url), tmp_path) as opened:
        yield opened


async def test_a_complaint_from_the_first_word_to_the_survey(town: Any) -> None:
    citizen = await town.citizen(ChannelName.CITYAPP)
    await citizen.phone.open()
    await files_a_complaint(citizen)
    ticket = await town.ticket(State.SUBMITTED)
    assert ticket.document.channel == "APP"
    assert ticket.document.reference.startswith("APP")
    await town.act("accept")
    await citizen.hears("已受理")
    await town.act("dispatch", lead_unit="urban_management")
    await town.act("sign")
    await is_handled(town, "已责令安装油烟净化器。")
    await citizen.hears("已责令安装油烟净化器")
    await citizen.hears("联系过您吗")
    await citizen.taps("联系过")
    await citizen.hears("解决了吗")
    await citizen.says("1")
    await citizen.hears("满意吗")
    await citizen.taps("满意")
    await citizen.hears("谢谢您的评价")
    await town.ticket(State.CLOSED)


async def test_what_nobody_can_read_and_who_has_no_secret(town: Any) -> None:
    url, secret = f"{town.base_url}/webhooks/cityapp", town.runtime.settings.cityapp.secret.get_secret_value()
    http = town.players.http
    assert (await http.post(url, content=b"{}")).status_code == 401
    kept = await http.post(url, content=b"{}", headers={"X-CityApp-Secret": secret})
    assert (kept.status_code, kept.json()) == (200, {"messages": []})
