"""The desk's words by key: `phrases/zh.toml`, `section.name`. Templates and views hold keys only."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "phrases" / "zh.toml"


@dataclass(frozen=True, slots=True)
class Words:
    """All texts of the pages."""

    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """The text, filled in. Raises KeyError for a key there is no text for."""
        text = self.texts[key]
        return text.format(**values) if values else text

    def key(self, section: str, name: str, otherwise: str) -> str:
        """`section.name` where there is a text for it, else the key `otherwise`."""
        key = f"{section}.{name}"
        return key if key in self.texts else otherwise

    def join(self, parts: Iterable[str]) -> str:
        """Several names as one text."""
        return self.texts["page.comma"].join(parts)

    def section(self, section: str) -> tuple[tuple[str, str], ...]:
        """A section's names and texts, in the file's order."""
        opening = f"{section}."
        return tuple(
            (key.removeprefix(opening), text) for key, text in self.texts.items() if key.startswith(opening)
        )


@cache
def read_words() -> Words:
    """The texts that come with the product, read once a process."""
    sections = tomllib.loads(_FILE.read_text("utf-8"))
    return Words(
        {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}
    )
