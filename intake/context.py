"""Everything one step of the dialog may look at, and the short ways to answer."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake.city import CityProfile
from intake.model.conversation import Conversation, Effect, Turn
from intake.model.messages import Choice, Inbound, Reply
from intake.model.reading import Reading
from intake.phrases import called, path_called, say, unit_called
from intake.situation import Situation
from intake.understand.lexicon import table
from intake.understand.normalise import normalise

AROUND = 3
"""Characters around a label that do not hide which choice is meant."""
_PARTS = re.compile(r"[,，/、]")


@dataclass(frozen=True, slots=True)
class Context:
    """One message in its situation. A change makes a new one."""

    conversation: Conversation
    inbound: Inbound
    situation: Situation
    city: CityProfile
    now: datetime

    @property
    def reading(self) -> Reading:
        return self.situation.reading

    def say(self, key: str, **values: object) -> str:
        return say(self.city, self.situation.language, key, **values)

    def called(self, name: str) -> str:
        """A name of the profile's in the citizen's language."""
        return called(self.city, name, self.situation.language)

    def unit(self, unit_id: str | None) -> str:
        """The unit's name in the citizen's language; "" for none."""
        return unit_called(self.city, unit_id, self.situation.language)

    def path(self, category_code: str) -> str:
        """The category's path in the citizen's language."""
        return path_called(self.city, category_code, self.situation.language)

    def say_in(self, language: str, key: str) -> str:
        return say(self.city, language, key)

    def choices(self, **options: str) -> tuple[Choice, ...]:
        """Choices from `option=phrase key`, in that order."""
        return tuple(Choice(option, self.say(key)) for option, key in options.items())

    def day(self, at: datetime | date) -> str:
        """A date as the citizen reads it, in the city's time."""
        local = at.astimezone(ZoneInfo(self.city.timezone)) if isinstance(at, datetime) else at
        return self.say("receipt.date", month=local.month, day=local.day)

    def changed(self, **changes: Any) -> "Context":
        """The same moment with some of the conversation changed."""
        return replace(self, conversation=replace(self.conversation, **changes))

    def turn(self, *replies: Reply, effects: tuple[Effect, ...] = (), **changes: Any) -> Turn:
        """Answer, and remember `changes`."""
        return Turn(replace(self.conversation, **changes), replies, effects)


def tail(reference: str) -> str:
    """The last four characters: enough to tell tickets apart in a push, too little to look one up."""
    return reference[-4:]


def snippet(text: str, limit: int = 40) -> str:
    """The text on one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def pick(choices: tuple[Choice, ...], step: str, context: Context) -> str | None:
    """The option an answer names: by button, number, label, a label with little around it, yes or no."""
    tap = context.inbound.tap
    if tap is not None:
        return tap.option if tap.step == step and any(c.option == tap.option for c in choices) else None
    number = context.reading.number
    if number is not None:
        return choices[number - 1].option if 0 < number <= len(choices) else None
    said = _bare(context.reading.text or context.inbound.text)
    if not said:
        return None
    return _by_label(choices, said) or _by_part(choices, said) or _yes_or_no(choices, context)


def _by_label(choices: tuple[Choice, ...], said: str) -> str | None:
    return next((c.option for c in choices if _bare(normalise(c.label)) == said), None)


def _by_part(choices: tuple[Choice, ...], said: str) -> str | None:
    """A Chinese label with a few words around it, or one of its parts; nothing that says "not"."""
    labels = {c.option: _bare(normalise(c.label)) for c in choices if not c.label.isascii()}
    fitting = [option for option, label in labels.items() if _nearly(label, said)]
    longest = max((len(labels[option]) for option in fitting), default=0)
    best = [option for option in fitting if len(labels[option]) == longest]
    return best[0] if len(best) == 1 else None


def _nearly(label: str, said: str) -> bool:
    """Whether one stands in the other with little around it, or `said` is one of the label's parts."""
    if said in _PARTS.split(label):
        return True
    longer, shorter = (said, label) if len(said) >= len(label) else (label, said)
    before, found, after = longer.partition(shorter)
    around, least = before + after, 2 if shorter == label else 3
    return bool(found) and len(shorter) >= least and len(around) <= AROUND and not _negates(around)


def _negates(text: str) -> bool:
    return any(sign in text for sign in table("answers")["not_signs"])


def _yes_or_no(choices: tuple[Choice, ...], context: Context) -> str | None:
    command = context.reading.command
    return command if command in ("yes", "no") and any(c.option == command for c in choices) else None


def _bare(text: str) -> str:
    return text.strip().strip("。.!！,，").casefold()
