"""Slash commands: their form. What they mean the dialog knows, with or without a slash."""

import re
from dataclasses import dataclass

from intake.understand.commands import find

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


def in_words(command: Command, text: str) -> str:
    """A command the dialog knows as it stands; of any other, what was written behind it, maybe nothing."""
    known, _ = find(text)
    return text if known else command.rest
