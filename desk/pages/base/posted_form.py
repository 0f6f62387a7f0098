"""What a browser posted: a small urlencoded form, read by us so that its size has an end."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from fastapi import Request

from hotline.body import read_body

LARGEST = 128 * 1024
"""Bytes; the longest field has 4,000 characters."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A form's values by name."""

    values: dict[str, list[str]]

    def text(self, name: str) -> str:
        """One value without space around it; lines end in a plain line feed. "" if missing."""
        return self.values.get(name, [""])[0].replace("\r\n", "\n").replace("\x00", "").strip()

    def raw(self, name: str) -> str:
        """One value exactly as typed."""
        return self.values.get(name, [""])[0]

    def every(self, name: str) -> tuple[str, ...]:
        """All values of one name, in order, each once."""
        return tuple(dict.fromkeys(self.values.get(name, [])))


async def read_form(request: Request) -> Posted:
    """The posted form; anything else than urlencoded text is an empty one. Raises BodyTooLarge."""
    body = await read_body(request.stream(), LARGEST)
    try:
        return Posted(parse_qs(body.decode(), keep_blank_values=True, max_num_fields=500))
    except ValueError:
        return Posted({})
