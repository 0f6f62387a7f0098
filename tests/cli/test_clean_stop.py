"""A service that is told to stop ends well: nothing is left open, and the database is closed."""

import signal
from pathlib import Path

import pytest

from tests.processes import answers, free_port, running

COMMANDS = {
    "serve": ({}, "/healthz", "serve", "--port"),
    "desk": (
        {"JIESU_PUBLIC_URL": "http://127.0.0.1:9", "JIESU_HOTLINE__SECRET": "whsec_" + "MDEy" * 8},
        "/desk/login",
        "desk",
        "--port",
    ),
}


@pytest.fixture(params=COMMANDS)
def command(request: pytest.FixtureRequest) -> tuple[dict[str, str], list[str], str]:
    """The settings, the words of the command, and an address that answers once it runs."""
    env, path, *words = COMMANDS[request.param]
    port = str(free_port())
    return dict(env), [*map(str, words), port], f"http://127.0.0.1:{port}{path}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
async def test_a_service_that_is_stopped_ends_with_nothing_open(
    tmp_path: Path, command: tuple[dict[str, str], list[str], str], told: signal.Signals
) -> None:
    env, words, address = command
    async with running(tmp_path, env, *words) as started:
        await answers(address, started)
        beside = [path.name for path in (tmp_path / "var").glob("jiesu.db*")]
        assert len(beside) > 1, "a log lies beside the open database"
        started.process.send_signal(told)
        await started.process.wait()
    assert started.process.returncode == 0
    assert [path.name for path in (tmp_path / "var").glob("jiesu.db*")] == ["jiesu.db"]
