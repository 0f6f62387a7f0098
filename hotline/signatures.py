"""Standard Webhooks, both ways: who sent this body, and when.

A signature is HMAC-SHA256 over `id.timestamp.body`, good for five minutes either way of the clock that is
passed in. It does not stop a replay within them: the receiver remembers `webhook-id`.

The `standardwebhooks` package signs. Checking is done here over its signatures, because its own check reads
the system's clock and lets ValueError and UnicodeDecodeError out on hostile headers.

Secrets come as one text, several separated by commas while a key rotates: we sign with each, and accept any.
`whsec_…` is base64; any other text is taken as its UTF-8 bytes. A key has 24 bytes or more, as the standard
asks. A secret pasted with the version that signatures bear (`v1,whsec_…`) is that secret.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from standardwebhooks import Webhook

TOLERANCE = timedelta(minutes=5)
SHORTEST = 24
"""Bytes of a key (Standard Webhooks, "signature scheme")."""

_PREFIX = "whsec_"
_VERSION = re.compile(r"(?:^|(?<=,))\s*v1\s*,\s*(?=whsec_)")
_OTHER_SCHEME = re.compile(r"v\d+a?|whsk_.*|whpk_.*")


class BadSignature(Exception):
    """Not signed by who we know, or not now: answer 401 and do nothing."""


class BadSecret(ValueError):
    """The setting itself is wrong; says how, without the secret."""


@lru_cache(maxsize=32)
def read_secrets(secrets: str) -> tuple[bytes, ...]:
    """The keys in a comma-separated setting, as bytes. Raises BadSecret."""
    given = [secret.strip() for secret in _VERSION.sub("", secrets).split(",")]
    keys = tuple(_key(secret) for secret in given if secret)
    if not keys:
        raise BadSecret("the signing secret is empty")
    return keys


def sign(secrets: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers for a UTF-8 `body` sent at the aware time `at`; a GET signs `b""`."""
    stamp = at.astimezone(UTC)
    signatures = [_signature(key, message_id, stamp, body.decode()) for key in read_secrets(secrets)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def verify(secrets: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The `webhook-id` of a body signed within five minutes of the aware `now`. Raises BadSignature only."""
    given = {name.lower(): value for name, value in headers.items()}
    message_id, offered = given.get("webhook-id", ""), given.get("webhook-signature", "")
    if not _plain(message_id) or not offered.isascii():
        raise BadSignature("the headers are missing or not plain text")
    stamp = _read_stamp(given.get("webhook-timestamp", ""), now)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadSignature("the body is not UTF-8") from None
    expected = [_signature(key, message_id, stamp, text) for key in read_secrets(secrets)]
    if not any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in offered.split()):
        raise BadSignature("no signature matches")
    return message_id


def _key(secret: str) -> bytes:
    if _OTHER_SCHEME.fullmatch(secret):
        raise BadSecret("a signing secret is whsec_… of the scheme v1, or a text of 24 bytes or more")
    key = _decoded(secret) if secret.startswith(_PREFIX) else secret.encode()
    if len(key) < SHORTEST:
        raise BadSecret(f"a signing secret has {SHORTEST} bytes or more (openssl rand -base64 32 makes one)")
    return key


def _decoded(secret: str) -> bytes:
    encoded = secret.removeprefix(_PREFIX)
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret("a signing secret that begins with whsec_ must go on in base64") from None


def _signature(key: bytes, message_id: str, at: datetime, text: str) -> str:
    return Webhook(key).sign(message_id, at, text)


def _plain(message_id: str) -> bool:
    return 0 < len(message_id) <= 256 and message_id.isascii() and message_id.isprintable()


def _read_stamp(value: str, now: datetime) -> datetime:
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise BadSignature("the timestamp is no number of seconds")
    try:
        stamp = datetime.fromtimestamp(int(value), tz=UTC)
    except (OverflowError, ValueError, OSError):
        raise BadSignature("the timestamp is no time") from None
    if abs(stamp - now) > TOLERANCE:
        raise BadSignature("the timestamp is more than five minutes off")
    return stamp
