"""The few words only this channel needs: its commands, two keyboard labels, the hint for groups.

Traditional Chinese is derived from the simplified, as everywhere.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from intake.model.messages import Ask
from intake.phrases import FALLBACK, LANGUAGES, TRADITIONAL, traditional

Labels = Mapping[Ask, str]


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """One line of the menu; descriptions by language code (`zh`, `en`)."""

    name: str
    description: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Descriptions by language code, the rest by our languages; `group_hint` has one place, `{link}`."""

    commands: tuple[MenuCommand, ...]
    asks: Mapping[str, Labels]
    group_hint: str
    description: Mapping[str, str]
    short_description: Mapping[str, str]

    def ask(self, language: str) -> Labels:
        """What stands on a button that asks for a card or a pin."""
        return self.asks.get(language) or self.asks[FALLBACK]


@cache
def built_in() -> Phrases:
    """The words that come with the product."""
    raw = tomllib.loads(files("bots.telegram").joinpath("phrases.toml").read_text("utf-8"))
    return Phrases(
        commands=tuple(MenuCommand(**one) for one in raw["commands"]),
        asks={language: _labels(raw["ask"], language) for language in LANGUAGES},
        group_hint=raw["group"]["hint"],
        description=raw["bot"]["description"],
        short_description=raw["bot"]["short_description"],
    )


def _labels(raw: Mapping[str, Mapping[str, str]], language: str) -> Labels:
    return {Ask(kind): _worded(texts, language) for kind, texts in raw.items()}


def _worded(texts: Mapping[str, str], language: str) -> str:
    text = texts[LANGUAGES[language]]
    return traditional(text) if language == TRADITIONAL else text
