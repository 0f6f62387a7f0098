"""The city's categories as Open311 services, and their own questions as attributes. Pure.

What is offered is what a ticket can be filed under: every category that has none below it.
Each service also asks for the type of the appeal, which Open311 has no field for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from desk.open311.wording import say
from intake.city import Category, CityProfile, ExtraQuestion
from intake.model.ticket import AppealType
from intake.phrases import FALLBACK

APPEAL_TYPE = "appeal_type"
_KEYWORDS = 12


@dataclass(frozen=True, slots=True)
class Attribute:
    """One question of a service. With `values` the answer is one of their keys."""

    code: str
    description: str
    required: bool
    values: tuple[tuple[str, str], ...] = ()


def offered(city: CityProfile) -> tuple[Category, ...]:
    """The categories without any below them, in the profile's order."""
    above = {code[:end] for code in city.categories for end in (2, 4) if end < len(code)}
    return tuple(one for code, one in city.categories.items() if code not in above)


def service(category: Category, city: CityProfile) -> dict[str, Any]:
    """A line of `GET services`."""
    path = city.path(category.code)
    unit = city.unit_name(city.responsible(category.code)[0])
    top = city.categories.get(category.code[:2])
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": say("service", "description", path=path, unit=unit),
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(word for word in category.keywords[:_KEYWORDS] if "&" not in word),
        "group": top.name if top is not None else say("service", "general"),
    }


def definition(category: Category, city: CityProfile) -> dict[str, Any]:
    """What `GET services/{code}` answers."""
    asked = attributes(category, city)
    return {
        "service_code": category.code,
        "attributes": [_attribute(one, order) for order, one in enumerate(asked, start=1)],
    }


def attributes(category: Category, city: CityProfile) -> Sequence[Attribute]:
    """All a service asks for."""
    return [*(_of_question(one) for one in category.questions), _type_of_appeal(city)]


def _of_question(question: ExtraQuestion) -> Attribute:
    choices = question.choices.get("zh", ())
    return Attribute(
        question.key, question.ask.get("zh", question.key), False, tuple((one, one) for one in choices)
    )


def _type_of_appeal(city: CityProfile) -> Attribute:
    return Attribute(APPEAL_TYPE, say("attribute", APPEAL_TYPE), False, tuple(_types(city)))


def _types(city: CityProfile) -> Iterator[tuple[str, str]]:
    words = city.wording.get(FALLBACK, {})
    for kind in AppealType:
        yield kind.value, words.get(f"type.{kind.value}", kind.value)


def _attribute(one: Attribute, order: int) -> dict[str, Any]:
    kind = "datatype_description" if one.values else "free_description"
    return {
        "variable": True,
        "code": one.code,
        "datatype": "singlevaluelist" if one.values else "string",
        "required": one.required,
        "datatype_description": say("attribute", kind),
        "order": order,
        "description": one.description,
        "values": [{"key": key, "name": name} for key, name in one.values],
    }
