"""Citizens report one building site: the third hears of the others and joins them."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from app.turns.similar_reports import LEARN_EVERY
from storage.tickets import tickets

SAID = (
    "雄关街道锦绣花园小区3号楼门口的工地半夜还在施工，{more}噪音太大没法睡觉，请处理。我姓王，电话13900000000"
)


async def tells(citizen: Any, more: str, said: str = SAID) -> str:
    await citizen.says(said.format(more=more))
    replies = await citizen.says("同意")
    return "\n".join(reply.text for reply in replies)


async def test_the_third_citizen_joins_the_first_ones_ticket(shell: Any) -> None:
    first = await shell.citizen("first").files_a_ticket(SAID.format(more=""))
    second = shell.citizen("second")
    assert "市民" not in await tells(second, "吵得很，")
    await second.says("提交")
    third = shell.citizen("third")
    assert "已有2位市民" in await tells(third, "天天这样，")
    assert "请核对" in (await third.says("一并登记"))[0].text
    await third.says("提交")
    await shell.drain()
    theirs = (await third.own())[0].reference
    documents = {document["reference"]: document for document in shell.backend.tickets.values()}
    assert documents[theirs]["related_to"] == first
    assert documents[first]["related_to"] is None


async def test_a_citizens_own_second_ticket_is_no_crowd(shell: Any) -> None:
    citizen = shell.citizen("first")
    await citizen.files_a_ticket(SAID.format(more=""))
    text = "\n".join(reply.text for reply in await citizen.says(SAID.format(more="还是这样，")))
    assert "补充到原诉求" not in text or "市民" not in text
    assert "位市民" not in text


LENT = "我投诉捷速速贷公司，借一万要还两万，{more}捷速速贷还给我单位打电话。我姓王，电话13900000000"


async def _fifty_other_complaints(shell: Any) -> None:
    """What everybody writes of in these weeks, so that other words tell something."""
    neighbour = shell.citizen("neighbour")
    reference = await neighbour.files_a_ticket(SAID.format(more=""))
    async with shell.database.write() as tx:
        found = await tickets.find(tx, reference=reference)
        assert found is not None
        for number in range(50):
            other = replace(found.ticket, key=uuid4(), reference=f"WX2604{number:013}")
            await tickets.add(tx, other, found.conversation_id, "AAAAAA", shell.clock())


async def test_who_names_no_place_hears_of_the_others_by_telling_words(shell: Any) -> None:
    await _fifty_other_complaints(shell)
    shell.clock.now += LEARN_EVERY
    for name, more in (("first", "天天催，"), ("second", "利息太高，")):
        citizen = shell.citizen(name)
        assert "市民" not in await tells(citizen, more, LENT)
        await citizen.says("在网上")
        await citizen.says("提交")
    third = shell.citizen("third")
    await tells(third, "太黑了，", LENT)
    replies = await third.says("在网上")
    assert "已有2位市民" in "\n".join(reply.text for reply in replies)
