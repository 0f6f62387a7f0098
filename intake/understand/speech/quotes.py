"""A message without what it quotes: words of ours, or anybody's, that an app puts above an answer.

The rule: what is quoted was said before; only what stands below it is said now.
"""

import re

_WECHAT = re.compile(
    r"^\u300c.{0,2000}?\u300d[ \t]*\n[ \t]*(?:-[ \t]?){3,60}\n(?P<own>.{1,8000})$", re.DOTALL
)
_MARKED = re.compile(r"^(?:>[^\n]{0,2000}\n){1,60}(?P<own>[^>].{0,8000})$", re.DOTALL)


def without_quote(text: str) -> str:
    """What is said below a quote; the text as it is where it quotes nothing, or says nothing else."""
    match = _WECHAT.match(text) or _MARKED.match(text)
    return match["own"].strip() if match and match["own"].strip() else text
