"""QR codes of the city: what stands on a bus stop says where it is, and maybe what it is about.

The rule: a scene names a place and a category of the profile, and only what is looked up there counts.
Anybody may make up a scene, and would learn and reach nothing by it that typing the name does not.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from intake.city import CityProfile
from intake.context import Context
from intake.dialog import repeat_question
from intake.form import form
from intake.model.conversation import NO_DRAFT, Turn
from intake.model.messages import Event, Reply
from intake.model.ticket import CategoryGuess, Draft, Place

_SURE = 0.9  # of the category: the citizen sees it on the summary and may change it
_SCENE = re.compile(r"s1_([0-9a-f]{12})?(?:_(\d{2,6}))?")


class NoSuchPlace(ValueError):
    """The profile knows no such place or category; the text says which."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """What a code stands for; one of the two may be missing."""

    place: Place | None
    category: CategoryGuess | None


def scene_of(city: CityProfile, place: str = "", category: str = "") -> str:
    """The scene's text, letters, digits and `_` only, at most 22. Raises NoSuchPlace."""
    if place and place not in dict(_places(city)):
        raise NoSuchPlace(f"{place!r} is neither an area nor in the gazetteer of the profile")
    if category and category not in city.categories:
        raise NoSuchPlace(f"the profile has no category {category!r}")
    if not place and not category:
        raise NoSuchPlace("a code needs a place or a category")
    return f"s1_{_mark(place) if place else ''}" + (f"_{category}" if category else "")


def read_scene(payload: str, city: CityProfile) -> QrCode | None:
    """What the payload names; None for nothing of ours, or nothing of this profile any more."""
    found = _SCENE.fullmatch(payload)
    if found is None:
        return None
    marked = {_mark(name): place for name, place in _places(city)} if found[1] else {}
    place = marked.get(found[1] or "")
    category = CategoryGuess(found[2], _SURE) if found[2] in city.categories else None
    return QrCode(place, category) if place or category else None


def scanned(context: Context) -> Turn | None:
    """Somebody comes by a code: the place is noted and only the matter asked; an unfinished one stays."""
    inbound, draft = context.inbound, context.conversation.draft
    scene = read_scene(inbound.payload, context.city) if inbound.event is Event.START else None
    if scene is None or (draft is not None and draft.content):
        return None
    filled = replace(draft or Draft(), place=scene.place, category=scene.category, scanned=True)
    asking = context.conversation.asking
    noted = context.changed(draft=filled, draft_at=context.now, asking=asking or "content")
    word = Reply(_greeting(scene, context), form.menu(context), step="menu")
    return repeat_question.again(noted, word) if asking and asking != "content" else noted.turn(word)


def forgotten(context: Context) -> Context:
    """A code scanned long ago says nothing about what is written now."""
    draft, at = context.conversation.draft, context.conversation.draft_at
    if draft is None or at is None or not draft.scanned or draft.content:
        return context
    lasts = timedelta(minutes=context.city.drafts.resume_after_minutes)
    if context.now - at < lasts:
        return context
    if draft.attachments:
        return context.changed(draft=replace(draft, place=None, category=None, scanned=False))
    return context.changed(**{**NO_DRAFT, "held": context.conversation.held})


def _greeting(scene: QrCode, context: Context) -> str:
    if scene.place is not None:
        return context.say("welcome.scanned", place=scene.place.text)
    category = context.called(context.city.categories[scene.category.code].name) if scene.category else ""
    return context.say("welcome.scanned_category", category=category)


def _places(city: CityProfile) -> Iterator[tuple[str, Place]]:
    for area in city.areas.values():
        yield area.name, Place(area.name, area.code)
    for entry in city.gazetteer:
        yield entry.name, Place(entry.name, entry.area_code)


def _mark(name: str) -> str:
    """Stays the same when the profile grows."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]
