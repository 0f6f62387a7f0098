"""A message without its address and numbers, which tell nothing of a danger.

What was learnt comes from lines that mostly name no place; harmless messages have more of them. An address
and a phone around "there is a smell of gas" must not outweigh it.
"""

import re
from functools import cache

from intake.understand.lexicon import compiled, signs, table

_PLACES = ("road", "estate", "village", "institution", "town", "admin")


def bare(text: str) -> str:
    """`text`, as normalised, with its places, doors and numbers taken out; as it is where nothing is left."""
    told = text
    for pattern in _addresses_and_numbers():
        told = pattern.sub("", told)
    return told.strip(signs()) or text


@cache
def _addresses_and_numbers() -> tuple[re.Pattern[str], ...]:
    places = (table("place")[f"{kind}_pattern"] for kind in _PLACES)
    return tuple(
        compiled(pattern) for pattern in (table("phone")["told_pattern"], *places, *table("rough")["doors"])
    )
