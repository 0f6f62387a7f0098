"""Personal data taken out of words that leave for a place where they may not go.

The rule: what is known of this citizen goes wherever it stands; of what is not known, whatever
`understand.personal` finds. Numbers of offices stay: they are what an answer is for.
"""

from collections.abc import Callable
from dataclasses import replace

from intake.ticket import Place, Ticket
from intake.understand import personal
from intake.understand.personal import Kind

HIDDEN = "＊＊"
SHORTEST = 2
"""A single character is no name to look for: it stands in too many words."""


def masked(text: str, *known: str | None) -> str:
    """The text without `known` and without anything that tells a person apart."""
    for secret in sorted((one for one in known if one and len(one) >= SHORTEST), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _without(text, lambda _kind, _said: HIDDEN)


def without_id_numbers(text: str) -> str:
    """The text with the middle of every identity card's number hidden."""
    for start, end in sorted(personal.id_spans(text), reverse=True):
        text = text[:start] + _short(Kind.IDENTITY, text[start:end]) + text[end:]
    return text


def shortened(text: str) -> str:
    """The text as lists show it: of each such number and name what is needed to recognise it."""
    return _without(text, _short)


def without_citizen(ticket: Ticket) -> Ticket:
    """The matter without whose it was: nobody to be reached, nothing in its words that names them."""
    place = ticket.place
    known = (ticket.name, ticket.phone, ticket.enterprise)
    return replace(
        ticket,
        title=masked(ticket.title, *known),
        content=masked(ticket.content, *known),
        expectation=ticket.expectation and masked(ticket.expectation, *known),
        subject=ticket.subject and masked(ticket.subject, *known),
        place=place and Place(masked(place.text, *known), place.area_code),
        name=None,
        phone=None,
        enterprise=None,
        anonymous=True,
        consent=None,
    )


def _without(text: str, hidden: Callable[[Kind, str], str]) -> str:
    for one in reversed(personal.find(text)):
        said = text[one.start : one.end]
        text = text[: one.start] + hidden(one.kind, said) + text[one.end :]
    return text


_SHOWN = {
    # signs kept at the front and at the end
    Kind.PHONE: (3, 4),
    Kind.IDENTITY: (3, 4),
    Kind.CARD: (4, 4),
    Kind.PLATE: (2, 2),
    Kind.NAME: (1, 0),
}


def _short(kind: Kind, said: str) -> str:
    front, end = _SHOWN.get(kind, (0, 0))
    hidden = "*" * max(min(len(said) - front - end, 4), 2)
    return said[:front] + hidden + (said[-end:] if end else "")
