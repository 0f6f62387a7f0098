"""Around every push: is it from WeChat, and what does it say once decrypted.

The rule: nothing is parsed before `signature` holds and its time is about now, nothing of an
encrypted push is believed but what `msg_signature` covers, and an account set to encryption takes
no plain body, since `signature` alone does not cover the body and a leaked address could be
replayed with any text.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha1

import orjson

from bots.wechat import codec

LARGEST = 256 * 1024
"""Bytes of a push: room for the longest text in compatible mode (three times its size), and no
more, since a body of many small elements takes the XML reader long."""

FRESH = timedelta(minutes=5)
"""How far a push's time may be from ours, either way. WeChat delivers a message three times within
fifteen seconds; one push in eight reaches a server more than five seconds after its timestamp."""

_DIGITS = 12
"""More than seconds since 1970 will have for thirty thousand years."""


class Mode(StrEnum):
    """As chosen in the account's console."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class PushCredentials:
    """One service account's own half of the agreement with WeChat."""

    appid: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False, default="")
    mode: Mode = Mode.SAFE


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of WeChat's request, as text: leading zeros are part of the signature."""

    signature: str = ""
    timestamp: str = ""
    nonce: str = ""
    echostr: str = ""
    encrypt_type: str = ""
    msg_signature: str = ""


class PushRefused(Exception):
    """Not from WeChat, not for this account, or less protected than agreed."""


class ConfigMismatch(PushRefused):
    """Signed with our token, but not as agreed: the account's console and our settings differ."""


class StalePush(PushRefused):
    """Signed with our token, but not now: an old push sent again, or a clock that is wrong, maybe ours."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"its time is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} ours")
        self.seconds = seconds


def signature(*parts: str) -> str:
    """WeChat's signature: SHA-1 over the sorted parts, the token being one of them."""
    joined = b"".join(sorted(_bytes(part) for part in parts))
    return sha1(joined, usedforsecurity=False).hexdigest()


def echo(account: PushCredentials, query: Query, now: datetime) -> str:
    """What the address check (GET) must be answered with. Raises PushRefused."""
    verify(account, query, now)
    return query.echostr


def verify(account: PushCredentials, query: Query, now: datetime) -> None:
    """Whether somebody who knows the token sends the request just now. Raises PushRefused."""
    _check(account, query.signature, query.timestamp, query.nonce)
    seconds = _time(query.timestamp) - int(now.timestamp())
    if abs(seconds) > FRESH.total_seconds():
        raise StalePush(seconds)


def open_push(account: PushCredentials, query: Query, body: bytes) -> bytes:
    """The readable body of a push that `verify` let in. Raises PushRefused or UnreadablePush."""
    if account.mode is Mode.PLAIN:
        return body
    if query.encrypt_type != "aes":
        raise ConfigMismatch("not encrypted")
    encrypted = codec.outer(body).get("Encrypt")
    if not isinstance(encrypted, str):
        raise PushRefused("not encrypted")
    _check(account, query.msg_signature, query.timestamp, query.nonce, encrypted)
    try:
        plain = _cipher(account).decrypt(encrypted, query.timestamp, query.nonce, query.msg_signature)
    except codec.OtherAccount:
        raise ConfigMismatch("another account's message") from None
    return plain.encode()


def seal(account: PushCredentials, query: Query, reply: str, at: datetime) -> str:
    """A passive reply as the mode asks for it; WeChat wants its own nonce back."""
    if account.mode is Mode.PLAIN:
        return reply
    stamp = str(int(at.timestamp()))
    nonce = query.nonce if query.nonce.isprintable() and "]]>" not in query.nonce else "0"  # it stands in XML
    sealed = _cipher(account).encrypt(reply, stamp, nonce)
    return _json_envelope(sealed) if codec.is_json(reply.encode()) else sealed


def _json_envelope(sealed: str) -> str:
    fields = dict(codec.outer(sealed.encode()))
    return orjson.dumps(fields | {"TimeStamp": int(fields["TimeStamp"])}).decode()


def _cipher(account: PushCredentials) -> codec.Cipher:
    return codec.Cipher(account.token, account.aes_key, account.appid)


def _time(timestamp: str) -> int:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _DIGITS):
        raise PushRefused("no time")
    return int(timestamp)


def _check(account: PushCredentials, given: str, *parts: str) -> None:
    if not account.token:
        raise PushRefused("no token configured")
    expected = signature(account.token, *parts)
    if not hmac.compare_digest(expected.encode(), _bytes(given)):
        raise PushRefused("wrong signature")


def _bytes(text: str) -> bytes:
    """Query strings may hold half surrogates after decoding; they match nothing, but must not raise."""
    return text.encode("utf-8", "surrogatepass")
