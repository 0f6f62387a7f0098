"""The keys that histories are linked with: those in use, and those that a rotation retired.

A link is never made anew, so that what was noted of it elsewhere stays comparable; the key that made it
is kept, sealed with the newest secret, and proves it still.
"""

from desk.db.tables import retired_keys
from storage.db import old_digest_keys
from storage.db.keyring import KeyRing, Undecryptable
from storage.db.sealed import Tx, keyring


async def ring(tx: Tx) -> KeyRing:
    """Every key that may have linked something; a retired one that does not open proves nothing."""
    try:
        return await old_digest_keys.ring(tx, retired_keys)
    except Undecryptable:
        return keyring(tx)
