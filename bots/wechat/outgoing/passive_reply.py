"""The answer that rides the response to a push: one text, encrypted as the mode asks.

WeChat takes one passive reply of 2,048 bytes at most for a push. What does not fit goes on by
customer-service message: it is given back, in order, already cut to size. Where the account may send
none, the citizen is told that there is more, and hears it with their next word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bots.wechat import menu
from bots.wechat.codec import Push, clean, text_reply
from bots.wechat.incoming.verification import PushCredentials, Query, seal
from intake.model.messages import Reply

LONGEST = 2048
"""Bytes of UTF-8 in one text, measured in the field; characters are not what counts."""

NOTHING = "success"
"""WeChat's word for "received, nothing to say": never encrypted, never quoted."""

_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Passive:
    """The response's body, and what did not fit into it."""

    body: str
    overflow: tuple[Reply, ...] = ()


def passive(
    account: PushCredentials,
    query: Query,
    push: Push,
    replies: Sequence[Reply],
    now: datetime,
    more: str = "",
) -> Passive:
    """Render a turn's replies as the answer to `push`; `more` closes one that does not hold them all."""
    text, overflow = join(replies)
    if overflow and more:
        text, overflow = join(replies, LONGEST - size(_BETWEEN + more))
        text += _BETWEEN + more
    if not text:
        return Passive(NOTHING, overflow)
    return Passive(seal(account, query, text_reply(push, text, now), now), overflow)


def join(replies: Sequence[Reply], limit: int = LONGEST) -> tuple[str, tuple[Reply, ...]]:
    """As many replies as fit into one text, a blank line between them; and the rest."""
    waiting = [part for reply in replies for part in split(reply, limit)]
    text = ""
    while waiting:
        longer = _BETWEEN.join(filter(None, (text, wording(waiting[0]))))
        if size(longer) > limit:
            break
        text = longer
        waiting.pop(0)
    return text, tuple(waiting)


def split(reply: Reply, limit: int = LONGEST) -> tuple[Reply, ...]:
    """The reply in pieces that fit one message each; the choices stay with the last."""
    if size(wording(reply)) <= limit:
        return (reply,)
    pieces: list[Reply] = []
    rest = replace(reply, text=clean(reply.text))
    while rest.text and size(wording(rest)) > limit:
        head, tail = cut(rest.text, limit)
        pieces += [replace(rest, text=head, choices=(), step="", ask=None)] if head else []
        rest = replace(rest, text=tail)
    if size(wording(rest)) > limit:
        return (*pieces, *_split_choices(rest, limit))
    return (*pieces, rest) if rest.text or rest.choices else tuple(pieces)


def wording(reply: Reply) -> str:
    """What the citizen reads: with links where they fit, with bare numbers where not."""
    text = clean(menu.linked(reply))
    return text if size(text) <= LONGEST else clean(menu.numbered(reply))


def cut(text: str, limit: int) -> tuple[str, str]:
    """Cut at `limit` bytes on a character boundary, at a line's end if one is near."""
    head = text.encode()[:limit].decode("utf-8", "ignore")
    line_end = head.rfind("\n")
    if line_end > len(head) // 2 and len(head) < len(text):
        head = head[:line_end]
    return head.rstrip("\n"), text[len(head) :].lstrip("\n")


def size(text: str) -> int:
    return len(text.encode())


def _split_choices(reply: Reply, limit: int) -> tuple[Reply, ...]:
    """More options than one message holds go out as lines of text; they are taken by number."""
    lines, pieces = menu.numbered(reply), []
    while lines:
        head, lines = cut(lines, limit)
        pieces.append(Reply(head, durable=reply.durable))
    return tuple(pieces)
