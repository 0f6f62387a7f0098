"""What a file of an allowed kind may carry for others to read: another file behind its back, or a page in it.

Archives are read from their end and disc images from their middle, so that a beginning says nothing; pages
and scripts run from wherever a careless reader finds them.
"""

import io
import re
import zipfile

_FIXED = (
    # at this place of the file
    (257, b"ustar"),
    (2, b"-lh"),
    (7, b"**ACE**"),
    (0x8001, b"CD001"),
    (0x8801, b"CD001"),
    (0x9001, b"CD001"),
    (0, b"conectix"),
)
_ANYWHERE = re.compile(
    b"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|MSCF\0\0\0\0|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    b"|This program cannot be run in DOS mode"
)
_PAGE = re.compile(rb"(?i)<script[\s>]|<\?php|<!doctype\s+html|<html[\s>]|<svg[\s>]|javascript:|<hta:")
_END = 512


def carries_another(content: bytes) -> bool:
    """Whether an archive, a disc image, a program or a page is to be had from it."""
    return (
        any(content[at : at + len(sign)] == sign for at, sign in _FIXED)
        or b"conectix" in content[-_END:]
        or bool(_ANYWHERE.search(content))
        or bool(_PAGE.search(content))
        or zipfile.is_zipfile(io.BytesIO(content))
    )
