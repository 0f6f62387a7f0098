"""A correction made anywhere in the form: the right words take the place of the wrong, in text and slots.

The rule: a confirmed value is replaced only by a correction, and a correction changes nothing else. One that
fits nothing that was said is no correction.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from intake.city import CityProfile
from intake.context import Context
from intake.form.questions.doubt import settled
from intake.form.summary_lines import named
from intake.model.reading import Reading
from intake.model.ticket import Draft, Place
from intake.understand.reader import read
from intake.understand.speech.correction import Correction, find, part_of, said_as

_TITLE = 2
"""Characters of a form of address behind a family name."""


def corrected(draft: Draft, context: Context) -> tuple[Draft, str] | None:
    """The draft put right, and the right words; None where the message corrects nothing of it."""
    for one in find(context.reading.text):
        attempts = (_family_name, _line, _words) if one.old else (_phone, _part, _place, _time)
        for attempt in attempts:
            new = attempt(draft, one, context)
            if new is not None and new != draft:
                return new, one.new
    return None


def _family_name(draft: Draft, one: Correction, _: Context) -> Draft | None:
    name, old, new = draft.name or "", one.old, one.new
    if not (old and name.startswith(old) and len(new) <= _TITLE and new.isalpha()):
        return None
    whole = new + name[len(old) :]
    content = draft.content.replace(name, whole).replace(f"姓{old}", f"姓{new}")
    return replace(draft, name=whole, content=content)


def _phone(draft: Draft, one: Correction, context: Context) -> Draft | None:
    phone = _read(one.new, context).phone
    if phone is None:
        return None
    content = draft.content.replace(draft.phone, phone.value) if draft.phone else draft.content
    return replace(draft, phone=phone.value, anonymous=False, content=content)


def _line(draft: Draft, one: Correction, context: Context) -> Draft | None:
    """The wrong words name a line of the summary: its value is what was wrong."""
    line, rest = named(one.old, draft, context)
    return None if rest or any(sign.isdigit() for sign in one.old) else of_line(line, draft, one, context)


def of_line(line: str, draft: Draft, one: Correction, context: Context) -> Draft | None:
    """The draft with a new value in a line of the summary and in the words; None for what is none."""
    if line == "place":
        return _part(draft, one, context) or _place(draft, one, context)
    if line == "occurred":
        return _time(draft, one, context)
    if line == "contact":
        named_now = replace(draft, name=one.new) if one.new.isalpha() else None
        return _phone(draft, one, context) or named_now
    if line in ("subject", "wish"):
        before, changes = getattr(draft, line), cast("dict[str, Any]", {line: one.new})
        content = draft.content.replace(before, one.new) if before else draft.content
        return replace(draft, content=content, **changes)
    return None


def _words(draft: Draft, one: Correction, context: Context) -> Draft | None:
    """The wrong words were said: the right ones stand wherever they stood."""
    if len(one.old) < 2:
        return None
    wrong = said_as(one.old)

    def right(text: str | None) -> str | None:
        return wrong.sub(lambda _: one.new, text) if text else text

    changes: dict[str, Any] = {slot: right(getattr(draft, slot)) for slot in ("subject", "wish", "name")}
    if draft.place is not None and wrong.search(draft.place.text):
        changes["place"] = _named_place(right(draft.place.text) or "", draft.place, context)
    new = replace(draft, content=right(draft.content) or "", **changes)
    when = _read(one.new, context).occurred
    if when is not None and draft.occurred is not None and wrong.search(draft.occurred.text):
        new = replace(new, occurred=when.value)
    return new


def _part(draft: Draft, one: Correction, context: Context) -> Draft | None:
    """A building, a staircase, a door: only that part of the address changes."""
    part = part_of(one.new)
    if part is None or draft.place is None:
        return None
    before = part.search(draft.place.text)
    if before is None:
        return None
    text = draft.place.text[: before.start()] + one.new + draft.place.text[before.end() :]
    content = said_as(before[0]).sub(lambda _: one.new, draft.content)
    place = _named_place(text, draft.place, context)
    return settled(replace(draft, place=place, content=content), "place")


def _place(draft: Draft, one: Correction, context: Context) -> Draft | None:
    return _moved(draft, one.new, context) if _read(one.new, context).place is not None else None


def _moved(draft: Draft, new: str, context: Context) -> Draft:
    """Another place altogether: a pin of the old one is none of it."""
    found, before = _read(new, context).place, draft.place.text if draft.place else ""
    place = replace(found.value, text=new) if found else Place(new)
    content = draft.content.replace(before, new) if before else draft.content
    return settled(replace(draft, place=place, content=content), "place")


def _time(draft: Draft, one: Correction, context: Context) -> Draft | None:
    found = _read(one.new, context).occurred
    if found is None or draft.occurred is None:
        return None
    content = draft.content.replace(draft.occurred.text, one.new)
    return settled(replace(draft, occurred=found.value, content=content), "occurred")


def _named_place(text: str, before: Place, context: Context) -> Place:
    found = _read(text, context).place
    area = found.value.area_code if found else None
    return replace(before, text=text, area_code=area or before.area_code)


def _read(text: str, context: Context) -> Reading:
    city: CityProfile = context.city
    now: datetime = context.now
    return read(text, city, now)
