"""Personal data taken out of words that leave for a place where they may not go.

The rule: what is known of this citizen goes wherever it stands; of what is not known, whatever
`understand.personal` finds. Numbers of offices stay: they are what an answer is for.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from intake.model.ticket import Place, Ticket
from intake.understand.persons import personal
from intake.understand.persons.finder import PersonalKind

HIDDEN = "\uff0a\uff0a"  # two wide asterisks
SHORTEST = 2
"""A single character is no name to look for: it stands in too many words."""


def masked(text: str, *known: str | None) -> str:
    """The text without `known` and without anything that tells a person apart."""
    spans = [(one.start, one.end) for one in personal.find(text)]
    for secret in known:
        if secret and len(secret) >= SHORTEST:
            spans += _places(text, secret)
    parts, at = [], 0
    for start, end in _merged(spans):
        parts += [text[at:start], HIDDEN]
        at = end
    return "".join([*parts, text[at:]])


def names(*texts: str | None) -> tuple[str, ...]:
    """The full names these texts give away, to be hidden also where nothing stands beside them."""
    found = (
        (text, one) for text in texts if text for one in personal.find(text) if one.kind is PersonalKind.NAME
    )
    return tuple(dict.fromkeys(text[one.start : one.end] for text, one in found))


def known_of(ticket: Ticket) -> tuple[str | None, ...]:
    """What is known of a ticket's citizen, and of whom else it names."""
    named = names(ticket.title, ticket.content, ticket.expectation, ticket.subject)
    return (ticket.name, ticket.phone, ticket.enterprise, *named)


def without_id_numbers(text: str) -> str:
    """The text with the middle of every identity card's number hidden."""
    for start, end in sorted(personal.id_spans(text), reverse=True):
        text = text[:start] + _short(PersonalKind.IDENTITY, text[start:end]) + text[end:]
    return text


def shortened(text: str, *named: str) -> str:
    """The text as lists show it: of each such number and name what is needed to recognise it."""
    short = _without(text, _short)
    for name in sorted(named, key=len, reverse=True):
        short = short.replace(name, _short(PersonalKind.NAME, name))
    return short


def without_citizen(ticket: Ticket) -> Ticket:
    """The matter without whose it was: nobody to be reached, nothing in its words that names them."""
    place = ticket.place
    known = known_of(ticket)
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


def _places(text: str, secret: str) -> Iterator[tuple[int, int]]:
    at = text.find(secret)
    while at >= 0:
        yield at, at + len(secret)
        at = text.find(secret, at + len(secret))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, those that overlap as one: of a known address a door is not all that goes."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(text: str, hidden: Callable[[PersonalKind, str], str]) -> str:
    parts, at = [], 0
    for one in personal.find(text):
        parts += [text[at : one.start], hidden(one.kind, text[one.start : one.end])]
        at = one.end
    return "".join([*parts, text[at:]])


_SHOWN = {
    # signs kept at the front and at the end
    PersonalKind.PHONE: (3, 4),
    PersonalKind.IDENTITY: (3, 4),
    PersonalKind.CARD: (4, 4),
    PersonalKind.PLATE: (2, 2),
    PersonalKind.NAME: (1, 0),
    PersonalKind.FORM: (1, 0),
    PersonalKind.ACCOUNT: (2, 2),
}


def _short(kind: PersonalKind, said: str) -> str:
    front, end = _SHOWN.get(kind, (0, 0))
    hidden = "*" * max(min(len(said) - front - end, 4), 2)
    return said[:front] + hidden + (said[-end:] if end else "")
