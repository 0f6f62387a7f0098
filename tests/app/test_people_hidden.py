"""Somebody who signed off with name and number: what a push, an erasure and a reader outside hold of them."""

from dataclasses import replace
from typing import Any

import pytest

from app.callbacks.push_text import for_push
from intake.model.ticket import Ticket
from intake.understand.persons.masking import without_citizen
from tests.app.test_second_reader import Model, reads_along, tells

NAME, PHONE = "王建国", "13900001111"
SIGNED_OFF = (
    f"希望严肃查处，{NAME} {PHONE}，请给我保密",
    f"请联系{NAME}{PHONE}",
    f"{PHONE}（{NAME}）",
    f"{NAME} 139 0000 1111",
)


@pytest.fixture
def ticket(shell: Any) -> Any:
    """`ticket(content, title)`: nobody was asked who they are."""

    async def make(content: str, title: str) -> Ticket:
        citizen = shell.citizen("somebody")
        stored = await shell.ticket(await citizen.files_a_ticket())
        return replace(stored.ticket, content=content, title=title, name=None, phone=None)

    return make


@pytest.mark.parametrize("content", SIGNED_OFF)
async def test_a_push_names_nobody_whom_only_the_matter_names(ticket: Any, update: Any, content: str) -> None:
    filed = await ticket(content, "热力公司收钱")
    said = update("replied", public_text=f"{NAME}反映的问题已查实", reason=f"已电话告知{NAME}")
    pushed = for_push(said, filed)
    assert pushed.public_text == "＊＊反映的问题已查实"
    assert pushed.reason == "已电话告知＊＊"


async def test_a_push_keeps_the_number_that_an_answer_is_for(ticket: Any, update: Any) -> None:
    filed = await ticket("暖气不热", "暖气不热")
    said = update("replied", public_text="请联系热力公司李主任 0937-6225566，或王建军 13900002222")
    assert for_push(said, filed).public_text == "请联系热力公司＊＊ 0937-6225566，或＊＊ ＊＊"


@pytest.mark.parametrize("content", SIGNED_OFF)
async def test_an_erased_ticket_names_them_in_no_word(ticket: Any, content: str) -> None:
    bare = without_citizen(await ticket(content, f"希望严肃查处，{NAME}"))
    assert NAME not in f"{bare.title}{bare.content}{bare.expectation}"
    assert "1111" not in bare.content


@pytest.mark.parametrize("content", SIGNED_OFF)
async def test_a_reader_outside_learns_no_name(shell: Any, content: str) -> None:
    model = Model()
    reads_along(shell, model)
    await tells(
        shell.citizen("somebody"),
        f"那个转角的老张家面馆夜里一直吵，上礼拜起就没消停过，盼着早点安静，{content}",
    )
    assert "老张家面馆" in model.texts
    assert NAME not in model.texts
    assert PHONE not in model.texts
