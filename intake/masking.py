"""Personal data taken out of words that leave for a place where they may not go.

The rule: what is known of this citizen goes wherever it stands; of what is not known, mobile numbers,
identity cards and mail addresses. Numbers of offices stay: they are what an answer is for.
"""

import re

HIDDEN = "＊＊"
SHORTEST = 2
"""A single character is no name to look for: it stands in too many words."""

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)",
        r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])",
        r"(?<![0-9A-Za-z])\d{15}(?![0-9A-Za-z])",
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
    )
)


def masked(text: str, *known: str | None) -> str:
    """The text without `known` and without what looks like a person's number or address."""
    for secret in sorted((one for one in known if one and len(one) >= SHORTEST), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text
