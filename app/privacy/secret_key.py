"""The installation's secret: from the settings, else made once beside the database and kept."""

import os
import secrets
import tempfile
from pathlib import Path

from app.base.settings import BadSettings
from storage.db.keyring import KeyRing
from storage.private_files import make_folder, sync

KEY_FILE = "secret.key"
SHORTEST = 24
"""Characters of the secret that seals; older ones behind it only open what was sealed with them."""


def open_keyring(given: str | None, file: Path) -> KeyRing:
    """The key ring; a new secret is written for nobody else's eyes the first time. Raises BadSettings."""
    keys = [key.strip() for key in given.split(",") if key.strip()] if given else [_kept(file)]
    if not keys:
        raise BadSettings("JIESU_SECRET_KEY holds no key.")
    if given and len(keys[0]) < SHORTEST:
        raise BadSettings(
            f"JIESU_SECRET_KEY: the first secret must have {SHORTEST} characters or more. Put a new one in "
            "front of the one in use (new,old) and run `jiesu keys rotate`."
        )
    return KeyRing(keys)


def _kept(file: Path) -> str:
    """Raises BadSettings for an empty file: a key made anew could not read what the lost one sealed."""
    if not file.exists():
        _make(file)
    try:
        key = file.read_text("ascii").strip()
    except UnicodeDecodeError:
        key = ""
    if not key:
        raise BadSettings(f"{file} holds no key: put the one back that the database was written with.")
    return key


def _make(file: Path) -> None:
    """Whole or not at all, and only one of two processes that start together wins.

    The draft's name is nobody else's: a second process that wrote into it would change the
    secret behind the first one's back, for a link is the same file.
    """
    make_folder(file.parent)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(32) + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
        sync(file.parent)
    except FileExistsError:
        pass  # the other process was first: its secret counts
    finally:
        Path(draft).unlink()
