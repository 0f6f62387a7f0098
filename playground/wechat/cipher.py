"""WeChat's signatures and message encryption, from the platform's side.

Written from the platform's description alone and on `cryptography` directly: it shares nothing
with the channel it checks.
"""

import base64
import hashlib
import os
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_BLOCK = 32 * 8  # bits; WeChat pads to 32 bytes, not to AES's 16


class Mismatch(Exception):
    """What came back is not sealed as it should be."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One account's token and keys, as the platform holds them."""

    appid: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)

    def sign(self, *parts: str) -> str:
        """SHA-1 over the sorted parts and the token, in hex."""
        joined = "".join(sorted((self.token, *parts)))
        return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()

    def encrypt(self, body: str) -> str:
        """Random 16 bytes, length, body, appid; padded, encrypted, base64."""
        raw = body.encode()
        packed = os.urandom(16) + struct.pack("!I", len(raw)) + raw + self.appid.encode()
        padder = PKCS7(_BLOCK).padder()
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(padder.update(packed) + padder.finalize()) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted: str) -> str:
        """The body. Raises Mismatch for another appid; ValueError for a broken cipher."""
        decryptor = self._cipher().decryptor()
        padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        unpadder = PKCS7(_BLOCK).unpadder()
        packed = unpadder.update(padded) + unpadder.finalize()
        (length,) = struct.unpack("!I", packed[16:20])
        if packed[20 + length :] != self.appid.encode():
            raise Mismatch("the appid inside is not the account's")
        return packed[20 : 20 + length].decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
