"""The few words only this channel needs: its commands, two keyboard labels, the hint for groups."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from intake.messages import Ask


@dataclass(frozen=True, slots=True)
class Command:
    """`word` is the global word the command stands for; descriptions by language code (`zh`, `en`)."""

    name: str
    word: str
    description: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Descriptions by language code; `group_hint` has one place, `{link}`."""

    commands: tuple[Command, ...]
    ask: Mapping[Ask, str]
    group_hint: str
    description: Mapping[str, str]
    short_description: Mapping[str, str]

    @property
    def words(self) -> Mapping[str, str]:
        """What each command stands for."""
        return {command.name: command.word for command in self.commands}


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
