"""Where a photo says it was taken: offered as the place of the matter, never taken unasked.

The photo itself is kept without it either way.
"""

from dataclasses import replace

from intake.messages import Choice, Location, Reply
from intake.moment import Moment, pick
from intake.questions.place import PLACE, with_pin
from intake.questions.question import Question, Unclear
from intake.ticket import AppealType, Draft
from intake.understand.pin import area_of, is_outside

SLOT = "photo_place"


def offered(draft: Draft, place: Location, moment: Moment) -> Draft:
    """The draft with a place to offer: one in the city, where a place is asked for and no point is known."""
    asked = moment.city.appeals[draft.appeal_type or AppealType.HELP].ask
    if _has_point(draft) or "place" not in asked or is_outside(place.lat, place.lng, moment.city):
        return draft
    return replace(draft, photo_place=place)


def _has_point(draft: Draft) -> bool:
    return draft.place is not None and draft.place.lat is not None


def _ask(draft: Draft, moment: Moment) -> Reply:
    place = draft.photo_place
    code = area_of(place.lat, place.lng, moment.city) if place else None
    area = moment.city.areas[code].name if code else ""
    key = "ask.photo_place" if area else "ask.photo_place_somewhere"
    return Reply(moment.say(key, area=area), _choices(moment), step=SLOT)


def _read(draft: Draft, moment: Moment) -> Draft | Unclear:
    place, without = draft.photo_place, replace(draft, photo_place=None)
    option = pick(_choices(moment), SLOT, moment) or moment.reading.command
    if option == "yes" and place is not None:
        return with_pin(without, place, moment)
    if option == "no":
        return without
    if draft.place is None and moment.reading.place is not None:
        return PLACE.read(without, moment)
    return Unclear("hint.choose")


def _choices(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(yes="choice.photo_place", no="choice.no_photo_place")


PHOTO_PLACE = Question(
    SLOT,
    _ask,
    _read,
    lambda draft: draft.photo_place is not None and not _has_point(draft),
    lambda draft: replace(draft, photo_place=None),
)
