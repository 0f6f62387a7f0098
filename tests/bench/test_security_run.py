"""The last line of `make security`: what was not looked at is not passed, and no finding is excused."""

from pathlib import Path

import pytest

from bench.security import ROOT, Check, Outcome, closing, fuzzers, run

OK, FOUND, UNASKED = (
    Outcome("a", "ok", ""),
    Outcome("red team", "FOUND", ""),
    Outcome("audit", "NOT ASKED", ""),
)
REASON = "no way out of this network; audited on Mondays elsewhere"


@pytest.mark.parametrize("because", ["", REASON])
@pytest.mark.parametrize("others", [(), (UNASKED,)])
def test_a_finding_is_excused_by_nothing(others: tuple[Outcome, ...], because: str) -> None:
    status, sentence = closing([OK, FOUND, *others], because)
    assert status == 1
    assert "red team" in sentence


def test_what_was_not_asked_is_not_passed() -> None:
    status, sentence = closing([OK, UNASKED], "")
    assert status == 2
    assert "NOT ASKED, and so not passed: audit" in sentence


def test_with_its_reason_it_stays_told() -> None:
    status, sentence = closing([OK, UNASKED], REASON)
    assert status == 0
    assert "NOT ASKED" in sentence
    assert REASON in sentence


def test_nothing_open() -> None:
    assert closing([OK, OK], "") == (0, "0 findings open.")


@pytest.mark.parametrize(
    ("may_be_unasked", "status", "verdict"),
    [(False, 0, "ok"), (False, 1, "FOUND"), (False, 3, "FOUND"), (True, 3, "NOT ASKED"), (True, 1, "FOUND")],
)
def test_only_who_asks_others_may_be_unasked(may_be_unasked: bool, status: int, verdict: str) -> None:
    """pytest's own status 3 is a fault of pytest's: no check that ran nothing may look excusable."""
    command = ("sh", "-c", f"echo said; exit {status}")
    outcome = run(Check("x", command, may_be_unasked), 1)
    assert (outcome.verdict, outcome.says) == (verdict, "said")


def test_every_fuzzer_of_the_repository_is_in() -> None:
    fuzzing = {path for path in ROOT.glob("tests/**/*fuzz*.py") if path.name.startswith("test_")}
    named = {ROOT / one for one in fuzzers()}
    assert len(fuzzing) >= 4
    assert fuzzing <= named
    assert [one for one in named if not Path(one).exists()] == []
