"""The first account's password, told once: to a terminal, or by a file that nobody else may read.

The rule: what goes to a log stays there, and logs are read by many. Where no terminal is, the password lies
in a file of mode 0600 until its account is inside for the first time.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """Where it lies, if it has to."""

    file: Path

    def keep(self, password: str) -> Path:
        """Write it for its owner's eyes; gives the file."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.drop()
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(password + "\n")
        return self.file

    def drop(self) -> None:
        """It was used: nobody need find it any more."""
        self.file.unlink(missing_ok=True)
