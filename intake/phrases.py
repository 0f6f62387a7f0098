"""Wording by key and language. A city's own words prevail; a missing language falls back to Chinese.

Texts live in `phrases/*.toml`; `{name}` marks what is filled in. Traditional Chinese has no file of
its own: it is derived from the simplified texts when they are loaded, so that there is one wording.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import TypeVar

from opencc import OpenCC

from intake.city import CityProfile

T = TypeVar("T")

FALLBACK = "zh-Hans"
TRADITIONAL = "zh-Hant"
LANGUAGES = {"zh-Hans": "zh", "zh-Hant": "zh", "en": "en"}
"""Our languages, and under which key a city's profile or a file has their texts."""

_TRADITIONAL_PLACES = frozenset({"hant", "tw", "hk", "mo"})


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
    written = (language for language in LANGUAGES if language != TRADITIONAL)
    wording = {language: {**built_in(language), **city.wording.get(language, {})} for language in written}
    derived = {key: traditional(text) for key, text in wording[FALLBACK].items()}
    own = city.wording.get(TRADITIONAL, {})
    return replace(city, wording={**wording, TRADITIONAL: {**derived, **own}})


def say(city: CityProfile, language: str, key: str, **values: object) -> str:
    """The text for `key`, filled in. Raises KeyError for a key no language has."""
    texts = city.wording.get(language) or city.wording[FALLBACK]
    template = texts.get(key) or city.wording[FALLBACK][key]
    if "{" not in template:
        return template
    return template.format(city=called(city, city.name, language), hotline=city.hotline, **values)


def called(city: CityProfile, name: str, language: str) -> str:
    """A name of the profile's in this language; where the profile has no English one, the Chinese."""
    if language == TRADITIONAL:
        return traditional(name)
    return city.english.get(name, name) if LANGUAGES.get(language) == "en" else name


def unit_called(city: CityProfile, unit_id: str | None, language: str) -> str:
    """The unit's name; an id the profile does not know is shown as it came."""
    return called(city, city.unit_name(unit_id), language)


def path_called(city: CityProfile, category_code: str, language: str) -> str:
    """The category's names from the top, joined by `-`."""
    return "-".join(called(city, name, language) for name in city.path(category_code).split("-"))


@lru_cache(4096)
def traditional(text: str) -> str:
    """The text in traditional characters, as Taiwan writes them; its words stay the mainland's."""
    return _converter().convert(text)


@cache
def _converter() -> OpenCC:
    return OpenCC("s2tw")


def local(texts: Mapping[str, T], language: str) -> T | None:
    """A profile's own text in this language, else in Chinese; keys are `zh`, `en`."""
    return texts.get(LANGUAGES[language], texts.get(LANGUAGES[FALLBACK]))


def pick_language(hint: str) -> str:
    """Our language for a platform's hint: `zh-hans`, `zh_CN`, `zh-hant-tw`, `zh-hk`, `en-GB` …

    Anything else reads simplified Chinese, the city's own.
    """
    language, *places = hint.lower().replace("_", "-").split("-")
    if language == "en":
        return "en"
    if language == "yue" or ("hans" not in places and _TRADITIONAL_PLACES.intersection(places)):
        return TRADITIONAL
    return FALLBACK
