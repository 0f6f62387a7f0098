"""Files and folders that nobody but the installation's own account may open, whatever the umask says.

The rule: what holds a citizen's words is made with its mode, not changed to it afterwards; what an earlier
release made for everybody to read is closed when it is opened again. A folder that was there before us and is
somebody else's is left as it is.
"""

import os
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
_OTHERS = 0o077


def make_folder(folder: Path) -> None:
    """Make the folder and its missing parents, each one durable in the one above."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=FOLDER, exist_ok=True)
    sync(folder.parent)


def make_file(file: Path) -> None:
    """An empty file, if there is none; one that is ours is closed to everybody else."""
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, FILE))
    close_to_others(file)


def close_to_others(path: Path) -> None:
    """Take away what others may do with it; what is not there, or not ours to change, stays as it is."""
    with suppress(FileNotFoundError, PermissionError):
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS & 0o7777)


def sync(folder: Path) -> None:
    """Names that were added to the folder, or taken from it, survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
