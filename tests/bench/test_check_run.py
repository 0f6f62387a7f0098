"""`make check` runs every part to its end, and says which failed and how long each took."""

import io
import sys

import pytest
from rich.console import Console

from bench import check
from bench.check import BIN, ROOT, Outcome, Part, beside, closing, run, table
from bench.nearby import CORE, nearby
from bench.timetable import folder

OK, FAILED = Outcome("types", 0, 61.4, 58.2), Outcome("lint", 1, 2.0, 1.9, "E501")


@pytest.mark.parametrize("outcomes", [[FAILED], [OK, FAILED], [FAILED, OK]])
def test_one_that_fails_fails_it_all(outcomes: list[Outcome]) -> None:
    assert closing(outcomes) == (1, "Failed: lint.")


def test_the_tests_run_under_the_true_clock_unless_a_moment_is_named() -> None:
    assert "bench.moved_clock" not in check.tests("", ["-n", "3"]).command
    moved = check.tests("2028-02-29 12:00", ["-n", "3"]).command
    assert moved[2:4] == ("bench.moved_clock", "2028-02-29 12:00")
    assert moved[4:] == check.tests("", ["-n", "3"]).command


def test_none_failed() -> None:
    assert closing([OK]) == (0, "All parts passed.")


@pytest.mark.parametrize(("code", "status"), [("", 0), ("raise SystemExit(3)", 3)])
def test_a_part_is_its_commands_status_and_words(code: str, status: int) -> None:
    outcome = run(Part("x", (sys.executable, "-c", f"print('said', flush=True); {code}")))
    assert (outcome.name, outcome.status, outcome.said) == ("x", status, "said")
    assert outcome.cpu > 0


def test_a_part_that_was_killed_has_not_passed() -> None:
    outcome = run(Part("x", ("sh", "-c", "kill -9 $$")))
    assert closing([OK, outcome]) == (1, "Failed: x.")


@pytest.mark.parametrize(("tested", "others"), [(0, 1), (1, 0)])
def test_no_part_is_left_out_because_another_failed(
    tested: int, others: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def part(name: str, status: int) -> Part:
        return Part(name, ("sh", "-c", f"echo {name} ran; exit {status}"), shown=name == "tests")

    monkeypatch.setattr(check, "beside", lambda: (part("first", others), part("second", others)))
    monkeypatch.setattr(check, "tests", lambda _at, _arguments: part("tests", tested))
    monkeypatch.setattr(check.sys, "argv", ["check", "", "-n", "3"])
    assert check.main() == 1
    out = capfd.readouterr().out
    for name in ("first", "second", "tests"):
        assert f"{name} ran" in out


def test_the_table_has_each_parts_seconds() -> None:
    out = io.StringIO()
    Console(file=out, width=100).print(table([OK, FAILED], 62.0))
    lines = [line.replace("│", " ").split() for line in out.getvalue().splitlines()]
    assert ["types", "ok", "61", "58"] in lines
    assert ["lint", "failed", "2", "2", "E501"] in lines
    assert ["together", "62", "60"] in lines


def test_check_leaves_out_nothing_of_lint_and_sbom() -> None:
    """The targets by which a developer runs them alone."""
    makefile = (ROOT / "Makefile").read_text()
    recipes = [makefile.partition(f"\n{target}:")[2].partition("\n\n")[0] for target in ("lint", "sbom")]
    asked = [
        line.partition("$(BIN)/")[2].split() for line in "\n".join(recipes).splitlines() if line[:1] == "\t"
    ]
    ran = [" ".join(part.command).replace(f"{BIN}/", "") for part in beside()]
    assert sorted(" ".join(words) for words in asked if words) == sorted(ran)


def test_seconds_are_added_by_folder() -> None:
    assert folder("tests/desk/pages/test_x.py::test_y[a::b]") == "tests/desk"
    assert folder("tests/test_x.py::test_y") == "tests"


def test_near_a_file_is_its_test_and_the_tests_named_after_it() -> None:
    every = ["tests/desk/test_desk_rates.py", "tests/desk/test_desk_seal.py", "tests/app/test_pace.py"]
    assert nearby(["desk/statistics/rates.py"], every) == [*CORE, "tests/desk/test_desk_rates.py"]
    assert nearby(["tests/app/test_pace.py", "README.md"], every) == [*CORE, "tests/app/test_pace.py"]
    assert nearby(["app/rates.py", "desk/phrases/seal.toml"], every) == [*CORE]


def test_what_the_core_has_is_not_named_twice() -> None:
    assert nearby(["intake/understand/persons/masking.py"], ["tests/intake/test_masking.py"]) == [*CORE]
