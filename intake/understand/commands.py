"""The global words: back, change, cancel, a person, progress and so on, and the number of a choice.

A word is a command only when it is the whole message, but for politeness and punctuation.
Words of three characters and more forgive one wrong one. A few may be followed by more:
what to change, which number to look up.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from intake.understand.lexicon import any_of, bounded, numerals, signs, table

LONGEST = 40
"""A longer message is no command, unless it starts with a word that takes more."""
_SHORT = 8
_REFERENCE = bounded(r"[A-Za-z]{0,2}\d{4,20}(?:\s{1,8}\w{6})?")
"""A ticket's number or its tail, perhaps with the query code behind it."""
_RECEIPT = bounded(
    r"[^0-9A-Za-z]{0,5}[A-Za-z]{2}[0-9]{15}(?:[^0-9A-Za-z]{1,8}[0-9A-Za-z]{6}[^0-9A-Za-z]{0,12})?"
)
"""A ticket's number as the receipt says it, with its code or without: nothing else looks like it."""
_TYPO_FROM = {"zh": 3, "en": 6}
_NEVER_GUESSED = frozenset(
    {"yes", "no", "agree", "decline", "unconsent", "submit", "mine", "thanks", "erase", "privacy"}
)
"""One sign turns these into their opposite or into a matter of its own, and they bind: no typo is taken."""


@dataclass(frozen=True, slots=True)
class _Words:
    commands: Mapping[str, str]
    by_length: Mapping[int, tuple[str, ...]]  # those that forgive a wrong character
    lead: re.Pattern[str]
    trail: re.Pattern[str]
    rest: re.Pattern[str]
    rest_lead: re.Pattern[str]
    language: str
    rest_ids: Mapping[str, str]
    changeable: re.Pattern[str]


def find(text: str) -> tuple[str | None, str]:
    """The command's id and what followed it, or (None, "")."""
    said = text.strip(signs()).lower()
    slash = re.fullmatch(r"/([a-z_]+)(?:@\w+)?(?:\s+(.*))?", text.strip(), re.DOTALL | re.IGNORECASE)
    if slash:
        return _slash(slash[1].lower(), (slash[2] or "").strip())
    if not said:
        return None, ""
    for words in (_words("zh"), _words("en")):
        if len(said) <= LONGEST and (command := _whole(said, words)):
            return command, ""
        if found := _with_rest(words.lead.sub("", text.strip()), words):
            return found
    return ("progress", text.strip()) if _RECEIPT.fullmatch(text.strip()) else (None, "")


def number(text: str) -> int | None:
    """The number when the whole message is a choice from 1 to 99, else None."""
    data = table("commands")["numbers"]
    said = re.sub("[\ufe0f\u20e3]", "", text).strip()
    if len(said) > 8 or not said:
        return None
    if len(said) == 1 and said in data["circled"]:
        return int(data["circled"].index(said)) + 1
    bare = re.sub(data["trail_pattern"], "", re.sub(data["lead_pattern"], "", said)).strip(" ")
    if re.fullmatch(r"[1-9]\d?", bare):
        return int(bare)
    return _numeral(bare)


def _numeral(bare: str) -> int | None:
    data = table("commands")["numbers"]
    ten, digits = data["ten"], data["digits"]
    if not re.fullmatch(rf"[{digits}]?{ten}?[{digits}]?|{data['two']}", bare) or not bare:
        return None
    if bare == data["two"]:
        return 2
    if ten not in bare:
        return digits.index(bare) or None if len(bare) == 1 else None
    tens, ones = bare.split(ten)
    return 10 * (digits.index(tens) if tens else 1) + (digits.index(ones) if ones else 0)


def _slash(word: str, rest: str) -> tuple[str | None, str]:
    command = _words("en").commands.get(word.replace("_", " ")) or table("commands", "en")["slash"].get(word)
    return command, rest if command else ""


def _whole(said: str, words: _Words) -> str | None:
    for form in _forms(said, words):
        if form in words.commands:
            return words.commands[form]
    near = {words.commands[word] for word in _near(said, words)}
    return near.pop() if len(near) == 1 and not near & _NEVER_GUESSED else None


def _forms(said: str, words: _Words) -> Iterator[str]:
    """The message as it stands, then without polite words around it."""
    yield said
    if words.language == "zh" and not said.isascii():
        yield said.replace(" ", "")
    shorter = words.lead.sub("", said).strip(signs())
    while shorter:
        yield shorter
        cut = words.trail.sub("", shorter).strip(signs())
        if cut == shorter:
            return
        shorter = cut


def _near(said: str, words: _Words) -> Iterator[str]:
    """Words with one character wrong, missing, too much or two swapped, if long enough for it."""
    if len(said) >= _TYPO_FROM[words.language]:
        for length in (len(said) - 1, len(said), len(said) + 1):
            yield from (word for word in words.by_length.get(length, ()) if _one_off(said, word))


def _one_off(a: str, b: str) -> bool:
    if len(a) > len(b):
        a, b = b, a
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    return a[at + 1 :] == b[at + 1 :] or (
        a[at : at + 2][::-1] == b[at : at + 2] and a[at + 2 :] == b[at + 2 :]
    )


def _with_rest(said: str, words: _Words) -> tuple[str, str] | None:
    match = words.rest.match(said)
    if not match:
        return None
    command = words.rest_ids[match[0].lower()]
    after = said[match.end() :]
    rest = words.rest_lead.sub("", after).strip()
    parted = after != after.lstrip(signs())
    return (command, rest) if rest and _may_follow(match[0], rest, parted, words) else None


def _may_follow(word: str, rest: str, parted: bool, words: _Words) -> bool:
    """What may follow: a line of the summary to change, a ticket's number, or after a blank any words."""
    match words.rest_ids[word.lower()]:
        case "change":
            short = len(rest) <= (LONGEST if len(word) > 1 else _SHORT)
            return short and bool(words.changeable.match(rest))
        case "supplement" | "urge" | "withdraw" if parted:
            return True
        case "rate":
            return bool(re.fullmatch(r"[1-5]", rest))
        case _:
            return bool(_REFERENCE.fullmatch(rest))


@cache
def _words(language: str) -> _Words:
    data = table("commands", language)
    with_rest = {word: command for command, those in data["with_rest"].items() for word in those}
    boundary = r"\b" if language == "en" else ""
    commands = {word.lower(): command for command, those in data["words"].items() for word in those}
    forgiving = [word for word in commands if len(word) >= _TYPO_FROM[language]]
    return _Words(
        commands=commands,
        by_length={n: tuple(w for w in forgiving if len(w) == n) for n in set(map(len, forgiving))},
        lead=bounded(data["lead_pattern"]),
        trail=bounded(data["trail_pattern"]),
        rest=bounded(f"(?:{any_of(with_rest)}){boundary}", re.IGNORECASE),
        rest_lead=bounded(data["rest_lead_pattern"]),
        language=language,
        rest_ids=with_rest,
        changeable=bounded(rf"{any_of(data['changeable'])}|\d|[{numerals()}]", re.IGNORECASE),
    )
