"""What wechatpy is used for: reading pushes, writing replies, the cipher.

The rule of this layer: whatever wechatpy or the XML reader under it may raise on odd input
(KeyError, TypeError, ValueError, IndexError, struct.error, ExpatError …) leaves here as
`UnreadablePush`, whose text names the kind of fault and nothing of the message.
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

import orjson
import xmltodict  # the XML reader that wechatpy itself brings and uses
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, WeChatException
from wechatpy.replies import TextReply


class UnreadablePush(Exception):
    """Not a push we can read. The text may be logged."""


class BrokenCipher(UnreadablePush):
    """Signed with our token, but our key does not open it."""


class OtherAccount(Exception):
    """Encrypted with our key, but for another appid."""


_ODD = (
    AssertionError,
    AttributeError,
    ExpatError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,  # also UnicodeDecodeError, binascii.Error, orjson.JSONDecodeError, "entities are disabled"
    WeChatException,
    struct.error,
)

# What XML 1.0 cannot carry, and what no text column takes. Phones do send such characters.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WRITTEN_BY_PEOPLE = ("Content", "Label", "Poiname", "Title", "Description", "Recognition", "EventKey")
_WHOLE = {
    name: re.compile(rf"<{name}><!\[CDATA\[(?P<inner>.*)\]\]></{name}>", re.DOTALL)
    for name in _WRITTEN_BY_PEOPLE
}
_LONGEST_NAME = 128
_MOST_ITEMS = 20


@dataclass(frozen=True, slots=True)
class Push:
    """One push: who to whom, and its flat fields as text, `""` where a field was empty.

    `items` are the flat fields of what stands in a `List` (one element may stand there bare);
    other nested elements (menus' picture lists, scan results) are left out.
    """

    sender: str
    receiver: str
    fields: Mapping[str, str]
    in_json: bool = False  # what is answered goes back in the same form
    items: tuple[Mapping[str, str], ...] = ()

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


def clean(text: str) -> str:
    """Without the control characters and half surrogates that neither XML nor a database takes."""
    return _ILLEGAL.sub("", text)


def is_json(body: bytes) -> bool:
    """The console lets an operator choose JSON instead of XML for pushes."""
    return body.lstrip()[:1] == b"{"


def outer(body: bytes) -> Mapping[str, Any]:
    """The fields of a push as they stand on the wire, still encrypted. Raises UnreadablePush."""
    try:
        read = orjson.loads(body) if is_json(body) else xmltodict.parse(_text(body))["xml"]
    except _ODD as fault:
        raise _unreadable("body", fault) from None
    if not isinstance(read, dict):
        raise UnreadablePush("body: no fields")
    return read


def parse(body: bytes) -> Push:
    """Read a decrypted push, XML or JSON. Raises UnreadablePush."""
    raw = outer(body) if is_json(body) else _parsed(_text(body))
    fields = _fields(raw)
    sender, receiver = fields.get("FromUserName", ""), fields.get("ToUserName", "")
    if not fields.get("MsgType") or not 0 < len(sender) <= _LONGEST_NAME:
        raise UnreadablePush("body: no type or no sender")
    return Push(sender, receiver, fields, is_json(body), _items(raw))


def text_reply(push: Push, text: str, at: datetime) -> str:
    """A passive text reply to `push`, in the push's own form."""
    return _json_reply(push, text, at) if push.in_json else _xml_reply(push, text, at)


@dataclass(frozen=True, slots=True)
class Cipher:
    """WeChat's message encryption: AES-256-CBC, padded to 32 bytes, the appid inside."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    appid: str

    def decrypt(self, encrypted: str, timestamp: str, nonce: str, signed: str) -> str:
        """The plain body inside `Encrypt`. Raises UnreadablePush or OtherAccount."""
        try:
            crypto = WeChatCrypto(self.token, self.aes_key, self.appid)
            return str(crypto.decrypt_message({"Encrypt": encrypted}, signed, timestamp, nonce))
        except InvalidAppIdException:
            raise OtherAccount from None
        except _ODD as fault:
            raise BrokenCipher(f"cipher: {type(fault).__name__}") from None

    def encrypt(self, body: str, timestamp: str, nonce: str) -> str:
        """The encrypted XML envelope around a reply. Raises ValueError for an unusable key."""
        try:
            crypto = WeChatCrypto(self.token, self.aes_key, self.appid)
        except AssertionError:
            raise ValueError("the AES key must be 43 characters of base64") from None
        return str(crypto.encrypt_message(body, nonce, timestamp))


def _xml_reply(push: Push, text: str, at: datetime) -> str:
    return str(
        TextReply(
            source=_cdata(push.receiver),
            target=_cdata(push.sender),
            time=int(at.timestamp()),
            content=_cdata(text),
        ).render()
    )


def _json_reply(push: Push, text: str, at: datetime) -> str:
    return orjson.dumps(
        {
            "ToUserName": push.sender,
            "FromUserName": push.receiver,
            "CreateTime": int(at.timestamp()),
            "MsgType": "text",
            "Content": clean(text),
        }
    ).decode()


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        message = parse_message(_with_whole_texts(text))
        return dict(message._data)  # noqa: SLF001 - bizmsgmenuid, MediaId16K, OpenID have no attribute
    except _ODD as fault:
        raise _unreadable("body", fault) from None


def _with_whole_texts(text: str) -> str:
    """Each text ends where its field ends for the last time, whatever people wrote in it.

    WeChat puts a text into a CDATA section without looking: three signs in it end the section, and what
    follows is no XML, or fields that the citizen made.
    """
    for name, whole in _WHOLE.items():
        if found := whole.search(text):
            inner = found["inner"].replace("]]]]><![CDATA[>", "]]>")
            text = f"{text[: found.start()]}<{name}><![CDATA[{_cdata(inner)}]]></{name}>{text[found.end() :]}"
    return text


def _text(body: bytes) -> str:
    return clean(body.decode("utf-8", "replace"))


def _fields(raw: Mapping[str, Any]) -> Mapping[str, str]:
    """JSON pushes have been seen with a blank before a name."""
    return {str(name).strip(): _flat(value) for name, value in raw.items() if _is_flat(value)}


def _items(raw: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    inner = [raw, *(value for value in raw.values() if isinstance(value, dict))]
    lists = [part["List"] for part in inner if isinstance(part.get("List"), (dict, list))]
    found = [item for part in lists for item in (part if isinstance(part, list) else [part])]
    return tuple(_fields(item) for item in found[:_MOST_ITEMS] if isinstance(item, dict))


def _is_flat(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _flat(value: object) -> str:
    return "" if value is None else clean(str(value)).strip()


def _cdata(text: str) -> str:
    """Safe inside one CDATA section, which wechatpy writes without looking."""
    return clean(text).replace("]]>", "]]]]><![CDATA[>")


def _unreadable(what: str, fault: BaseException) -> UnreadablePush:
    return UnreadablePush(f"{what}: {type(fault).__name__}")
