"""What goes over the wire between WeChat and an account's server, from the platform's side.

Pushes out in XML or JSON, plain, compatible or safe; replies back, checked as strictly as
WeChat does: what it would show as a fault of the account raises `AccountOutOfOrder` here.
"""

import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree as ET

from playground.wechat.cipher import Mismatch, Seal

Mode = Literal["plain", "compatible", "safe"]
LONGEST_TEXT = 2048  # bytes


class AccountOutOfOrder(Exception):
    """An answer for which the citizen is shown that the account is out of order."""


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A `weixin://bizmsgmenu` link in a text: tapping it says `content` and sends `menu_id`."""

    label: str
    content: str
    menu_id: str


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """One account's settings in the console: mode, data format, keys."""

    seal: Seal
    mode: Mode
    in_json: bool = False

    def query(self, timestamp: str, nonce: str, openid: str) -> dict[str, str]:
        """The parameters every push carries."""
        return {
            "signature": self.seal.sign(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }

    def push(self, fields: Mapping[str, Any], timestamp: str, nonce: str) -> tuple[dict[str, str], bytes]:
        """The parameters that encryption adds, and the body."""
        plain = self._written(fields)
        if self.mode == "plain":
            return {}, plain.encode()
        encrypted = self.seal.encrypt(plain)
        shown = dict(fields) if self.mode == "compatible" else {"ToUserName": fields["ToUserName"]}
        signed = self.seal.sign(timestamp, nonce, encrypted)
        body = self._written(shown | {"Encrypt": encrypted})
        return {"encrypt_type": "aes", "msg_signature": signed}, body.encode()

    def reply(self, status: int, body: bytes, openid: str) -> str | None:
        """The text to show, None for an answer without words. Raises AccountOutOfOrder."""
        if status != 200:
            raise AccountOutOfOrder(f"HTTP {status}")
        if body in (b"", b"success"):
            return None
        fields = self._opened(self._read(body))
        if fields.get("ToUserName") != openid or fields.get("MsgType") != "text":
            raise AccountOutOfOrder("not a text for this citizen")
        text = fields.get("Content") or ""
        if not text or len(text.encode()) > LONGEST_TEXT:
            raise AccountOutOfOrder("an empty text, or one too long")
        return text

    def _opened(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        if "Encrypt" not in fields:
            if self.mode == "safe":
                raise AccountOutOfOrder("a plain reply in safe mode")
            return fields
        if self.mode == "plain":
            raise AccountOutOfOrder("an encrypted reply in plain mode")
        try:
            return self._read(self._decrypted(fields).encode())
        except (Mismatch, ValueError, KeyError, binascii.Error) as wrong:
            raise AccountOutOfOrder("a reply that cannot be decrypted") from wrong

    def _decrypted(self, fields: Mapping[str, str]) -> str:
        encrypted = fields["Encrypt"]
        if self.seal.sign(fields["TimeStamp"], fields["Nonce"], encrypted) != fields["MsgSignature"]:
            raise Mismatch("MsgSignature")
        return self.seal.decrypt(encrypted)

    def _written(self, fields: Mapping[str, Any]) -> str:
        return json.dumps(fields, ensure_ascii=False) if self.in_json else _xml(fields)

    def _read(self, body: bytes) -> dict[str, str]:
        try:
            return _from_json(body) if self.in_json else _from_xml(body)
        except (ET.ParseError, ValueError, AttributeError) as wrong:
            raise AccountOutOfOrder("not a reply") from wrong


_LINK = re.compile(
    r"""<a\s+href=(["'])weixin://bizmsgmenu\?msgmenucontent=(?P<content>[^"'&]*)"""
    r"""&msgmenuid=(?P<id>[^"'&]*)\1\s*>(?P<label>.*?)</a>""",
    re.DOTALL,
)
_ANCHOR = re.compile(r"<a\s[^>]*>(.*?)</a>", re.DOTALL)


def links(text: str) -> tuple[MenuLink, ...]:
    """The links a thumb can tap, in order."""
    return tuple(MenuLink(_shown(m["label"]), m["content"], m["id"]) for m in _LINK.finditer(text))


def shown(text: str) -> str:
    """The text as the screen shows it, links as their labels."""
    return _shown(_ANCHOR.sub(r"\1", text))


def _shown(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _xml(fields: Mapping[str, Any]) -> str:
    return f"<xml>{_nodes(fields)}</xml>"


def _nodes(fields: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_node(value)}</{name}>" for name, value in fields.items())


def _node(value: object) -> str:
    if isinstance(value, dict):
        return _nodes(value)
    if not isinstance(value, str):
        return str(value)
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _from_xml(body: bytes) -> dict[str, str]:
    root = ET.fromstring(body)  # noqa: S314 - the account's own answer, in a stand-in
    if root.tag != "xml":
        raise ValueError("not <xml>")
    return {child.tag: child.text or "" for child in root}


def _from_json(body: bytes) -> dict[str, str]:
    return {name: str(value) for name, value in json.loads(body).items()}


def split_like_wechat(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """A citizen's words in as many messages as they need: 2,048 bytes each, cut between characters."""
    parts, used = [""], 0
    for character in text:
        width = len(character.encode())
        if used + width > longest:
            parts.append("")
            used = 0
        parts[-1] += character
        used += width
    return parts
