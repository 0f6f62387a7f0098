"""The red team's attacks, all of them, against a fresh house."""

from pathlib import Path

import pytest

from bench.redteam import __main__ as redteam

pytestmark = pytest.mark.timeout(600)  # a whole house, its passwords hashed in earnest


async def test_every_attack_is_held_off(tmp_path: Path) -> None:
    answers = await redteam.play(tmp_path)
    assert len(answers) >= 40
    assert {name: answer.said for name, answer in answers.items() if not answer.held} == {}
