"""A story longer than a ticket takes: cut where a sentence ends, and nothing of it lost.

The first part stands in the ticket, the others follow it as supplements.
"""

from intake.understand.lexicon import table

MAX_CONTENT = 2000
"""What one ticket, and one supplement, takes."""
MAX_TOLD = 20_000
"""What one draft takes of its citizen's words; more is said to be too much, not dropped in silence."""
_LOOK_BACK = 200
"""How far before the limit the end of a sentence is looked for."""


def chapters(content: str, limit: int = MAX_CONTENT) -> tuple[str, ...]:
    """`content` in parts of at most `limit` characters; joined they hold every word."""
    parts, rest = [], content
    while len(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return (*parts, rest)


def _cut(text: str, limit: int) -> int:
    """Behind the last end of a sentence shortly before the limit, else at the limit."""
    ends = table("safety")["clause_end"]
    return next((at + 1 for at in range(limit - 1, limit - _LOOK_BACK, -1) if text[at] in ends), limit)
