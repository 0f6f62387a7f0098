"""What may be a password: long, and none that is tried first. Kept as an argon2 hash.

The rule: no composition is asked for and nothing is cut; what everybody takes, what says the account's name
and what is one sign or one step over and over is refused, since that is what is tried before anything else.
"""

from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

SHORTEST = 12
LONGEST = 128
FEWEST_SIGNS = 5
AT_ONCE = 2
_DIGITS = "0123456789" * 14


class BadPassword(ValueError):
    """It may not be a password; the sentence says why."""


def hashed(password: str, name: str) -> str:
    """The hash to keep. Slow on purpose. Raises BadPassword."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    if _is_tried_first(password.casefold(), name.casefold()):
        raise BadPassword("this password is among the first that are tried")
    return PasswordHasher().hash(password)


async def fits(password_hash: str, password: str) -> bool:
    """Whether the password is the one hashed. Slow on purpose, and off the event loop.

    At most `AT_ONCE` are looked at together, each with 64 MiB; no file waits for them.
    """
    return await get_running_loop().run_in_executor(_threads(), _fits, password_hash, password)


def _fits(password_hash: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(password_hash, password)
    except VerifyMismatchError:
        return False


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "passwords")


@cache
def nobodys() -> str:
    """A hash to check where there is no account, so that this takes as long as where there is one."""
    return PasswordHasher().hash("nobody has this password")


def _is_tried_first(password: str, name: str) -> bool:
    bare = password.replace(name, "") if len(name) > 1 else password
    return len(set(bare)) < FEWEST_SIGNS or _is_run(bare) or any(part in _common() for part in _halves(bare))


def _is_run(text: str) -> bool:
    """Signs that follow one another, up or down: 12345678, hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1}) or text in _DIGITS or text in _DIGITS[::-1]


def _halves(text: str) -> tuple[str, ...]:
    """The text, without what is put behind it to make it longer, and one half where it says itself twice."""
    half = text[: len(text) // 2]
    bare = text.rstrip("0123456789!@#.?")
    return (text, bare, half) if text == half * 2 else (text, bare)


@cache
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split()
    return frozenset(lines)
