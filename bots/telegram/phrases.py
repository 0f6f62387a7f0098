"""The few words only this channel needs: its commands, two keyboard labels, the hint for groups."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from intake.messages import Ask


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the menu; descriptions by language code (`zh`, `en`)."""

    name: str
    description: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Descriptions by language code; `group_hint` has one place, `{link}`."""

    commands: tuple[Command, ...]
    ask: Mapping[Ask, str]
    group_hint: str
    description: Mapping[str, str]
    short_description: Mapping[str, str]


@cache
def built_in() -> Phrases:
    """The words that come with the product."""
    raw = tomllib.loads(files("bots.telegram").joinpath("phrases.toml").read_text("utf-8"))
    return Phrases(
        commands=tuple(Command(**one) for one in raw["commands"]),
        ask={Ask(kind): label for kind, label in raw["ask"].items()},
        group_hint=raw["group"]["hint"],
        description=raw["bot"]["description"],
        short_description=raw["bot"]["short_description"],
    )
