"""Where it happened: words, or a pin."""

from dataclasses import replace

from intake.context import Context
from intake.form.questions.question import Question, Unclear
from intake.form.questions.words import asks_back, has_words, joined, speaks_to_us
from intake.model.messages import Ask, Location, Reply
from intake.model.reading import Found
from intake.model.ticket import Draft, Place
from intake.understand.lexicon import signs
from intake.understand.places.pin import area_of, is_outside
from intake.understand.speech.acts import says_nothing_of_it

MAX_PLACE = 100
LEAST = 3
"""Characters before a name or number that may be a place."""
STORY = 20
"""Characters from which words without a place are the matter going on."""


def _ask(_: Draft, context: Context) -> Reply:
    options = context.choices(later="choice.later") if context.conversation.tries >= 2 else ()
    return Reply(context.say("ask.place"), options, step="place", ask=Ask.LOCATION)


def _read(draft: Draft, context: Context) -> Draft | Unclear:
    if context.inbound.location is not None:
        return with_pin(draft, context.inbound.location, context)
    if context.reading.outside_city:
        return Unclear("hint.place_outside")
    found = context.reading.place
    return _named(draft, found, context) if found is not None else _unread(draft, context)


def _named(draft: Draft, found: Found[Place], context: Context) -> Draft:
    """The place that was read; the whole answer where it tells nothing else."""
    text, reading = _said(context), context.reading
    tells = reading.category is not None or reading.occurred is not None
    whole = not tells and _names_nobody(context) and len(text) <= len(found.value.text) + STORY
    return replace(draft, place=replace(found.value, text=text) if whole else found.value)


def _unread(draft: Draft, context: Context) -> Draft | Unclear:
    """Words in which no place is read: a place nobody knows, or something else that is said."""
    text = _said(context)
    if says_nothing_of_it(context.reading.text):
        return Unclear("hint.place")
    if not _names_nobody(context) and len(text) < LEAST:
        return Unclear("hint.place", kept=draft)
    if not has_words(text) or asks_back(context):
        return Unclear("hint.place")
    if speaks_to_us(text) or _is_story(text, context):
        return Unclear("hint.place", kept=replace(draft, content=joined(draft.content, text)))
    return replace(draft, place=Place(text))


def _said(context: Context) -> str:
    """The answer up to a name or phone number, which are no part of a place."""
    others = [found.start for found in (context.reading.phone, context.reading.sure_name) if found]
    text = context.reading.text[: min(others)].strip(signs()) if others else context.inbound.text
    return " ".join(text.split())[:MAX_PLACE]


def _names_nobody(context: Context) -> bool:
    return context.reading.phone is None and context.reading.sure_name is None


def _is_story(text: str, context: Context) -> bool:
    first = context.conversation.tries == 0 and not context.conversation.editing
    return first and len(text) > STORY and context.reading.category is not None


def with_pin(draft: Draft, pin: Location, context: Context) -> Draft | Unclear:
    """The draft with the pin's place; words said before are kept beside it, unless they are being changed."""
    if is_outside(pin.lat, pin.lng, context.city):
        return Unclear("hint.place_outside")
    area = area_of(pin.lat, pin.lng, context.city, pin.coord_sys)
    known = draft.place is not None and "place" not in draft.doubtful
    before = draft.place.text if draft.place and known and not context.conversation.editing else ""
    name = f"{context.city.areas[area].name} " if area else ""
    text = before or pin.label or f"{name}{pin.lat:.5f},{pin.lng:.5f}"
    place = Place(text[:MAX_PLACE], area, pin.lat, pin.lng, pin.coord_sys)
    return replace(draft, place=place, photo_place=None, doubtful=draft.doubtful - {"place"})


PLACE = Question(
    "place", _ask, _read, lambda d: d.place is None, lambda d: replace(d, place=None), required=True
)
