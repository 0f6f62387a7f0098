"""How many real dangers are seen, and how many harmless messages set off an alarm.

`labels/safety.txt` was written for this, before the rules were mended by its even lines; the odd ones are
kept aside. The `roles` files are about who suffers what and whether it is so: of `roles.txt` the hash of a
line says which half is aside, `roles_known.txt` was mended by, `roles_fresh.txt` was written last. A red
message counts as seen whatever red card it gets: the citizen is warned and staff are told.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.model.ticket import UrgencyLevel
from intake.understand.normalise import normalise
from intake.understand.safety import signal, urgency
from playground.replay.rows import read_rows

LABELS = Path(__file__).parent / "labels"
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
    return tuple(Message(*row, number % 2 == 1) for number, row in enumerate(_rows("safety"), 1))


def roles() -> tuple[Message, ...]:
    """Messages about who suffers what, in two halves by their hash."""
    return tuple(Message(level, text, _is_odd(text)) for level, text in _rows("roles"))


def known_roles() -> tuple[Message, ...]:
    """More of them that the rules were made by."""
    return tuple(Message(*row, aside=False) for row in _rows("roles_known"))


def fresh_roles() -> tuple[Message, ...]:
    """More of them, written after the rules."""
    return tuple(Message(*row, aside=True) for row in _rows("roles_fresh"))


def _rows(name: str) -> Iterator[tuple[str, str]]:
    for line in (LABELS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        level, _, text = line.partition("|")
        if text and not line.startswith("#"):
            yield level, text


def _is_odd(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


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
    for what, some in (
        ("roles, aside", [one for one in roles() if one.aside]),
        ("roles, last", fresh_roles()),
    ):
        red = sum(one.level in RED for one in some)
        yield Goal(f"{what}: red signals seen, of {red}", None, 1 - len(missed(some)) / red)
        calm = len(some) - red
        yield Goal(f"{what}: false alarms, of {calm}", None, len(false_alarms(some)) / calm)
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
