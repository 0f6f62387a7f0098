"""What lies in the database or on disk can only be read with the secret key.

The rule: whatever a citizen said, or we said to them, is stored encrypted; what must be
found again without being readable is stored as a keyed digest. `JIESU_SECRET_KEY` may
hold several secrets, the newest first: it encrypts, all of them decrypt.
"""

import base64
import copy
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT_BYTES = 16


class Undecryptable(Exception):
    """None of our keys opens this: put the secret it was written with back into the settings."""


class KeyRing:
    """The data keys, derived from the operator's secrets; the newest one comes first.

    Each use has its own key (HKDF, RFC 5869), so that a digest tells nothing about a cipher.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises ValueError if there is no secret, or an empty one."""
        if not keys or not all(keys):
            raise ValueError("a key ring needs at least one secret, and none may be empty")
        ciphers = [Fernet(base64.urlsafe_b64encode(_derive(key, "data"))) for key in keys]
        self._cipher, self._newest = MultiFernet(ciphers), ciphers[0]
        self._macs = tuple(_derive(key, "digest") for key in keys)

    def __repr__(self) -> str:
        return f"KeyRing({len(self._macs)} keys)"

    def encrypt(self, clear: bytes) -> bytes:
        """Encrypt and authenticate with the newest key; twice the same gives two results."""
        return self._cipher.encrypt(clear)

    def decrypt(self, sealed: bytes) -> bytes:
        """Open what any key of the ring sealed. Raises Undecryptable."""
        try:
            return self._cipher.decrypt(sealed)
        except InvalidToken:
            raise Undecryptable("sealed with a key that is not in the key ring, or damaged") from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key sealed this, so that the others are not needed for it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def again(self, sealed: bytes) -> bytes:
        """The same content, sealed with the newest key. Raises Undecryptable."""
        return self.encrypt(self.decrypt(sealed))

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest in hex, for look-ups: the same text gives the same, without the key nothing."""
        return _mac(self._macs[0], purpose, text.encode())

    def digests(self, purpose: str, text: str) -> tuple[str, ...]:
        """`digest` under every key, the newest first: finds what an older key wrote."""
        return tuple(_mac(key, purpose, text.encode()) for key in self._macs)

    def hash_query_code(self, code: str) -> str:
        """A salted, keyed hash `salt$mac$key` of a 查询码; `key` tells by which key.

        Six characters are too few for any unkeyed hash, however slow: the key is what
        keeps a stolen table from being guessed through.
        """
        salt = secrets.token_bytes(SALT_BYTES)
        return f"{salt.hex()}${_mac(self._macs[0], 'query code', salt + _plain(code))}${self.code_mark}"

    @property
    def code_mark(self) -> str:
        """How the hashes of query codes end that the newest key made."""
        return _mark(self._macs[0])

    def retiring(self) -> dict[str, bytes]:
        """What the secrets but the newest made their digests with, sealed with the newest, by its mark."""
        return {_mark(key): self.encrypt(key) for key in self._macs[1:]}

    def with_retired(self, sealed: Iterable[bytes]) -> Self:
        """A ring that also finds what these keys digested, and opens no more. Raises Undecryptable."""
        ring = copy.copy(self)
        ring._macs = (*self._macs, *map(self.decrypt, sealed))  # noqa: SLF001  of our own kind
        return ring

    def check_query_code(self, code: str, stored: str) -> bool:
        """Whether `code` is the one `stored` was made from, in constant time per key."""
        salt, expected, *_ = stored.split("$")
        salted = bytes.fromhex(salt) + _plain(code)
        matches = [hmac.compare_digest(_mac(key, "query code", salted), expected) for key in self._macs]
        return any(matches)


def decoy() -> str:
    """What looks like a digest and is of nothing."""
    return secrets.token_hex(hashlib.sha256().digest_size)


def _derive(secret: str, use: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"jiesu {use} 1".encode()).derive(secret.encode())


def _mark(key: bytes) -> str:
    return _mac(key, "query code key", b"")[:8]


def _mac(key: bytes, purpose: str, message: bytes) -> str:
    return hmac.new(key, purpose.encode() + b"\0" + message, hashlib.sha256).hexdigest()


def _plain(code: str) -> bytes:
    """Citizens copy codes by hand: case and blanks do not count."""
    return "".join(code.split()).upper().encode()
