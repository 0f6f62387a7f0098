"""Options as WeChat can show them: numbered lines whose label is a link that says itself.

A tap on `weixin://bizmsgmenu` comes back as a text message with the label as its content and
our id beside it (test accounts leave the id out, which is why number and label work as well).
"""

import re
from urllib.parse import quote, unquote

from intake.model.messages import FLOW, Choice, Reply, Tap

# Would end the attribute or the parameter; the label itself is shown untouched.
_UNSAFE = re.compile(r"[\s\"'<>&#%?=]+")
_LONGEST_ID = 64  # bytes; the limit WeChat states for the same field of its other menus


def linked(reply: Reply) -> str:
    """The reply with its choices as numbered links."""
    return _lines(reply, [_link(reply.step, choice) for choice in reply.choices])


def numbered(reply: Reply) -> str:
    """The reply with its choices as plain numbered lines: shorter, and the numbers work as well."""
    return _lines(reply, [choice.label for choice in reply.choices])


def menu_id(step: str, option: str) -> str:
    """What a link carries; `""` if it would be longer than WeChat takes."""
    packed = ":".join(_pack(part) for part in (FLOW, step, option))
    return packed if len(packed) <= _LONGEST_ID else ""


def read_menu_id(text: str) -> Tap | None:
    """The tap behind an id we made; None for any other."""
    parts = text.split(":")
    if len(parts) != 3 or not all(parts):
        return None
    flow, step, option = (unquote(part.replace("~", "%")) for part in parts)
    return Tap(flow, step, option)


def _lines(reply: Reply, labels: list[str]) -> str:
    if not labels:
        return reply.text
    options = "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))
    return f"{reply.text}\n\n{options}" if reply.text else options


def _link(step: str, choice: Choice) -> str:
    tapped = menu_id(step, choice.option) if step else ""
    said = _UNSAFE.sub(" ", choice.label).strip()
    if not tapped or not said:
        return choice.label
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={said}&msgmenuid={tapped}">{choice.label}</a>'


def _pack(part: str) -> str:
    return quote(part, safe="").replace("~", "%7E").replace("%", "~")
