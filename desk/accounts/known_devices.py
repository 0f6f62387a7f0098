"""Devices that were inside before: a cookie that only this desk can have made, and only for this name.

After OWASP's device cookies: wrong passwords of strangers close a name to strangers, never to whom it is
known. The mark opens nothing by itself. It is bound to the secret key: a new one makes all strangers once.
"""

import hmac

from storage.db.keyring import KeyRing

_PURPOSE = "desk device"


def mark(ring: KeyRing, name: str, number: str) -> str:
    """The cookie's value for this name; `number` is unguessable, and another for every log-in."""
    return f"{number}.{ring.digest(_PURPOSE, _text(name, number))}"


def knows(ring: KeyRing, name: str, cookie: str) -> str:
    """The device's number if the cookie was made here for this name, else nothing."""
    number, _, proof = cookie.partition(".")
    made = ring.digests(_PURPOSE, _text(name, number))
    return number if any(hmac.compare_digest(one, proof) for one in made if proof.isascii()) else ""


def _text(name: str, number: str) -> str:
    return f"{len(name)}:{name}{number}"
