"""The adapter's own words, from `phrases.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "phrases.toml"


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def say(section: str, name: str, **values: object) -> str:
    """The text, filled in. Raises KeyError for one there is not."""
    return _texts()[section][name].format(**values).strip()
