"""A newcomer adds a third channel by CONTRIBUTING's recipe alone, and it carries a whole complaint.

The house is copied, `new/` is laid over it and `lines.toml` put into it; nothing else is touched. What the
copy's own tests say of it holds as well: folders, class names, settings.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NAME = "cityapp"
COPIED = (
    "app", "bench", "bots", "cities", "cli", "desk", "docs", "hotline", "intake", "playground", "storage",
    "training", "webhooks", "tests", "pyproject.toml", "README.md", "README.en.md",
    "CONTRIBUTING.md",
)  # fmt: skip
HELD_BY = (
    f"tests/story/test_{NAME}.py",
    "tests/docs/test_house.py",
    "tests/app/test_settings.py",
    "tests/intake/dialog/test_phrase_files.py",
)

pytestmark = pytest.mark.timeout(400)  # a whole town in a process of its own, on a machine that may be busy


def recipe() -> list[str]:
    """The paths that the recipe of a channel names, folders with a slash at the end."""
    said = re.search(
        r"\*\*A channel\.\*\*(.*?)\n\n", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL
    )
    assert said
    paths = re.findall(r"`([\w<>]+/[\w<>./]*|README(?:\.en)?\.md)`", said[1])
    return [path.replace("<channel>", NAME) for path in paths]


def new_files() -> list[Path]:
    return [path for path in (HERE / "new").rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def lines() -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads((HERE / "lines.toml").read_text("utf-8"))["line"]
    return found


def touched() -> set[str]:
    return {str(path.relative_to(HERE / "new")) for path in new_files()} | {one["file"] for one in lines()}


def put_in(house: Path, line: dict[str, str]) -> None:
    """One line at its place, which must be there once."""
    path = house / line["file"]
    text, place = path.read_text("utf-8"), line.get("after") or line["before"]
    text = text.replace(line["instead"] + "\n", "") if "instead" in line else text
    assert text.count(f"{place}\n") == 1, f"{line['file']}: {place}"
    add = line["add"].strip("\n") + "\n" * (3 if line["add"].endswith("\n\n\n") else 1)
    around = (f"{place}\n{add}") if "after" in line else f"{add}{place}\n"
    path.write_text(text.replace(f"{place}\n", around), "utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The copy with the third channel in it."""
    made = tmp_path / "house"
    made.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__", "thirdchannel")
            )
        else:
            shutil.copy(ROOT / name, made / name)
    for path in new_files():
        target = made / path.relative_to(HERE / "new")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for line in lines():
        put_in(made, line)
    return made


def test_only_what_the_recipe_lists_is_touched_and_all_of_it() -> None:
    listed = recipe()
    unlisted = {
        path
        for path in touched()
        if not any(path == one or (one.endswith("/") and path.startswith(one)) for one in listed)
    }
    assert unlisted == set()
    unused = {one for one in listed if not any(path.startswith(one) for path in touched())}
    assert unused == WHERE_NEEDED


WHERE_NEEDED = {"bots/answers.py", "docs/openapi/", "docs/integrators.md"}
"""What the recipe lists with an "if": this channel cuts no texts, and no integrator has its code yet."""


def test_it_carries_a_complaint_from_the_first_word_to_the_survey(house: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(house)}
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *HELD_BY]
    told = subprocess.run(asked, cwd=house, env=env, capture_output=True, text=True, timeout=380, check=False)  # noqa: S603
    assert told.returncode == 0, told.stdout[-6000:]
