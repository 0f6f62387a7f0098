"""The installation's secret: from the settings, else made once beside the database and kept."""

import os
import secrets
from pathlib import Path

from storage.crypto import KeyRing

KEY_FILE = "secret.key"


def open_keyring(given: str | None, file: Path) -> KeyRing:
    """The key ring; a new secret is written for nobody else's eyes the first time."""
    if given:
        return KeyRing([key.strip() for key in given.split(",") if key.strip()])
    return KeyRing([_kept(file)])


def _kept(file: Path) -> str:
    if not file.exists():
        _make(file)
    return file.read_text("ascii").strip()


def _make(file: Path) -> None:
    """Whole or not at all, and only one of two processes that start together wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(32) + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # the other process was first: its secret counts
    finally:
        draft.unlink()
