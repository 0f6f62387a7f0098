"""Names on the pages that many read at a glance: lists show as much as is needed to recognise a matter."""

from typing import Any

import pytest

NAME, PHONE = "王建国", "13900001111"


@pytest.mark.parametrize(
    "content", [f"暖气不热，{NAME} {PHONE}", f"暖气不热，{PHONE}（{NAME}）", f"请联系{NAME}{PHONE}"]
)
@pytest.mark.parametrize("path", ["/desk", "/desk/search?q=暖气"])
async def test_a_list_shortens_the_name_in_a_title_that_lost_its_number(
    wang: Any, caller: Any, document: dict[str, Any], content: str, path: str
) -> None:
    await caller.file(document | {"content": f"暖气不热。{content}", "title": f"{NAME}反映暖气不热"})
    page = await wang.look(path)
    assert "反映暖气不热" in page
    assert NAME not in page
    assert PHONE not in page
