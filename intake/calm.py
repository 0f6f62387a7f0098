"""Hard words answered calmly: they are no matter, no answer, and no reason to send anybody away.

Only a message that is nothing but hard words is meant; where a matter is told with them, it is heard.
"""

import re
from functools import cache

from intake import waiting
from intake.conversation import Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.understand.lexicon import any_of, signs, table


def answered(moment: Moment) -> Turn | None:
    """A calm word, and the question that waits."""
    if not _only_hard_words(moment.inbound.text) or moment.inbound.media:
        return None
    return waiting.again(moment, Reply(moment.say("welcome.calm")))


def _only_hard_words(text: str) -> bool:
    said = text.strip().strip(signs())
    return bool(said) and len(said) <= 24 and _pattern().fullmatch(said.lower()) is not None


@cache
def _pattern() -> re.Pattern[str]:
    words = table("insults")
    around = f"(?:{any_of(words['around'])})"
    return re.compile(f"(?:{around}*(?:{any_of(words['words'])}){around}*[!！。.,，?？~\\s]*)+")
