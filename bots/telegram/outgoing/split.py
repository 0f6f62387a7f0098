"""A reply in parts that fit one message each; and which replies may ride the webhook's answer.

The rule: one outbox entry is one message. A part that failed is sent again alone, and those
before it do not come twice.
"""

from dataclasses import replace

from bots.telegram.outgoing.text import pieces
from intake.model.messages import Reply


def parts(reply: Reply) -> tuple[Reply, ...]:
    """The reply as one message each; the buttons hang under the last, old ones go with the first."""
    texts = [text for text in pieces(reply.text) if text.strip()] or [reply.text]
    *before, last = [replace(reply, text=text, choices=(), ask=None, retires=()) for text in texts]
    closing = replace(last, choices=reply.choices, ask=reply.ask)
    first, *rest = (*before, closing)
    return (replace(first, retires=reply.retires), *rest)


def rides(replies: tuple[Reply, ...]) -> bool:
    """Whether these may go as the body of the webhook's answer, whose failure nobody hears of.

    One short message that is a mere prompt. A keyboard under a message is none: it is taken away
    once its question is answered, and for that its number must be known.
    """
    if len(replies) != 1 or len(parts(replies[0])) != 1:
        return False
    (reply,) = replies
    keyboard = bool(reply.choices) and reply.ask is None
    return not (reply.durable or keyboard or reply.retires)
