"""Our documents as another server's forms: which service, which attributes, which words. Pure.

Open311 knows no confidentiality: its servers show requests to everybody. Of a confidential or anonymous
person nothing is sent, of a sealed document only what everybody may read (`hotline.harmless`). Our number
stands in every description: it is what a request is found again by where the server knows no key of ours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hotline.harmless import Hider, event_as_listed, is_sealed, wire_as_listed
from hotline.open311.coordinates import wgs84
from hotline.open311.response_parser import Row, text
from hotline.open311.wording import say
from intake.city import Category, CityProfile
from intake.model.ports import Rejected

LONGEST = 4_000
"""Characters of a description, by the specification."""

APPEAL_TYPE = "appeal_type"
_LISTS = frozenset({"singlevaluelist", "multivaluelist"})


def service_for(code: str, services: Sequence[Row], city: CityProfile) -> Row:
    """The server's service for a category: the profile's choice, else the same code, else the same name.

    A category above it does where it has none itself, and the profile's `*` in the end. Raises Rejected.
    """
    by_code = {text(one, "service_code"): one for one in services}
    by_name = {text(one, "service_name"): one for one in services}
    above = [code[:end] for end in (6, 4, 2) if end <= len(code)]
    for one in above:
        if (named := by_code.get(city.open311.get(one, ""))) is not None:
            return named
    for one in above:
        name = city.categories[one].name if one in city.categories else ""
        if (found := by_code.get(one) or by_name.get(name)) is not None:
            return found
    if (last := by_code.get(city.open311.get("*", ""))) is not None:
        return last
    raise Rejected(
        f"the server offers no service for category {code}: name one under [open311] in the profile"
    )


def request_form(
    document: Mapping[str, Any], service: Row, attributes: Sequence[Row], city: CityProfile
) -> dict[str, str]:
    """The fields of `POST requests` but for key and jurisdiction. Raises Rejected."""
    if is_sealed(document):
        document = _as_everybody_reads_it(document)
    photos = [one["url"] for one in document["attachments"] if one["kind"] == "photo"]
    form = {
        "service_code": text(service, "service_code"),
        "description": description(document),
        **_where(document.get("place") or {}, city),
        **_who(document["person"]),
        **_answers(document, attributes, city),
    }
    return form | ({"media_url": photos[0]} if photos else {})


def _as_everybody_reads_it(document: Mapping[str, Any]) -> dict[str, Any]:
    told = wire_as_listed(document)
    return told | {"occurred": None, "person": {**(told.get("person") or {}), "confidential": True}}


def description(document: Mapping[str, Any]) -> str:
    """All that was told, our number last; cut where the specification ends."""
    last = say("request", "reference", reference=document["reference"])
    body = "\n".join([document["content"], *_more(document)])
    room = LONGEST - len(last) - 1
    if len(body) > room:
        cut = say("request", "cut")
        body = body[: room - len(cut)] + cut
    return f"{body}\n{last}"


def update_text(event: Mapping[str, Any]) -> str | None:
    """What a citizen's event says in a server's words; None for one it has no place for."""
    said = event.get("text") or ""
    if event["type"] in ("supplement", "urge", "withdraw"):
        lines = [say("update", event["type"], text=said), *_media(event.get("attachments") or ())]
        return "\n".join(lines)[:LONGEST]
    return _survey(event.get("survey") or {}) if event["type"] == "survey_result" else None


def shown_event(event: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """An event without what a sealed document hides: who supplements it may name themselves there."""
    if not is_sealed(document):
        return dict(event)
    return event_as_listed(event, Hider.of(document))


def _survey(result: Mapping[str, Any]) -> str:
    if result.get("outcome"):
        return say("update", "no_answer")
    told = {
        name: say("value", str(result[name]).lower() if result.get(name) is not None else "none")
        for name in ("contacted", "solved", "satisfied")
    }
    return say("update", "survey", **told, comment=result.get("comment") or "")[:LONGEST]


def _more(document: Mapping[str, Any]) -> Iterator[str]:
    for name in ("expectation", "subject"):
        if document.get(name):
            yield say("request", name, text=document[name])
    if occurred := document.get("occurred"):
        yield say("request", "occurred", text=occurred["text"])
    person = document["person"]
    if person.get("anonymous") or person.get("confidential"):
        yield say("request", "anonymous" if person.get("anonymous") else "confidential")
    yield from _media(document["attachments"][1:])


def _media(parts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        yield say("request", "media", url=part["url"])


def _where(place: Mapping[str, Any], city: CityProfile) -> dict[str, str]:
    """The protocol wants a place: of nothing better, the city."""
    found = {"address_string": place.get("text") or city.name}
    lat, lng = place.get("lat"), place.get("lng")
    if lat is None or lng is None:
        return found
    if place.get("coord_sys") == "GCJ02":
        lat, lng = wgs84(lat, lng)
    return found | {"lat": str(lat), "long": str(lng)}


def _who(person: Mapping[str, Any]) -> dict[str, str]:
    if person.get("anonymous") or person.get("confidential"):
        return {}
    told = {"first_name": person.get("name") or person.get("enterprise"), "phone": person.get("phone")}
    return {name: value for name, value in told.items() if value}


def _answers(document: Mapping[str, Any], attributes: Sequence[Row], city: CityProfile) -> dict[str, str]:
    known = {APPEAL_TYPE: document["appeal_type"], **_own_answers(document, city)}
    found = {}
    for attribute in attributes:
        code = text(attribute, "code")
        value = _fitting(attribute, known.get(code))
        if value is not None:
            found[f"attribute[{code}]"] = value
        elif text(attribute, "required") == "true" and text(attribute, "variable") != "false":
            raise Rejected(f"the server's service asks for attribute {code[:64]}, which nobody was asked")
    return found


def _own_answers(document: Mapping[str, Any], city: CityProfile) -> dict[str, str]:
    """The category's own questions, whose answers stand at the end of the content, each on its line."""
    category: Category | None = city.categories.get(document["category"]["code"])
    lines = dict(line.split(": ", 1) for line in document["content"].splitlines() if ": " in line)
    questions = category.questions if category else ()
    labels = {one.key: one.label.get("zh", one.key) for one in questions}
    return {key: lines[label] for key, label in labels.items() if label in lines}


def _fitting(attribute: Row, value: str | None) -> str | None:
    """The value as the server spells it; None if it has no such one."""
    if value is None or text(attribute, "datatype") not in _LISTS:
        return value
    given = attribute.get("values")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and value in (text(one, "key"), text(one, "name")):
            return text(one, "key")
    return None
