"""The hot path stays lean: how often a message's turn waits for the database, and its figures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import event

from app.turns import step as step_module
from intake.model.messages import Grant
from intake.model.ports import Rejected
from storage.db import batched_statements


@contextmanager
def trips_made(shell: Any) -> Iterator[list[str]]:
    """How often the database is waited for in this block, and with what; a begin of SQLAlchemy's left out."""
    made: list[str] = []
    engine, send = shell.database._writer.sync_engine, batched_statements.send

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            made.append(statement)

    async def noted(tx: Any, steps: Sequence[batched_statements.Statement], values: Any) -> Any:
        made.append("; ".join(step.text for step in steps))
        return await send(tx, steps, values)

    event.listen(engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batched_statements, "send", noted)
        yield made
    event.remove(engine, "before_cursor_execute", note)


async def test_a_turn_without_effects(shell: Any, citizen: Any) -> None:
    await citizen.says("帮助")
    with trips_made(shell) as made:
        await shell.service.receive(citizen.message("帮助", grant=Grant("said", 5, timedelta(hours=48))))
    assert len(made) == PLAIN, made
    assert made[-1].endswith("COMMIT")


async def test_a_turn_in_the_middle_of_a_form(shell: Any, citizen: Any) -> None:
    """Others who said the same are looked for when nothing is left to ask, not with every word."""
    await citizen.says("雄关街道锦绣花园小区3号楼的暖气不热三天了")
    await citizen.says("同意")
    with trips_made(shell) as made:
        await shell.service.receive(citizen.message("整栋楼都这样"))
    assert len(made) == PLAIN, made


async def test_a_repeat(shell: Any, citizen: Any) -> None:
    message = citizen.message("帮助")
    await shell.service.receive(message)
    with trips_made(shell) as made:
        await shell.service.receive(message)
    assert len(made) == 1, made


async def test_a_turn_that_files_a_ticket_and_its_receipt(shell: Any, citizen: Any) -> None:
    await citizen.goes_to_the_summary()
    submit = citizen.message("提交")
    with trips_made(shell) as made:
        replies = await shell.service.receive(submit)
    assert len(made) == FILING, made
    with trips_made(shell) as made:
        await shell.service.handed_over(submit, replies)
    assert len(made) == 1


PLAIN = 2  # lock and look around; save, record and commit
FILING = 4  # and the ticket, its submission; the receipt held back goes with the end


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_turns_repeats_and_faults_are_counted(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count() -> list[float]:
        outcomes = ("turn", "repeat", "fault")
        return [figure("jiesu_turns_total", channel="wechat", outcome=outcome) for outcome in outcomes]

    before, seconds = count(), figure("jiesu_turn_seconds_count", channel="wechat")
    message = citizen.message("帮助")
    await shell.service.receive(message)
    await shell.service.receive(message)

    def broken(*_: Any) -> None:
        raise KeyError

    monkeypatch.setattr(step_module, "advance", broken)
    await shell.service.receive(citizen.message("帮助"))
    assert [now - then for now, then in zip(count(), before, strict=True)] == [1, 1, 1]
    assert figure("jiesu_turn_seconds_count", channel="wechat") == seconds + 1


async def test_deliveries_and_callbacks_are_counted_by_what_came_of_them(
    shell: Any, citizen: Any, update: Any
) -> None:
    def count() -> list[float]:
        found = [
            figure("jiesu_deliveries_total", destination="hotline", kind="submit", outcome=outcome)
            for outcome in ("delivered", "buried")
        ]
        return [*found, *(figure("jiesu_callbacks_total", result=one) for one in ("done", "unknown_ticket"))]

    before = count()
    reference = await citizen.files_a_ticket()
    await shell.drain()
    shell.backend.faults = [Rejected("422")]
    await shell.citizen("oLiSi000000000000000000000002").files_a_ticket(
        "新华路9号楼道灯坏了，我姓李，电话13912345679"
    )
    await shell.drain()
    await shell.apply(update("accepted", reference))
    await shell.apply(update("accepted", "WX0"))
    assert [now - then for now, then in zip(count(), before, strict=True)] == [1, 1, 1, 1]
