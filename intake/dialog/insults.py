"""Hard words answered calmly: they are no matter, no answer, and no reason to send anybody away.

Only a message that is nothing but hard words is meant; where a matter is told with them, it is heard.
"""

import re
from functools import cache

from intake.context import Context
from intake.dialog import repeat_question
from intake.model.conversation import Turn
from intake.model.messages import Reply
from intake.understand.lexicon import any_of, bounded, signs, table


def meant(context: Context) -> bool:
    """Whether the message is nothing but hard words."""
    return _only_hard_words(context.inbound.text) and not context.inbound.media


def answered(context: Context) -> Turn:
    """A calm word, and the question that waits."""
    return repeat_question.again(context, Reply(context.say("welcome.calm")))


def _only_hard_words(text: str) -> bool:
    said = text.strip().strip(signs())
    return bool(said) and len(said) <= 24 and _pattern().fullmatch(said.lower()) is not None


@cache
def _pattern() -> re.Pattern[str]:
    words = table("insults")
    around = f"(?:{any_of(words['around'])})"
    return bounded(
        f"(?:{around}{{0,12}}(?:{any_of(words['words'])}){around}{{0,12}}[!！。.,，?？~\\s]{{0,24}}){{1,12}}"
    )
