"""A message without its address and numbers, which tell nothing of a danger.

What was learnt comes from lines that mostly name no place, and harmless messages have more of them: an address
and a phone around "there is a smell of gas" must not outweigh it.
"""

import re
from functools import cache

from intake.understand.lexicon import bounded, compiled, signs, table

_PLACES = ("road", "estate", "village", "institution", "town", "admin")
_NUMBER = bounded(
    r"(?:我的?|本人|联系)?(?:电话|手机|联系方式|联系人|号码)?(?:是|为|：|:)?[\u4e00-\u9fff]{0,3}?\+?\d[\d -]{6,14}"
)


def bare(text: str) -> str:
    """`text`, as normalised, with its places, doors and numbers taken out; as it is where nothing is left."""
    told = _NUMBER.sub("", text)
    for pattern in _addresses():
        told = pattern.sub("", told)
    return told.strip(signs()) or text


@cache
def _addresses() -> tuple[re.Pattern[str], ...]:
    places = (table("place")[f"{kind}_pattern"] for kind in _PLACES)
    return tuple(compiled(pattern) for pattern in (*places, *table("rough")["doors"]))
