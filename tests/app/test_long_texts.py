"""A long text is read beside the event loop, and its turn keeps every promise of a turn."""

import asyncio
import threading
from typing import Any

import pytest

from app.turns import situation, step
from tests.app.conftest import at_once

LONG = "新华路15号院门口井盖坏了。" * 200


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """On which threads what was done."""
    seen: dict[str, set[str]] = {"read": set(), "advance": set()}
    for module, name in ((situation, "read"), (step, "advance")):
        monkeypatch.setattr(module, name, _noting(getattr(module, name), seen[name]))
    return seen


def _noting(what: Any, threads: set[str]) -> Any:
    def noting(*given: Any) -> Any:
        threads.add(threading.current_thread().name.partition("_")[0])
        return what(*given)

    return noting


async def test_a_long_text_is_read_on_threads_of_its_own(citizen: Any, threads: dict[str, set[str]]) -> None:
    await citizen.says(LONG)
    assert threads == {"read": {"reading"}, "advance": {"reading"}}


async def test_a_short_one_is_not_handed_over(citizen: Any, threads: dict[str, set[str]]) -> None:
    await citizen.says("新华路15号院门口井盖坏了")
    assert threads == {"read": {"MainThread"}, "advance": {"MainThread"}}


async def test_the_loop_goes_on_while_a_long_text_is_read(
    citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, goes_on, read = asyncio.Event(), threading.Event(), situation.read
    loop = asyncio.get_running_loop()

    def slow(*given: Any) -> Any:
        loop.call_soon_threadsafe(asked.set)
        assert goes_on.wait(30), "the loop stood still"
        return read(*given)

    monkeypatch.setattr(situation, "read", slow)

    async def meanwhile() -> None:
        await asked.wait()
        goes_on.set()

    await at_once(citizen.says(LONG), meanwhile())


async def test_the_same_long_message_twice_at_once_is_one_turn(shell: Any, citizen: Any) -> None:
    message = citizen.message(LONG)
    first, second = await at_once(shell.service.receive(message), shell.service.receive(message))
    assert first == second
    await citizen.says("同意")


async def test_what_breaks_in_a_long_text_is_put_aside_like_any_other(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise LookupError("no such word")

    monkeypatch.setattr(situation, "read", broken)
    (told,) = await citizen.says(LONG)
    assert told.text
    monkeypatch.undo()
    assert "登记前请看一眼" in (await citizen.says("新华路15号院门口井盖坏了"))[0].text
