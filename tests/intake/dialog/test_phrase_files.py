"""The phrase files: every key that is used exists, in both languages, with the same blanks."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest

import intake
from intake.city.profile import SurveyRules
from intake.phrases import built_in

ROOT = Path(intake.__file__).parent.parent
FILES = sorted(path for folder in ("intake", "app", "bots") for path in (ROOT / folder).rglob("*.py"))
NO_PHRASES = frozenset(f"survey.{one.name}" for one in fields(SurveyRules))
"""Keys of a city's profile that look like ours."""
ALWAYS = frozenset({"city", "hotline"})


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert built_in("zh-Hans").keys() == built_in("en").keys()


@pytest.mark.parametrize("key", sorted(built_in("zh-Hans")))
def test_both_languages_fill_in_the_same(key: str) -> None:
    zh, en = (blanks(built_in(language)[key]) - ALWAYS for language in ("zh-Hans", "en"))
    assert zh == en


def test_every_key_that_stands_in_the_code_exists() -> None:
    used = {key for path in FILES for key in keys_in(path)} - NO_PHRASES
    assert {key for key in used if key not in built_in("zh-Hans") and not key.endswith("_")} == set()


def test_every_text_is_filled_with_what_it_needs() -> None:
    wrong = [
        (path.name, key, needed)
        for path in FILES
        for key, given in calls_in(path)
        if (needed := blanks(built_in("zh-Hans").get(key, "")) - ALWAYS - given)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_no_text_is_longer_than_one_wechat_message(language: str) -> None:
    assert all(len(text.encode()) <= 1500 for text in built_in(language).values())


def test_every_text_is_used() -> None:
    source = "\n".join(path.read_text("utf-8") for path in FILES)
    prefixes = {part for path in FILES for part in prefixes_in(path)}
    unused = {
        key
        for key in built_in("zh-Hans")
        if f'"{key}"' not in source
        and f"'{key}'" not in source
        and not any(key.startswith(prefix) for prefix in prefixes)
    }
    assert unused == set()


def keys_in(path: Path) -> Iterator[str]:
    """String constants that look like one of our keys."""
    sections = {key.partition(".")[0] for key in built_in("zh-Hans")}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            section, dot, name = node.value.partition(".")
            if dot and section in sections and name.isidentifier():
                yield node.value


def calls_in(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Each call that says a constant key, with the blanks it fills; those with ** are left out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or name_of(node.func) != "say":
            continue
        key = next((a.value for a in node.args if isinstance(a, ast.Constant) and "." in str(a.value)), None)
        if key is not None and all(keyword.arg for keyword in node.keywords):
            yield str(key), {keyword.arg for keyword in node.keywords if keyword.arg}


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def prefixes_in(path: Path) -> Iterator[str]:
    """What f-strings that make keys begin with, such as `status.` and `survey.contacted_`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            start = str(node.values[0].value)
            if "." in start and start.partition(".")[0].isidentifier():
                yield start
