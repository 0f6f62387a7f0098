"""Bot API servers that nobody here wrote. `make foreign` installs them, away from our own packages.

Their ideas of Telegram are not ours, and that is the point: what our stand-in and our bot would get wrong
together shows here. Where they are not installed, and cannot be, the tests are skipped by name.
"""

import shutil
import sys
from pathlib import Path

import pytest

HOME = Path(sys.prefix) / "foreign"
HOW = "is not installed: `make foreign` does it (package registries and, for npm's, Node are needed)"


@pytest.fixture(scope="session")
def telemelya() -> Path:
    """The folder with the programs of telemelya's own environment."""
    programs = HOME / "telemelya" / "bin"
    if not (programs / "moto_server").exists():
        pytest.skip(f"telemelya {HOW}")
    return programs


@pytest.fixture(scope="session")
def telegram_test_api() -> Path:
    """The folder of npm packages with telegram-test-api among them."""
    packages = HOME / "telegram-test-api" / "node_modules"
    if shutil.which("node") is None or not (packages / "telegram-test-api").exists():
        pytest.skip(f"telegram-test-api {HOW}")
    return packages
