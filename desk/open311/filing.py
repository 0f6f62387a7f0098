"""A posted form to the ticket document every channel files: what is asked of it, and what is made of it.

A request has no kind of urgency and no area: both are read from its words and its point, as they are from
a chat. All that is wrong with a form is told at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.open311.form import Open311Form
from desk.open311.responses import Open311Error
from desk.open311.services import APPEAL_TYPE, Attribute, attributes, offered
from desk.open311.wording import say
from desk.tickets.public_requests import PREFIX
from hotline.contract import AttachmentPart, TicketDocument
from intake.city import Category, CityProfile
from intake.context import snippet
from intake.model.reading import Reading
from intake.model.ticket import AppealType
from intake.understand import reader
from intake.understand.normalise import normalise
from intake.understand.persons.masking import without_id_numbers
from intake.understand.places import pin, place

LONGEST = 4_000
"""Characters of a description, by the specification."""

_MOST = {
    "address_string": 256,
    "address_id": 64,
    "first_name": 64,
    "last_name": 64,
    "phone": 64,
    "email": 254,
    "media_url": 2_000,
}
_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that can be filed."""

    category: Category
    content: str
    answers: Mapping[str, str]
    lat: float | None
    lng: float | None
    form: Open311Form


def checked(form: Open311Form, city: CityProfile) -> Asked:
    """The form's request. Raises Open311Error with every mistake in it."""
    category = _category(form.text("service_code"), city)
    wrong = [*_too_long(form), *_without_place(form), *_bad_answers(form, category, city)]
    lat, lng = form.text("lat"), form.text("long")
    if not (_on_earth(lat, 90) and _on_earth(lng, 180)) or bool(lat) != bool(lng):
        wrong.append("lat and long must be given together, as WGS84 degrees")
    if wrong:
        raise Open311Error(400, *wrong)
    answers = {code: ", ".join(values) for code, values in form.answers().items()}
    content = without_id_numbers(form.text("description")) or category.name
    return Asked(category, content, answers, _degrees(lat), _degrees(lng), form)


def document(
    asked: Asked, city: CityProfile, *, key: str, reference: str, media: AttachmentPart | None, now: datetime
) -> TicketDocument:
    """The ticket document; `key` and `reference` are its own."""
    said = reader.read(asked.content, city, now)
    kind = _kind(asked, said)
    area = _area(asked, said, city)
    lead, co_units = city.responsible(asked.category.code, area)
    local = now.astimezone(ZoneInfo(city.timezone))
    return TicketDocument.model_validate(
        {
            "reference": reference,
            "idempotency_key": PREFIX + key,
            "channel": "APP",
            "submitted_at": local,
            "appeal_type": kind,
            "category": {"code": asked.category.code, "path": city.path(asked.category.code)},
            "urgency": {"level": said.urgency.level.value, "rule": said.urgency.rule},
            "title": _title(asked),
            "content": "\n".join([asked.content, *_more(asked)]),
            "place": _place(asked, area),
            "person": _person(asked.form, confidential=city.appeals[kind].confidential),
            "reply_wanted": True,
            "is_public": asked.form.text("is_public").lower() in ("true", "1"),
            "attachments": [media] if media is not None else [],
            "suggested": {"lead_unit": lead, "co_units": co_units},
            "language": "zh",
        }
    )


def new_reference(now: datetime, city: CityProfile, digits: str) -> str:
    """The number a citizen would keep; looks like any other channel's."""
    return f"OP{now.astimezone(ZoneInfo(city.timezone)):%y%m%d%H%M%S}{digits}"


def _category(code: str, city: CityProfile) -> Category:
    if not code:
        raise Open311Error(400, "service_code was not provided")
    for one in offered(city):
        if one.code == code:
            return one
    raise Open311Error(404, "service_code was not found")


def _too_long(form: Open311Form) -> Iterator[str]:
    if len(form.text("description")) > LONGEST:
        yield f"description is longer than {LONGEST} characters"
    for name, most in _MOST.items():
        if len(form.text(name)) > most:
            yield f"{name} is longer than {most} characters"
    if form.text("media_url") and not form.text("media_url").startswith(("http://", "https://")):
        yield "media_url must be an address of the web"


def _without_place(form: Open311Form) -> Iterator[str]:
    if not any(form.text(name) for name in ("lat", "address_string", "address_id")):
        yield "a location is required: lat and long, address_string or address_id"


def _bad_answers(form: Open311Form, category: Category, city: CityProfile) -> Iterator[str]:
    known = {one.code: one for one in attributes(category, city)}
    given = form.answers()
    for code, values in given.items():
        if code not in known:
            yield "an attribute is none of the service's"
        elif wrong := _bad(known[code], values):
            yield f"attribute {code} {wrong}"
    for code, one in known.items():
        if one.required and not given.get(code):
            yield f"attribute {code} is required"


def _bad(attribute: Attribute, values: tuple[str, ...]) -> str:
    if any(len(value) > _ANSWER for value in values):
        return f"is longer than {_ANSWER} characters"
    if attribute.values and len(values) > 1:
        return "has more than one value"
    if attribute.values and not {*values} <= {key for key, _ in attribute.values}:
        return "is none of its values"
    return ""


def _degrees(text: str) -> float | None:
    return float(text) if text else None


def _on_earth(text: str, limit: int) -> bool:
    try:
        return not text or -limit <= float(text) <= limit  # not a number is never between
    except ValueError:
        return False


def _kind(asked: Asked, said: Reading) -> AppealType:
    given = asked.answers.get(APPEAL_TYPE)
    if given:
        return AppealType(given)
    return said.appeal_type.value if said.appeal_type else AppealType.HELP


def _area(asked: Asked, said: Reading, city: CityProfile) -> str | None:
    if asked.lat is not None and asked.lng is not None:
        return pin.area_of(asked.lat, asked.lng, city)
    found = place.find(normalise(asked.form.text("address_string")), city) or said.place
    return found.value.area_code if found else None


def _place(asked: Asked, area: str | None) -> dict[str, Any]:
    text = asked.form.text("address_string") or asked.form.text("address_id") or None
    pinned = asked.lat is not None
    return {
        "text": text,
        "area_code": area,
        "lat": asked.lat,
        "lng": asked.lng,
        "coord_sys": "WGS84" if pinned else None,
    }


def _person(form: Open311Form, *, confidential: bool) -> dict[str, Any]:
    name = " ".join(filter(None, (form.text("first_name"), form.text("last_name")))) or None
    phone = form.text("phone") or form.text("email") or None
    if not (name or phone):
        return {"kind": "anonymous", "anonymous": True, "confidential": confidential}
    return {"kind": "individual", "name": name, "phone": phone, "confidential": confidential}


def _title(asked: Asked) -> str:
    where = snippet(asked.form.text("address_string"), 20)
    return say("service", "title", where=where, matter=asked.category.name)


def _more(asked: Asked) -> Iterator[str]:
    """The answers to the service's own questions, and a picture that lies elsewhere: we do not fetch it."""
    labels = {one.key: one.label.get("zh", one.key) for one in asked.category.questions}
    for code, value in asked.answers.items():
        if code in labels:
            yield say("service", "answer", label=labels[code], value=value)
    if url := asked.form.text("media_url"):
        yield say("service", "media", url=url)
