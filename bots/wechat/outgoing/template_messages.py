"""A message's facts in the fields of a template, each cut to what its kind of field may hold.

Limits as WeChat states them for a field's type, which is its name without the number. `first` and
`remark` are gone since 2023 and never written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from intake.city import Template
from intake.model.messages import Outgoing

LITERAL = "="
"""Opens a field's own fixed words in the profile."""

NOTHING = "-"  # a field must not be empty
_LIMITS = {
    "thing": 20,
    "short_thing": 5,
    "const": 20,
    "phrase": 5,
    "name": 10,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "character_string": 32,
    "phone_number": 17,
    "car_number": 8,
    "amount": 12,
}
_ASCII_ONLY = frozenset({"character_string", "letter", "number", "phone_number", "amount"})
_INSTANTS = {"time": "%Y-%m-%d %H:%M", "date": "%Y-%m-%d"}
_TYPE = re.compile(r"^(.*?)\d*$")


@dataclass(frozen=True, slots=True)
class TemplateMessage:
    """What goes to WeChat; `whole` if it says all that the message says."""

    document: Mapping[str, Any]
    whole: bool


def announcement(template: Template, outgoing: Outgoing, now: datetime, timezone: str) -> TemplateMessage:
    """Fill the template. The same message always has the same `client_msg_id`."""
    facts = {"text": outgoing.reply.text} | dict(outgoing.facts)
    local = now.astimezone(ZoneInfo(timezone))
    data = {name: _value(name, source, facts, local) for name, source in template.fields.items()}
    document: dict[str, Any] = {
        "touser": outgoing.address.user,
        "template_id": template.id,
        "data": {name: {"value": value} for name, value in data.items()},
    }
    if template.by_permission:
        document |= {"page": template.url} if template.url else {}
    else:
        document |= {"client_msg_id": _client_id(template, outgoing)}
        document |= {"url": template.url} if template.url else {}
    return TemplateMessage(document, _whole(outgoing, set(data.values())))


def field_type(name: str) -> str:
    """`thing` for `thing12`."""
    found = _TYPE.match(name)
    return found[1] if found else name


def _value(name: str, source: str, facts: Mapping[str, str], local: datetime) -> str:
    kind = field_type(name)
    if kind in _INSTANTS:
        return local.strftime(_INSTANTS[kind])
    words = source.removeprefix(LITERAL) if source.startswith(LITERAL) else facts.get(source, "")
    return _cut(" ".join(words.split()), kind) or NOTHING


def _cut(words: str, kind: str) -> str:
    if kind in _ASCII_ONLY:
        words = "".join(sign for sign in words if sign.isascii())
    limit = _LIMITS.get(kind, _LIMITS["thing"])
    if len(words) <= limit:
        return words
    return words[:limit] if kind in _ASCII_ONLY or limit < 10 else words[: limit - 1] + "…"


def _whole(outgoing: Outgoing, shown: set[str]) -> bool:
    """A message without facts, or with something to choose, is never said by its fields alone."""
    facts = [" ".join(value.split()) for _, value in outgoing.facts if value]
    return bool(facts) and not outgoing.reply.choices and all(value in shown for value in facts)


def _client_id(template: Template, outgoing: Outgoing) -> str:
    return sha256(f"{template.id}\0{outgoing.key}".encode()).hexdigest()[:32]
