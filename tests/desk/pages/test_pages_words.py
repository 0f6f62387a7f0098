"""Everything the desk can show has words, and every word is used for something."""

import re
from pathlib import Path

import pytest

from app.delivery.handlers import FILES_PUT_AWAY
from desk import pages
from desk.wording import read_words
from desk.workflow.lifecycle import ROWS
from desk.workflow.states import Role, State

WORDS = read_words()
FOLDER = Path(pages.__file__).parent
SOURCES = [path.read_text("utf-8") for path in (*FOLDER.rglob("*.py"), *FOLDER.glob("templates/*.html"))]
NAMED = {
    key for text in SOURCES for key in re.findall(r"[\"']([a-z_]+\.[A-Za-z_0-9]*[a-zA-Z0-9])[\"']", text)
}
MADE = {
    key for text in SOURCES for key in re.findall(r"f?[\"']([a-z_]+\.(?:[a-z_]+_)?)(?:\{|[\"'] ?~)", text)
}


@pytest.mark.parametrize(
    "key",
    [
        *(f"state.{state}" for state in State),
        *(f"role.{role}" for role in Role),
        *(f"action.{row.action}" for row in ROWS),
        *(f"told.{type_}" for row in ROWS for type_ in row.callbacks),
        *(f"field.{name}" for row in ROWS for name in (*row.needs, *row.takes) if name != "result"),
        *(f"refused.needs_{name}" for row in ROWS for name in row.needs if name != "result"),
    ],
)
def test_the_life_cycle_has_words(key: str) -> None:
    assert WORDS.say(key)


@pytest.mark.parametrize("label", ["enterprise", "related", "frequent", "garbled", FILES_PUT_AWAY])
def test_what_the_front_door_marks_a_ticket_with_has_words(label: str) -> None:
    assert WORDS.say(f"label.{label}")


def test_every_key_a_page_names_has_a_text() -> None:
    sections = {key.split(".")[0] for key in WORDS.texts}
    missing = {
        key for key in NAMED if key.split(".")[0] in sections and not key.endswith((".html", ".css", ".js"))
    }
    assert missing - set(WORDS.texts) == set()


def test_no_text_lies_about_unused() -> None:
    sections = tuple(f"{key}" for key in MADE)
    open_sections = (
        "reason.",
        "redirect.",
        "hint.",
        "refused.",
        "alert_kind.",
        "action.",
        "channel.",
        "age.",
        "left.",
        "emergency.",
        "exclusion.",
        "notice.",
    )
    unused = [
        key for key in WORDS.texts if key not in NAMED and not key.startswith((*sections, *open_sections))
    ]
    assert unused == []


def test_templates_hold_keys_only() -> None:
    assert [text for text in SOURCES if re.search(r"[\u4e00-\u9fff]", text)] == []
