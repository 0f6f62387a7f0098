"""Wording by key and language. A city's own words prevail; a missing language falls back to Chinese.

Texts live in `phrases/*.toml`; `{name}` marks what is filled in.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TypeVar

from intake.city import CityProfile

T = TypeVar("T")

FALLBACK = "zh-Hans"
LANGUAGES = {"zh-Hans": "zh", "en": "en"}


@cache
def built_in(language: str) -> Mapping[str, str]:
    """The texts that come with the product, keyed `section.name`."""
    raw = files("intake").joinpath("phrases", f"{LANGUAGES[language]}.toml").read_text("utf-8")
    return {
        f"{section}.{name}": text
        for section, texts in tomllib.loads(raw).items()
        for name, text in texts.items()
    }


def worded(city: CityProfile) -> CityProfile:
    """The profile with every text it needs: its own where it has one, ours elsewhere."""
    wording = {language: {**built_in(language), **city.wording.get(language, {})} for language in LANGUAGES}
    return replace(city, wording=wording)


def say(city: CityProfile, language: str, key: str, **values: object) -> str:
    """The text for `key`, filled in. Raises KeyError for a key no language has."""
    texts = city.wording.get(language) or city.wording[FALLBACK]
    template = texts.get(key) or city.wording[FALLBACK][key]
    return template.format(city=city.name, hotline=city.hotline, **values) if "{" in template else template


def local(texts: Mapping[str, T], language: str) -> T | None:
    """A profile's own text in this language, else in Chinese; keys are `zh`, `en`."""
    return texts.get(LANGUAGES[language], texts.get(LANGUAGES[FALLBACK]))


def pick_language(hint: str) -> str:
    """Our language for a platform's hint: zh*, en*; anything else reads Chinese (the city's)."""
    return "en" if hint.lower().startswith("en") else FALLBACK
