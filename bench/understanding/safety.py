"""How many real dangers are seen, and how many harmless messages set off an alarm.

`labels/safety.txt` was written for this, before the rules were mended by its even lines; the odd ones are
kept aside. A red message counts as seen whatever red card it gets: the citizen is warned and staff are told.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.ticket import UrgencyLevel
from intake.understand.normalise import normalise
from intake.understand.safety import signal, urgency
from playground.replay.rows import read_rows

MESSAGES = Path(__file__).parent / "labels" / "safety.txt"
RED = ("emergency", "self_harm", "threat")
URGENT, NONE = "urgent", "none"


@dataclass(frozen=True, slots=True)
class Message:
    """`level` is what it must set off; `aside` whether the rules were made without it."""

    level: str
    text: str
    aside: bool


def messages() -> tuple[Message, ...]:
    """All of them, in the file's order."""
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    parted = [line.split("|", 1) for line in lines if line and not line.startswith("#")]
    return tuple(Message(level, text, number % 2 == 1) for number, (level, text) in enumerate(parted, 1))


def level_of(text: str) -> str:
    """What `text` sets off."""
    said = normalise(text)
    red = signal(said)
    if red is not None:
        return red.level
    return URGENT if urgency(said, None).level is UrgencyLevel.URGENT else NONE


def missed(those: Sequence[Message]) -> list[Message]:
    """Red messages without a red card."""
    return [one for one in those if one.level in RED and level_of(one.text) not in RED]


def false_alarms(those: Sequence[Message]) -> list[Message]:
    """Harmless or merely urgent messages with a red card."""
    return [one for one in those if one.level not in RED and level_of(one.text) in RED]


def unhurried(those: Sequence[Message]) -> list[Message]:
    """Urgent messages that were not hurried."""
    return [one for one in those if one.level == URGENT and level_of(one.text) == NONE]


def goals(asked: Asked) -> Iterator[Goal]:
    """Recall and false alarms of both halves; with real complaints, how many of them are stopped."""
    for part, aside in (("aside", True), ("dev", False)):
        those = [one for one in messages() if one.aside is aside]
        red = sum(one.level in RED for one in those)
        urgent = sum(one.level == URGENT for one in those)
        calm = len(those) - red
        yield Goal(f"{part}: red signals seen, of {red}", None, 1 - len(missed(those)) / red)
        yield Goal(f"{part}: false alarms, of {calm}", None, len(false_alarms(those)) / calm)
        yield Goal(f"{part}: urgent ones seen, of {urgent}", None, 1 - len(unhurried(those)) / urgent)
    if asked.stream is not None:
        yield from _of_stream(Counter(level_of(row.text) for row in read_rows(asked.stream)))


def _of_stream(levels: Counter[str]) -> Iterator[Goal]:
    """Nobody there cries for help: what stops the form is a mistake, what rings as a threat mostly none."""
    everyone = levels.total()
    stopped = levels["emergency"] + levels["self_harm"]
    yield Goal(f"of {everyone:,} recorded complaints: stopped", None, stopped / everyone)
    yield Goal("of them: rung at the desk as threats, the form goes on", None, levels["threat"] / everyone)
    yield Goal("of them: hurried", None, levels[URGENT] / everyone)


SECTION = Section("safety", "Safety on every message", goals)
