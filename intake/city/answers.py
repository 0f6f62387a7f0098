"""A city's questions and answers: a Markdown file beside the profile, that people of the hotline keep.

    ## The question, as citizens ask it
    - about: words, of which one must be said
    - also: another way to ask it
    - source: who says so
    - date: 2026-01-31

    The answer, in a few lines.

The names before the colons are ours; everything else is the city's. Text before the first question is for
those who keep the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

LONGEST = 500
"""Characters of an answer: with its frame it must fit one message of every channel."""
LONGEST_QUESTION = 60
MOST = 2000

_FIELD = re.compile(r"-\s*([a-z]+)\s*[:\uff1a]\s*(.*)")
_KNOWN = ("about", "also", "source", "date")
_BETWEEN = re.compile(r"[,;\u3001\uff0c\uff1b]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told to a question; `also` are other ways to ask it.

    One of the words of `about` must be said: who lost a bus card is not told of a lost identity card.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  pydantic's own way

    question: str
    text: str
    source: str
    date: date
    about: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """Every way to ask it."""
        return (self.question, *self.also)


Mistake = tuple[str, str]
"""Where, and what is wrong there, without a full stop."""


def read(text: str) -> tuple[tuple[Answer, ...], tuple[Mistake, ...]]:
    """The answers in a file, and every mistake; what is mistaken is left out."""
    answers: list[Answer] = []
    mistakes: list[Mistake] = []
    for line, question, body in _sections(text):
        found, wrong = _section(question, body)
        mistakes += [(f"line {line}", reason) for reason in wrong]
        answers += [found] if found else []
    mistakes += [("questions", f"{asked!r} stands there twice") for asked in _twice(answers)]
    if len(answers) > MOST:
        mistakes.append(("questions", f"there are more than {MOST}"))
    return tuple(answers), tuple(mistakes)


def _sections(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Each question with the number of its line and the lines below it."""
    lines = text.removeprefix("\ufeff").splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("## ")]
    for at, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield at + 1, lines[at][3:].strip(), lines[at + 1 : end]


def _section(question: str, lines: list[str]) -> tuple[Answer | None, list[str]]:
    fields: dict[str, list[str]] = {name: [] for name in _KNOWN}
    words: list[str] = []
    wrong = []
    for line in lines:
        match = None if words else _FIELD.fullmatch(line.strip())
        if match is None:
            words += [line.rstrip()] if words or line.strip() else []
        elif match[1] in fields:
            fields[match[1]].append(match[2].strip())
        else:
            wrong.append(f"unknown field {match[1]!r}; known are {', '.join(_KNOWN)}")
    text = "\n".join(words).strip()
    wrong += _wrong(question, text, fields)
    if wrong:
        return None, wrong
    known = date.fromisoformat(fields["date"][0])
    about = tuple(word.strip() for word in _BETWEEN.split(fields["about"][0]) if word.strip())
    return Answer(question, text, fields["source"][0], known, about, tuple(fields["also"])), []


def _wrong(question: str, text: str, fields: dict[str, list[str]]) -> Iterator[str]:
    if not all(0 < len(asked) <= LONGEST_QUESTION for asked in (question, *fields["also"])):
        yield f"a question has 1 to {LONGEST_QUESTION} characters"
    if not 0 < len(text) <= LONGEST:
        yield f"an answer has 1 to {LONGEST} characters, this one {len(text)}"
    for name in ("about", "source", "date"):
        if len(fields[name]) != 1 or not fields[name][0]:
            yield f"needs one {name}"
    if fields["about"] and not _BETWEEN.sub("", fields["about"][0]).strip():
        yield "about names no word"
    if len(fields["date"]) == 1 and not _is_date(fields["date"][0]):
        yield f"{fields['date'][0]!r} is no date such as 2026-01-31"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _twice(answers: list[Answer]) -> Iterator[str]:
    seen: set[str] = set()
    for asked in (asked for answer in answers for asked in answer.asked):
        if asked in seen:
            yield asked
        seen.add(asked)
