"""A pytest plugin (`-p bench.timetable`): the seconds the tests of each folder took, all workers together."""

from collections import Counter
from pathlib import PurePath

import pytest


class Timetable:
    """Adds up what pytest reports of each test: its set-up, itself, and what is cleared away after it."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = folder(report.nodeid)
        self.seconds[name] += report.duration
        self.tests[name] += report.when == "setup"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("seconds by folder")
        for name, seconds in self.seconds.most_common():
            terminalreporter.write_line(f"{seconds:8.1f} s {self.tests[name]:6} tests  {name}")


def folder(nodeid: str) -> str:
    """`tests/desk` of `tests/desk/pages/test_x.py::test_y`."""
    path = PurePath(nodeid.partition("::")[0])
    return str(PurePath(*path.parent.parts[:2]))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Timetable(), "timetable of folders")
