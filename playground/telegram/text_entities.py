"""Markup as the server takes it: HTML in a parse mode, or entities beside the text. Strict as the server is.

Returned is the text a phone shows. Markdown is refused: nobody here needs it, and a bot that sends it
by mistake should hear so.
"""

import html
import re
from typing import Any

from playground.telegram.wire import BotApiError, bad, units

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s[^<>]*)?)>")
_TAGS = frozenset(
    "b strong i em u ins s strike del span tg-spoiler a tg-emoji code pre blockquote".split()  # noqa: SIM905
)
_KINDS = frozenset(
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler "  # noqa: SIM905
    "blockquote expandable_blockquote code pre text_link text_mention custom_emoji".split()
)
_NAMED = frozenset({"lt", "gt", "amp", "quot"})
_REFERENCE = re.compile(r"&(?:#(?:x[0-9A-Fa-f]+|[0-9]+)|([A-Za-z]+));")


def shown(text: str, parse_mode: str, entities: Any) -> str:
    """What the message reads in the end. Raises BotApiError."""
    if parse_mode:
        return _from_html(text, parse_mode)
    for entity in entities or []:
        _check(entity, text)
    return text


def _from_html(text: str, parse_mode: str) -> str:
    if parse_mode.lower() != "html":
        raise bad("unsupported parse_mode")
    parts, open_tags, at = [], list[str](), 0
    while (start := text.find("<", at)) >= 0:
        parts.append(_plain(text[at:start]))
        tag = _TAG.match(text, start)
        if tag is None:
            raise _cannot(f'Unsupported start tag "{text[start + 1 : start + 9]}"', text, start)
        _follow(tag, open_tags, text)
        at = tag.end()
    if open_tags:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{open_tags[-1]}"', text, len(text))
    return "".join([*parts, _plain(text[at:])])


def _follow(tag: re.Match[str], open_tags: list[str], text: str) -> None:
    closes, name = tag[1], tag[2].lower()
    if name not in _TAGS:
        raise _cannot(f'Unsupported start tag "{name}"', text, tag.start())
    if not closes:
        open_tags.append(name)
    elif not open_tags or open_tags.pop() != name:
        raise _cannot(f'Unmatched end tag "{name}"', text, tag.start())


def _plain(text: str) -> str:
    """Only four names and numbers are references; any other ampersand is itself."""
    return _REFERENCE.sub(
        lambda one: one[0] if one[1] and one[1] not in _NAMED else html.unescape(one[0]), text
    )


def _check(entity: Any, text: str) -> None:
    if not isinstance(entity, dict) or entity.get("type") not in _KINDS:
        raise bad("can't parse MessageEntity: unsupported type")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 1:
        raise bad("can't parse MessageEntity: wrong offset or length")
    if offset + length > units(text):
        raise bad("entity is out of the message")


def _cannot(why: str, text: str, at: int) -> BotApiError:
    return bad(
        f"can't parse entities: {why} at byte offset {len(text[:at].encode('utf-16-le', 'replace')) // 2}"
    )
