"""Where it happened: words, or a pin."""

from dataclasses import replace

from intake.messages import Ask, Location, Reply
from intake.moment import Moment
from intake.questions.question import Question, Unclear
from intake.questions.words import asks_back, has_words, joined, speaks_to_us
from intake.ticket import Draft, Place
from intake.understand.lexicon import signs
from intake.understand.pin import area_of, is_outside

MAX_PLACE = 100
STORY = 20
"""Characters from which words without a place are the matter going on."""


def _ask(_: Draft, moment: Moment) -> Reply:
    options = moment.choices(later="choice.later") if moment.conversation.tries >= 2 else ()
    return Reply(moment.say("ask.place"), options, step="place", ask=Ask.LOCATION)


def _read(draft: Draft, moment: Moment) -> Draft | Unclear:
    if moment.inbound.location is not None:
        return with_pin(draft, moment.inbound.location, moment)
    if moment.reading.outside_city:
        return Unclear("hint.place_outside")
    found, text = moment.reading.place, _said(moment)
    if found is not None:
        whole = _names_nobody(moment) and len(text) <= len(found.value.text) + STORY
        return replace(draft, place=replace(found.value, text=text) if whole else found.value)
    if not has_words(text) or asks_back(moment):
        return Unclear("hint.place")
    if speaks_to_us(text) or _is_story(text, moment):
        return Unclear("hint.place", kept=replace(draft, content=joined(draft.content, text)))
    return replace(draft, place=Place(text))


def _said(moment: Moment) -> str:
    """The answer up to a name or phone number, which are no part of a place."""
    others = [found.start for found in (moment.reading.phone, moment.reading.name) if found]
    text = moment.reading.text[: min(others)].strip(signs()) if others else moment.inbound.text
    return " ".join(text.split())[:MAX_PLACE]


def _names_nobody(moment: Moment) -> bool:
    return moment.reading.phone is None and moment.reading.name is None


def _is_story(text: str, moment: Moment) -> bool:
    first = moment.conversation.tries == 0 and not moment.conversation.editing
    return first and len(text) > STORY and moment.reading.category is not None


def with_pin(draft: Draft, pin: Location, moment: Moment) -> Draft | Unclear:
    """The draft with the pin's place; words said before are kept beside it, unless they are being changed."""
    if is_outside(pin.lat, pin.lng, moment.city):
        return Unclear("hint.place_outside")
    area = area_of(pin.lat, pin.lng, moment.city, pin.coord_sys)
    known = draft.place is not None and "place" not in draft.doubtful
    before = draft.place.text if draft.place and known and not moment.conversation.editing else ""
    name = f"{moment.city.areas[area].name} " if area else ""
    text = before or pin.label or f"{name}{pin.lat:.5f},{pin.lng:.5f}"
    place = Place(text[:MAX_PLACE], area, pin.lat, pin.lng, pin.coord_sys)
    return replace(draft, place=place, photo_place=None, doubtful=draft.doubtful - {"place"})


PLACE = Question(
    "place", _ask, _read, lambda d: d.place is None, lambda d: replace(d, place=None), required=True
)
