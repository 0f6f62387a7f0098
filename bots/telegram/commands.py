"""Slash commands: Latin by Telegram's rule, so each stands for one of the dialog's own words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)

START = "start"


@dataclass(frozen=True, slots=True)
class Command:
    """`/name@bot rest`, with the name in small letters."""

    name: str
    bot: str
    rest: str


def parse(text: str) -> Command | None:
    """The command a text is, or None. A slash before Chinese words is not one."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    name, bot, rest = found.groups(default="")
    return Command(name.lower(), bot, rest.strip())


def in_words(command: Command, words: Mapping[str, str]) -> str:
    """The command in the dialog's own words; an unknown one leaves what stands behind it."""
    return f"{words.get(command.name, '')} {command.rest}".strip()
