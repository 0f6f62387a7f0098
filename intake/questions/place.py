"""Where it happened: words, or a pin."""

from dataclasses import replace

from intake.messages import Ask, Location, Reply
from intake.moment import Moment
from intake.questions.question import Question, Unclear
from intake.questions.words import has_words
from intake.ticket import Draft, Place
from intake.understand.pin import area_of

MAX_PLACE = 100


def _ask(_: Draft, moment: Moment) -> Reply:
    options = moment.choices(later="choice.later") if moment.conversation.tries >= 2 else ()
    return Reply(moment.say("ask.place"), options, step="place", ask=Ask.LOCATION)


def _read(draft: Draft, moment: Moment) -> Draft | Unclear:
    if moment.inbound.location is not None:
        return with_pin(draft, moment.inbound.location, moment)
    if moment.reading.outside_city:
        return Unclear("hint.place_outside")
    found = moment.reading.place
    text = " ".join(moment.inbound.text.split())[:MAX_PLACE]
    if found is not None:
        long_story = len(text) > len(found.value.text) + 20
        return replace(draft, place=found.value if long_story else replace(found.value, text=text))
    return replace(draft, place=Place(text)) if has_words(text) else Unclear("hint.place")


def with_pin(draft: Draft, pin: Location, moment: Moment) -> Draft | Unclear:
    """The draft with the pin's place; words said before are kept beside it."""
    area = area_of(pin.lat, pin.lng, moment.city)
    if area is None:
        return Unclear("hint.place_outside")
    before = draft.place.text if draft.place else ""
    name = moment.city.areas[area].name
    text = before or pin.label or f"{name} {pin.lat:.5f},{pin.lng:.5f}"
    return replace(draft, place=Place(text[:MAX_PLACE], area, pin.lat, pin.lng, pin.coord_sys))


PLACE = Question(
    "place", _ask, _read, lambda d: d.place is None, lambda d: replace(d, place=None), required=True
)
