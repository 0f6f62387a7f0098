"""The region's own words in plain ones, so that an old resident's complaint finds its category.

Only what is counted by keywords is read so: spans are of what the citizen wrote, and the summary shows that.
"""

import re
from functools import cache

from intake.understand.lexicon import any_of, bounded, table


def plain(text: str) -> str:
    """`text` with the region's words replaced; its length may change."""
    return _pattern().sub(lambda match: table("dialect")["words"][match[0]], text)


@cache
def _pattern() -> re.Pattern[str]:
    return bounded(any_of(table("dialect")["words"]))
