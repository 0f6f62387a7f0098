"""Everything one step of the dialog may look at, and the short ways to answer."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake.city import CityProfile
from intake.conversation import Conversation, Effect, Situation, Turn
from intake.messages import Choice, Inbound, Reply
from intake.phrases import say
from intake.understand.normalise import normalise
from intake.understand.reading import Reading


@dataclass(frozen=True, slots=True)
class Moment:
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

    def say_in(self, language: str, key: str) -> str:
        return say(self.city, language, key)

    def choices(self, **options: str) -> tuple[Choice, ...]:
        """Choices from `option=phrase key`, in that order."""
        return tuple(Choice(option, self.say(key)) for option, key in options.items())

    def day(self, at: datetime | date) -> str:
        """A date as the citizen reads it, in the city's time."""
        local = at.astimezone(ZoneInfo(self.city.timezone)) if isinstance(at, datetime) else at
        return self.say("receipt.date", month=local.month, day=local.day)

    def changed(self, **changes: Any) -> "Moment":
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


def pick(choices: tuple[Choice, ...], step: str, moment: Moment) -> str | None:
    """The option an answer names: by button, number, label or the label's beginning."""
    tap = moment.inbound.tap
    if tap is not None:
        return tap.option if tap.step == step and any(c.option == tap.option for c in choices) else None
    number = moment.reading.number
    if number is not None:
        return choices[number - 1].option if 0 < number <= len(choices) else None
    return _by_label(choices, moment.reading.text or moment.inbound.text)


def _by_label(choices: tuple[Choice, ...], text: str) -> str | None:
    said = text.strip().strip("。.!！,，").casefold()
    if not said:
        return None
    exact = [c.option for c in choices if normalise(c.label).casefold() == said]
    return exact[0] if exact else None
