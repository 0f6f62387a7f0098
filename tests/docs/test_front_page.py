"""What somebody needs first: how it is started and tested, and what they may do with it."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APACHE = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""The licence as the Apache Software Foundation publishes it, unmodified."""


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
@pytest.mark.parametrize("command", ["run", "test"])
def test_both_readmes_name_both_commands_and_they_are_there(page: str, command: str) -> None:
    assert re.search(rf"^make {command}$", (ROOT / page).read_text(), re.MULTILINE)
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_both_readmes_name_the_licence(page: str) -> None:
    assert "[Apache-2.0](LICENSE)" in (ROOT / page).read_text()


def test_the_licence_is_the_published_text_and_the_package_says_so() -> None:
    assert sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE"]


def named(page: str, pattern: str) -> list[str]:
    return re.findall(pattern, (ROOT / page).read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "pattern", [r"^\| `(jiesu [^|`]+(?:\\\|[^|`]+)*)` \|", r"^\| `(JIESU_\w+` \| [^|]+) \|", r"^(#+) "]
)
def test_both_readmes_name_the_same_commands_settings_and_chapters(pattern: str) -> None:
    english = named("README.en.md", pattern)
    assert english
    assert named("README.md", pattern) == english
