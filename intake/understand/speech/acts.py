"""What some words do, whatever they are about: dispute, ask where it stands, give up, ask why."""

import re
from functools import cache

from intake.understand.lexicon import bounded, table

_SHORT = 40
"""Characters up to which a message is about one thing only."""


def disputes(said: str) -> bool:
    """Whether they say that it is not done."""
    return len(said) <= _SHORT and _pattern("disputes_pattern").search(said) is not None


def asks_progress(said: str) -> bool:
    """Whether they ask when something told before gets done."""
    return len(said) <= _SHORT and _pattern("progress_pattern").search(said) is not None


def gives_up(said: str) -> bool:
    """Whether they do not want to go on, and nothing after all."""
    return _pattern("gives_up_pattern").search(said) is not None and not _pattern("still_pattern").search(
        said
    )


def asks_why(said: str) -> bool:
    """Whether they ask what a question is for."""
    return _pattern("why_pattern").search(said) is not None


def agrees(said: str) -> bool:
    """Whether they say that all is right, and no more."""
    return _pattern("agrees_pattern").search(said) is not None


def waits(said: str) -> bool:
    """Whether they still look, or cannot read so much."""
    return _pattern("waits_pattern").search(said) is not None


def says_nothing_of_it(said: str) -> bool:
    """Whether an answer is talk: haste, a wait, a "said before", that answers no question."""
    return _pattern("not_answers_pattern").search(said) is not None


def wants_secrecy(said: str) -> bool:
    """Whether the unit shall not learn, or tell, who it was."""
    words = table("acts")
    plain = said
    for denied in words["not_confidential"]:
        plain = plain.replace(denied, "")
    return any(word in plain for word in words["confidential"])


def no_call_of(said: str) -> str:
    """The clause in which they ask to be written to in the chat only; "" for none."""
    words = table("acts")["chat_only"]
    clauses = _pattern("clause_pattern").split(said)
    return next((one.strip() for one in clauses if any(word in one for word in words)), "")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return bounded(table("acts")[name])
