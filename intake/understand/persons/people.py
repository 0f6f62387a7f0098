"""Who is named in a text: full names, and forms of address that a number makes somebody.

A name is looked for where people name themselves and others: beside a number by which somebody is reached, on
either side; behind a word for somebody of one's own; behind a dash; and alone between two signs, as one signs
off. Whoever was found so is found in the rest of the text too. Every look goes a few signs far, so that time
grows with the text's length and no faster.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from intake.understand.lexicon import HAN, any_of, bounded, file, table
from intake.understand.persons.finder import Personal, PersonalKind
from intake.understand.persons.full_name import (
    LONGEST,
    LONGEST_SOUNDS,
    is_dotted_name,
    is_likely,
    is_name,
    is_sure,
    is_transliterated,
    shapes,
    surname_of,
)

_NEAR = 32
"""Signs to either side of a number in which its owner's name is looked for."""
_MOST = 8
"""People who share one number."""
_HAN_RUN = re.compile(f"{HAN}+")


@dataclass(frozen=True, slots=True)
class Beside:
    """Somebody named beside a number. `office`: by a title that makes the number an office's."""

    found: Personal
    office: bool = False


def beside(plain: str, start: int, end: int) -> tuple[Beside, ...]:
    """Who is named beside what stands from `start` to `end`."""
    return (*_chain(plain, start, before=True), *_chain(plain, end, before=False))


def told(plain: str) -> Iterator[Personal]:
    """Who is named though no number stands beside: somebody of one's own, and who signs off."""
    words = _words()
    for match in words.called.finditer(plain):
        yield from _only_names(_after(plain, match.end()))
    for match in words.dash.finditer(plain):
        yield from _only_names(_after(plain, match.end()))
    for match in _HAN_RUN.finditer(plain):
        if len(match[0]) > LONGEST or not _stands_alone(plain, match):
            continue
        if is_sure(match[0]) or (_signs_off(plain, match) and is_likely(match[0])):
            yield Personal(PersonalKind.NAME, *match.span())


def again(plain: str, names: Iterable[str]) -> Iterator[Personal]:
    """Every further place of these names."""
    by_beginning: dict[str, set[str]] = {}
    for name in names:
        by_beginning.setdefault(name[:2], set()).add(name)
    if not by_beginning:
        return
    for at in range(len(plain) - 1):
        for name in by_beginning.get(plain[at : at + 2], ()):
            if plain.startswith(name, at):
                yield Personal(PersonalKind.NAME, at, at + len(name))


def _chain(plain: str, at: int, *, before: bool) -> Iterator[Beside]:
    """The one beside `at`, and who is joined to them by "and"."""
    look, joined = (_before, _words().pair_before) if before else (_after, _words().pair_after)
    found = look(plain, at, beside=True)
    for _ in range(_MOST):
        if found is None:
            return
        yield found
        at = found.found.start if before else found.found.end
        near = plain[max(at - 4, 0) : at] if before else plain[at : at + 4]
        pair = joined.search(near)
        if pair is None:
            return
        at += -len(pair[0]) if before else len(pair[0])
        found = look(plain, at)


def _before(plain: str, at: int, *, beside: bool = False) -> Beside | None:
    """Who is named right before `at`."""
    words, low = _words(), max(at - _NEAR, 0)
    near = plain[low:at]
    if beside:
        near = near[: words.joint_before.search(near).start()]  # type: ignore[union-attr]  # it may be empty
    run = re.search(f"{HAN}*$", near)[0]  # type: ignore[index]
    if is_name(run, bounded=True, alone=True):
        return Beside(Personal(PersonalKind.NAME, low + len(near) - len(run), low + len(near)))
    return (
        _dotted_before(near, low)
        or _form(words.form_before.search(near), low, beside=beside)
        or _spaced_before(near, low)
        or _sounded_before(run, low + len(near))
        or _plain_before(run, low + len(near))
        or _of_before(run, low + len(near))
    )


def _sounded_before(run: str, end: int) -> Beside | None:
    """A name of another language, the longest that has a border before it."""
    rest = run[_words().leads.match(run).end() :]  # type: ignore[union-attr]
    for said in (run, rest, *(run[-size:] for size in range(LONGEST_SOUNDS, 2, -1))):
        ahead = run[: len(run) - len(said)]
        if is_transliterated(said) and (said == rest or not ahead or ahead.endswith(_words().roles)):
            return Beside(Personal(PersonalKind.NAME, end - len(said), end))
    return None


def _sounded_after(run: str, at: int) -> Beside | None:
    for size in range(min(len(run), LONGEST_SOUNDS), 2, -1):
        if is_transliterated(run[:size]) and _words().after.match(run[size:]):
            return Beside(Personal(PersonalKind.NAME, at, at + size))
    return None


def _plain_before(run: str, end: int) -> Beside | None:
    rest = run[_words().leads.match(run).end() :]  # type: ignore[union-attr]
    for said, closed in (*_endings(run, bounded=True), (rest, True), *_endings(run, bounded=False)):
        if is_name(said, bounded=closed):
            return Beside(Personal(PersonalKind.NAME, end - len(said), end))
    return None


def _of_before(run: str, end: int) -> Beside | None:
    """Whose somebody is who is named by that alone."""
    for said in _words().of:
        if run.endswith(said):
            whose = run.removesuffix(said).removesuffix(table("roles")["owned"])
            return _plain_before(whose, end - len(run) + len(whose))
    return None


def _endings(run: str, *, bounded: bool) -> Iterator[tuple[str, bool]]:
    """The last signs of a longer run; if `bounded`, those before which stands what ends before a name."""
    for size in (4, 3, 2):
        if size < len(run) and (not bounded or run[:-size].endswith(_words().before)):
            yield run[-size:], bounded


def _spaced_before(near: str, low: int) -> Beside | None:
    for match in shapes().spaced.finditer(near):
        whole = match.end() == len(near) and not _is_in_word(near, match.start())
        if whole and is_name(_closed(match[0]), bounded=True):
            return Beside(Personal(PersonalKind.NAME, low + match.start(), low + match.end()))
    return None


def _is_in_word(near: str, start: int) -> bool:
    ahead = near[:start]
    return bool(re.search(f"{HAN}$", ahead)) and not ahead.endswith(_words().before)


def _dotted_before(near: str, low: int) -> Beside | None:
    for match in shapes().dotted.finditer(near):
        start = match.start() + _words().leads.match(match[0]).end()  # type: ignore[union-attr]
        if match.end() == len(near) and is_dotted_name(near[start:]):
            return Beside(Personal(PersonalKind.NAME, low + start, low + len(near)))
    return None


def _after(plain: str, at: int, *, beside: bool = False) -> Beside | None:
    """Who is named right behind `at`."""
    words, near = _words(), plain[at : at + _NEAR]
    if beside:
        skipped = words.joint_after.match(near).end()  # type: ignore[union-attr]
        at, near = at + skipped, near[skipped:]
    dotted, spaced = shapes().dotted.match(near), shapes().spaced.match(near)
    if dotted and is_dotted_name(dotted[0]):
        return Beside(Personal(PersonalKind.NAME, at, at + dotted.end()))
    if spaced and is_name(_closed(spaced[0]), bounded=True):
        return Beside(Personal(PersonalKind.NAME, at, at + len(spaced[0].rstrip())))
    run = re.match(f"{HAN}*", near)[0]  # type: ignore[index]
    form = words.form_after.match(near) if beside else None
    return _form(form, at, beside=beside) or _sounded_after(run, at) or _plain_after(run, at)


def _plain_after(run: str, at: int) -> Beside | None:
    if is_name(run, bounded=True, alone=True):
        return Beside(Personal(PersonalKind.NAME, at, at + len(run)))
    tried = [(run[:size], _words().after.match(run[size:])) for size in (4, 3, 2) if size <= len(run)]
    for said, closed in (*((said, True) for said, ends in tried if ends), *((run[:3], False),)):
        if is_name(said, bounded=closed) and (closed or len(said) - len(surname_of(said)) == 2):
            return Beside(Personal(PersonalKind.NAME, at, at + len(said)))
    return None


def _form(match: re.Match[str] | None, low: int, *, beside: bool) -> Beside | None:
    if match is None or not beside or match["said"].startswith(_words().no_forms):
        return None
    start, end = match.span("said")
    name = match.groupdict().get("name")
    if name and is_name(name, bounded=True):
        start, end, kind = *match.span("name"), PersonalKind.NAME
    else:
        kind = PersonalKind.FORM
    return Beside(Personal(kind, low + start, low + end), office=bool(match["office"]))


def _only_names(found: Beside | None) -> Iterator[Personal]:
    if found is not None and found.found.kind is PersonalKind.NAME:
        yield found.found


def _stands_alone(plain: str, match: re.Match[str]) -> bool:
    """Not a part of a number or a word in other letters."""
    around = plain[match.start() - 1 : match.start()] + plain[match.end() : match.end() + 1]
    return not any(sign.isalnum() for sign in around)


def _signs_off(plain: str, match: re.Match[str]) -> bool:
    """At the end of a text that is more than this, a date apart."""
    return (
        match.start() > 0
        and _words().nothing_more.fullmatch(plain[match.end() : match.end() + _NEAR]) is not None
    )


def _closed(said: str) -> str:
    return "".join(said.split())


@dataclass(frozen=True, slots=True)
class _Words:
    joint_before: re.Pattern[str]
    joint_after: re.Pattern[str]
    pair_before: re.Pattern[str]
    pair_after: re.Pattern[str]
    form_before: re.Pattern[str]
    form_after: re.Pattern[str]
    leads: re.Pattern[str]
    after: re.Pattern[str]
    called: re.Pattern[str]
    dash: re.Pattern[str]
    nothing_more: re.Pattern[str]
    before: tuple[str, ...]
    roles: tuple[str, ...]
    of: tuple[str, ...]
    no_forms: tuple[str, ...]


@cache
def _words() -> _Words:
    data, person = file("people"), file("zh")["person"]
    near, forms = data["beside"], data["forms"]
    surname = shapes().addressed
    office, private = any_of(forms["office"]), any_of(forms["private"])
    form = (
        f"(?P<said>(?:[{forms['before']}]?{surname}|(?P<name>{surname}{HAN}{{1,2}}?))"
        f"(?:(?P<office>{office})|{private})|[{forms['before']}]{surname})"
    )
    labels = any_of([*near["kin"], *near["told"], *file("zh")["personal"]["name_before"]])
    return _Words(
        joint_before=bounded(f"{near['joint']}{{0,48}}$"),
        joint_after=bounded(f"{near['joint']}{{0,48}}(?:{near['lead']}[:\\s]{{0,2}}){{0,8}}"),
        pair_before=bounded(f"(?:{near['pair']})$"),
        pair_after=bounded(f"^(?:{near['pair']})"),
        form_before=bounded(form + "$"),
        form_after=bounded(f"{form}(?={near['after']}|[^\\u4e00-\\u9fff]|$)"),
        leads=bounded(f"(?:{any_of(near['before'])}|{any_of(near['kin'])}){{0,12}}"),
        after=bounded(f"$|{near['after']}"),
        called=bounded(f"(?:{labels}){near['called']}"),
        dash=bounded(r"[\-\u2013\u2014]{1,3}[ \t]{0,2}"),
        nothing_more=bounded(near["nothing_more"]),
        before=(*near["before"], *near["kin"]),
        roles=(
            *near["before"],
            *near["kin"],
            *near["told"],
            *file("zh")["personal"]["name_before"],
            *near["keepers"],
        ),
        of=tuple(near["of"]),
        no_forms=(*person["not_names"], *data["words"]["none"]),
    )
