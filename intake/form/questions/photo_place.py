"""Where a photo says it was taken: offered as the place of the matter, never taken unasked.

The photo itself is kept without it either way.
"""

from dataclasses import replace

from intake.context import Context, pick
from intake.form.questions.place import PLACE, with_pin
from intake.form.questions.question import Question, Unclear
from intake.model.messages import Choice, Location, Reply
from intake.model.ticket import AppealType, Draft
from intake.understand.places.pin import area_of, is_outside

SLOT = "photo_place"


def offered(draft: Draft, place: Location, context: Context) -> Draft:
    """The draft with a place to offer: one in the city, where a place is asked for and no point is known."""
    asked = context.city.appeals[draft.appeal_type or AppealType.HELP].ask
    if _has_point(draft) or "place" not in asked or is_outside(place.lat, place.lng, context.city):
        return draft
    return replace(draft, photo_place=place)


def _has_point(draft: Draft) -> bool:
    return draft.place is not None and draft.place.lat is not None


def _ask(draft: Draft, context: Context) -> Reply:
    place = draft.photo_place
    code = area_of(place.lat, place.lng, context.city) if place else None
    area = context.city.areas[code].name if code else ""
    key = "ask.photo_place" if area else "ask.photo_place_somewhere"
    return Reply(context.say(key, area=area), _choices(context), step=SLOT)


def _read(draft: Draft, context: Context) -> Draft | Unclear:
    place, without = draft.photo_place, replace(draft, photo_place=None)
    option = pick(_choices(context), SLOT, context) or context.reading.command
    if option == "yes" and place is not None:
        return with_pin(without, place, context)
    if option == "no":
        return without
    if draft.place is None and context.reading.place is not None:
        return PLACE.read(without, context)
    return Unclear("hint.choose")


def _choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(yes="choice.photo_place", no="choice.no_photo_place")


PHOTO_PLACE = Question(
    SLOT,
    _ask,
    _read,
    lambda draft: draft.photo_place is not None and not _has_point(draft),
    lambda draft: replace(draft, photo_place=None),
)
