"""Whatever a stranger writes is read in time that grows with its length: counted in steps, never in seconds.

What a pattern looks at is bounded by what it may match from one place (no repeat without end), so a text
costs as much as the signs that are handed to patterns and the calls that are made.
"""

import gc
import re
import re._constants as sre
import re._parser as parser
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from app.bootstrap.resources import open_city
from intake.city import CityProfile
from intake.filed.progress import asked_for
from intake.form.content.long_text import chapters
from intake.understand import lexicon
from intake.understand.lexicon import bounded, compiled
from intake.understand.normalise import LONGEST
from intake.understand.persons.masking import masked
from intake.understand.reader import read

RUNS = [
    "1",
    "139",
    "13900001111 ",
    "1-",
    "1 ",
    "a",
    "A1",
    "a@",
    "-",
    " ",
    "。",
    "(",
    "一",
    "都",
    "路",
    "王",
    "火",
]
WORDS = [
    "小区",
    "公司",
    "1号",
    "3天",
    "1月2日",
    "着火了",
    "快来人着火了",
    "我叫",
    "王先生",
    "投诉",
    "希望",
    "傻逼",
    "李一",
    "1号楼2单元",
    "没有被",
    "昨天晚上",
    "新华路",
    "12345号",
]
DOUBLE = 2.35
"""How much more twice as much may cost: linear, and what is looked up once."""


@pytest.fixture(params=[*RUNS, *WORDS])
def hostile(request: pytest.FixtureRequest) -> Callable[[int], str]:
    return lambda length: (request.param * length)[:length]


def steps(what: Callable[..., Any], *given: Any) -> int:
    """Calls, of Python's and of what it is made of."""
    counted = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal counted
        if event in ("call", "c_call"):
            counted += 1

    sys.setprofile(count)
    try:
        what(*given)
    finally:
        sys.setprofile(None)
    return counted


def test_reading_twice_as_much_takes_twice_the_steps(
    city: CityProfile, now: datetime, hostile: Callable[[int], str]
) -> None:
    read(hostile(64), city, now)
    half, whole = (steps(read, hostile(length), city, now) for length in (LONGEST // 2, LONGEST))
    assert whole <= DOUBLE * half + 2000


def test_masking_twice_as_much_takes_twice_the_steps(hostile: Callable[[int], str]) -> None:
    masked(hostile(64))
    half, whole = (steps(masked, hostile(length)) for length in (LONGEST // 2, LONGEST))
    assert whole <= DOUBLE * half + 2000


def test_what_is_looked_at_around_a_find_has_an_end(
    city: CityProfile, now: datetime, handed: list[int]
) -> None:
    """The signs handed to patterns: who looks at all that stands before each find is found out here."""

    def amount(text: str) -> int:
        handed[0] = 0
        read(text, city, now)
        return handed[0]

    for sample in (*RUNS, *WORDS):
        half, whole = (amount((sample * length)[:length]) for length in (LONGEST // 2, LONGEST))
        assert whole <= DOUBLE * half + 10 * LONGEST, sample


@pytest.fixture
def handed() -> Iterator[list[int]]:
    """Every pattern of the house's own counts the signs it is handed, for as long as this lasts."""
    amount, caches = [0], [one for one in gc.get_objects() if type(one).__name__ == "_lru_cache_wrapper"]
    ours = [one for one in caches if str(getattr(one, "__module__", "")).startswith("intake.")]
    with pytest.MonkeyPatch.context() as patched:
        for one in ours:
            one.cache_clear()
        own = SimpleNamespace(compile=_counting(amount, re.compile), escape=re.escape)
        patched.setattr(lexicon, "re", own)
        yield amount
    for one in ours:
        one.cache_clear()


def _counting(amount: list[int], compile_: Any) -> Any:
    return lambda pattern, flags=0: _Counted(compile_(pattern, flags), amount)


class _Counted:
    """A pattern that notes how long the texts are that it is asked about."""

    def __init__(self, pattern: re.Pattern[str], amount: list[int]) -> None:
        self._pattern, self._amount = pattern, amount

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._pattern, name)
        if not callable(asked):
            return asked

        def noted(*given: Any, **more: Any) -> Any:
            text = next(one for one in reversed(given) if isinstance(one, str))
            start = next((one for one in given if isinstance(one, int)), None)
            self._amount[0] += len(text) if start is None else 1
            return asked(*given, **more)

        return noted


@pytest.mark.parametrize(
    "endless", [r"\d+", "a|b*c", r"[(*]x+", r"(?:我|你)*$", r".{3,}x", r"\*\+a+", "(?=[A-Z]*1)x"]
)
def test_a_pattern_that_can_run_on_from_anywhere_is_refused(endless: str) -> None:
    with pytest.raises(ValueError, match="without end"):
        bounded(endless)


@pytest.mark.parametrize("fine", [r"^\d+$", "[+*]", r"\+\*", "a{1,3}", r"[^\]*]x", "a{3}"])
def test_one_that_has_an_end_is_taken(fine: str) -> None:
    assert bounded(fine).pattern == fine


def test_no_pattern_that_reading_uses_can_run_on() -> None:
    """In a process of its own: here other tests' patterns lie about."""
    code = "from tests.intake.test_hostile_text import running_on; print(running_on())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def running_on() -> list[str]:
    """The beginnings of the patterns with Chinese signs that were made by reading, and have no end."""
    city, now = open_city("jiayuguan"), datetime.now(UTC)
    for text in (
        "新华路15号院井盖坏了，我叫王建国，13900001111，昨晚八点着火了，希望处理",
        "fire",
        "同意",
        "3",
    ):
        read(text, city, now)
        masked(text)
    ours = [one for one in gc.get_objects() if isinstance(one, re.Pattern) and isinstance(one.pattern, str)]
    known = [one for one in ours if re.search("[\u4e00-\u9fff]", one.pattern)]
    assert len(known) > 100
    return [one.pattern[:60] for one in known if _endless(parser.parse(one.pattern, one.flags))]


def _endless(parsed: Any) -> bool:
    """Whether somewhere a repeat has no end; one class repeated and nothing else takes each sign once."""
    if len(parsed) == 1 and parsed[0][0] is sre.MAX_REPEAT and len(parsed[0][1][2]) == 1:
        return False
    if len(parsed) and parsed[0] == (sre.AT, sre.AT_BEGINNING):
        return False
    return any(map(_without_end, parsed))


def _without_end(part: Any) -> bool:
    operation, argument = part
    if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        _, most, repeated = argument
        return most is sre.MAXREPEAT or any(map(_without_end, repeated))
    if operation is sre.SUBPATTERN:
        return any(map(_without_end, argument[3]))
    if operation is sre.BRANCH:
        return any(_without_end(one) for branch in argument[1] for one in branch)
    if operation in (sre.ASSERT, sre.ASSERT_NOT):
        return any(map(_without_end, argument[1]))
    return False


@pytest.mark.parametrize(
    ("text", "number"), [("12345号", None), ("2345号", "2345"), ("A12号", "12"), ("一号", "一")]
)
def test_a_number_is_read_from_its_first_digit(text: str, number: str | None) -> None:
    match = compiled("(?P<n>{n})号").search(text)
    assert (match and match["n"]) == number


@pytest.mark.parametrize("asked", [asked_for, chapters])
def test_the_rest_of_a_turn_takes_no_longer_either(
    hostile: Callable[[int], str], asked: Callable[[str], Any]
) -> None:
    half, whole = (steps(asked, hostile(length)) for length in (LONGEST // 2, LONGEST))
    assert whole <= DOUBLE * half + 2000
