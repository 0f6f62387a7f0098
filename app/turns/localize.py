"""A turn's replies made ready: their language, whose buttons they settle, and the profile's names in it.

The wording has its traditional form from the start; what a city's profile calls its units, areas and
categories has not, and gets it here. What a citizen wrote is left as they wrote it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from intake.city import CityProfile
from intake.dialog.live_steps import settled
from intake.model.conversation import Conversation, Turn
from intake.model.messages import Choice, Reply
from intake.phrases import FALLBACK, LANGUAGES, TRADITIONAL, traditional

Script = Callable[[str], str]


class Localizer:
    """How this city's replies leave the dialog."""

    def __init__(self, city: CityProfile) -> None:
        names = sorted({name for name in _names(city) if name != traditional(name)}, key=len, reverse=True)
        self._names = re.compile("|".join(map(re.escape, names))) if names else None

    def told(self, turn: Turn, before: Conversation, hint: str) -> tuple[Reply, ...]:
        """The replies of `turn`; `hint` is the language where the citizen has chosen none."""
        language = turn.conversation.language or hint
        settles = settled(before, turn.conversation)
        return tuple(
            self._in(language, replace(reply, language=language, retires=settles if number == 0 else ()))
            for number, reply in enumerate(turn.replies)
        )

    def _in(self, language: str, reply: Reply) -> Reply:
        if language != TRADITIONAL or self._names is None:
            return reply
        choices = tuple(Choice(choice.option, self._script(choice.label)) for choice in reply.choices)
        return replace(reply, text=self._script(reply.text), choices=choices)

    def _script(self, text: str) -> str:
        return self._names.sub(lambda name: traditional(name[0]), text) if self._names else text


def _names(city: CityProfile) -> Iterator[str]:
    """What the profile writes for people to read."""
    key = LANGUAGES[FALLBACK]
    yield city.name
    yield from (one.name for group in (city.units, city.areas, city.categories) for one in group.values())
    for category in city.categories.values():
        for question in category.questions:
            yield question.ask.get(key, "")
            yield from question.choices.get(key, ())
