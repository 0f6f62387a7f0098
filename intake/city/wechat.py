"""What a city decides about its WeChat account: the menu, and the templates for what comes later.

Limits are WeChat's own; names and keys are counted in bytes of UTF-8.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Problem = tuple[str, str]
_STRICT = {"extra": "forbid"}

PURPOSES = frozenset({"reply", "receipt", "progress", "survey", "reminder"})
KINDS = frozenset({"subscription", "once", "template"})
FACTS = frozenset({"tail", "status", "unit", "due", "text", "at"})
_GONE = frozenset({"first", "remark"})  # WeChat drops them in silence
_FIELD = re.compile(r"[a-z_]+\d+")
_BUTTONS, _UNDER = 3, 5
_LONGEST_NAME, _LONGEST_NAME_UNDER, _LONGEST_KEY, _LONGEST_URL = 16, 60, 128, 1024


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry under a button: `say` is what the citizen could have written; or a page's `url`."""

    __pydantic_config__ = _STRICT

    name: str
    say: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class MenuButton:
    """A button of the account's menu: it says, opens, or shows what stands `under` it."""

    __pydantic_config__ = _STRICT

    name: str
    say: str = ""
    url: str = ""
    under: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One template of the account. `kind`: `subscription` (allowed for good), `once` or `template`.

    `fields` names, for each field of the template, one of `FACTS`, or `=` and the city's own words.
    `url` is what a tap opens: a page's address.
    """

    __pydantic_config__ = _STRICT

    id: str
    kind: str
    fields: Mapping[str, str]
    url: str = ""

    @property
    def by_permission(self) -> bool:
        return self.kind != "template"

    @property
    def once(self) -> bool:
        return self.kind == "once"


@dataclass(frozen=True, slots=True)
class WeChatRules:
    """`templates`: by purpose, the first that may be used is taken, those by permission before the rest."""

    __pydantic_config__ = _STRICT

    menu: tuple[MenuButton, ...] = ()
    templates: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)


def contradictions(rules: WeChatRules) -> Iterator[Problem]:
    """What WeChat would refuse, by key in the file."""
    if len(rules.menu) > _BUTTONS:
        yield "wechat.menu", f"has more than {_BUTTONS} buttons"
    for number, button in enumerate(rules.menu):
        yield from _button(button, f"wechat.menu.{number}")
    for purpose, templates in rules.templates.items():
        if purpose not in PURPOSES:
            known = ", ".join(sorted(PURPOSES))
            yield f"wechat.templates.{purpose}", f"unknown purpose; known are {known}"
        for number, template in enumerate(templates):
            yield from _template(template, f"wechat.templates.{purpose}.{number}")


def _button(button: MenuButton, key: str) -> Iterator[Problem]:
    yield from _entry(button, key, _LONGEST_NAME, also=bool(button.under))
    if len(button.under) > _UNDER:
        yield f"{key}.under", f"has more than {_UNDER} entries"
    for number, item in enumerate(button.under):
        yield from _entry(item, f"{key}.under.{number}", _LONGEST_NAME_UNDER)


def _entry(entry: MenuButton | MenuItem, key: str, longest: int, *, also: bool = False) -> Iterator[Problem]:
    if not entry.name or _size(entry.name) > longest:
        yield f"{key}.name", f"must have 1 to {longest} bytes of UTF-8"
    if [bool(entry.say), bool(entry.url), also].count(True) != 1:
        yield key, "needs exactly one of say, url and (for a button) under"
    if _size(entry.say) > _LONGEST_KEY:
        yield f"{key}.say", f"must not have more than {_LONGEST_KEY} bytes of UTF-8"
    if entry.url and not (entry.url.startswith("https://") and _size(entry.url) <= _LONGEST_URL):
        yield f"{key}.url", f"must be an https address of at most {_LONGEST_URL} bytes"


def _template(template: Template, key: str) -> Iterator[Problem]:
    if template.kind not in KINDS:
        yield f"{key}.kind", f"unknown kind {template.kind!r}; known are {', '.join(sorted(KINDS))}"
    if not template.id:
        yield f"{key}.id", "is empty"
    if not template.fields:
        yield f"{key}.fields", "is empty"
    for name, source in template.fields.items():
        at = f"{key}.fields.{name}"
        if name in _GONE:
            yield at, "is dropped by WeChat since 2023: leave it out"
        elif not _FIELD.fullmatch(name):
            yield at, "is no field of a template, which ends in a number: thing1, time2"
        if source not in FACTS and not (source.startswith("=") and len(source) > 1):
            yield at, f"names no fact; known are {', '.join(sorted(FACTS))}, or = and your own words"


def _size(text: str) -> int:
    return len(text.encode())
