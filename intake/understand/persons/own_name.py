"""How the citizen is called: the form of address or the name they give for themselves.

Other people in the story (a repairman, a manager) are not them: their titles count only
after words that speak of oneself.
"""

import re
from dataclasses import dataclass
from functools import cache

from intake.model.reading import Found
from intake.understand.lexicon import HAN, any_of, bounded, signs, table


@dataclass(frozen=True, slots=True)
class _Words:
    titled: re.Pattern[str]
    surname: re.Pattern[str]
    full: re.Pattern[str]
    full_title: re.Pattern[str]
    name: re.Pattern[str]
    card: re.Pattern[str]
    labels: re.Pattern[str]
    others: frozenset[str]
    not_names: tuple[str, ...]
    not_name_ends: tuple[str, ...]


def find(text: str, has_phone: bool) -> Found[str] | None:
    """The name said, with its span. `has_phone`: the message also brings a number, as a card does."""
    return _surname(text) or _full(text) or _card(text, has_phone) or _titled(text)


def _surname(text: str) -> Found[str] | None:
    match = _words().surname.search(text)
    if not match:
        return None
    value = match["name"] + (match["title"] or "")
    return Found(value, match.start("name"), match.end(), 0.95)


def _full(text: str) -> Found[str] | None:
    words = _words()
    for pattern, confidence in ((words.full_title, 0.95), (words.full, 0.9)):
        for match in pattern.finditer(text):
            if not _is_no_name(match["name"]):
                return Found(match["name"], match.start("name"), match.end("name"), confidence)
    return None


def _card(text: str, has_phone: bool) -> Found[str] | None:
    """A message that is nothing but a name, or a name and a number."""
    words = _words()
    bare = words.labels.sub("", words.card.sub(" ", text)).strip()
    if not bare or " " in bare or not (words.name.fullmatch(bare) or words.titled.fullmatch(bare)):
        return None
    if _is_no_name(bare):
        return None
    titled = words.titled.fullmatch(bare)
    start = text.find(bare)
    if start < 0:
        return None
    return Found(bare, start, start + len(bare), 0.95 if has_phone or titled else 0.7)


def _is_no_name(said: str) -> bool:
    words = _words()
    return said.startswith(words.not_names) or said.endswith(words.not_name_ends)


def _titled(text: str) -> Found[str] | None:
    """`Mr Zhang` inside a longer text: the citizen or somebody else, so only a guess."""
    words = _words()
    for match in words.titled.finditer(text):
        before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        stands_alone = before in signs() and (after in signs() or after.isdigit())
        if match["title"] not in words.others and stands_alone:
            return Found(match[0], *match.span(), 0.8 if len(text) <= 60 else 0.6)
    return None


@cache
def _words() -> _Words:
    data = table("person")
    surname = f"(?:{any_of(data['compound'])}|[{data['surnames']}])"
    title = f"(?P<title>{any_of(data['titles'])})"
    name = f"{surname}{HAN}{{1,2}}"
    return _Words(
        titled=bounded(f"{surname}{HAN}{{0,2}}?{title}"),
        surname=bounded(f"{data['surname_pattern']}(?P<name>{surname}){title}?"),
        full=bounded(f"{data['full_pattern']}(?P<name>{name}){data['end_pattern']}"),
        full_title=bounded(f"{data['full_pattern']}(?P<name>{surname}{HAN}{{0,2}}?{title})"),
        name=bounded(name),
        card=bounded(data["card_pattern"]),
        labels=bounded(data["label_pattern"]),
        others=frozenset(data["others"]),
        not_names=tuple(data["not_names"]),
        not_name_ends=tuple(data["not_name_ends"]),
    )
