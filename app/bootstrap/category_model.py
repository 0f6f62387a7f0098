"""The category model a city's profile names, opened once at the start and fitted to the profile."""

from dataclasses import replace
from pathlib import Path

from app.base.settings import BadSettings
from intake.city import CityProfile


def judging(city: CityProfile) -> CityProfile:
    """The profile with its model, if it names one. Raises BadSettings."""
    if not city.classifier.model:
        return city
    from intake.understand.categories.model.files import BadModel  # noqa: PLC0415  # numpy is slow to import
    from intake.understand.categories.model.linear import open_model  # noqa: PLC0415

    try:
        model = open_model(Path(city.classifier.model))
    except BadModel as mistake:
        raise BadSettings(f"The model under [classifier] in the city's profile: {mistake}") from None
    strange = [label for label in model.labels if label not in city.classifier.labels]
    if strange:
        raise BadSettings(f"[classifier.labels] in the city's profile lacks the label {strange[0]}.")
    return replace(city, judge=model)
