"""What the tagger tells of a text: places as given, nothing raised, time in proportion to the length."""

import random
import sys
from itertools import pairwise
from types import FrameType
from typing import Any

import numpy as np
import pytest

from intake.understand.tagger.chain import chances
from intake.understand.tagger.features import features
from intake.understand.tagger.slots import TAGS, Hint, Slot, Tagged
from intake.understand.tagger.tagger import Tagger
from intake.understand.tagger.tokens import tokens
from intake.understand.tagger.weights import load

HOSTILE = {
    "digits": "1",
    "one sign": "的",
    "surnames": "王",
    "names and numbers": "王建国13900001111，",
    "letters": "a",
    "apostrophes": "a'",
    "words": "no heat ",
    "blanks": " ",
    "lines": "\n",
    "titles": "主任",
    "braces": "{N:王}",
    "beyond the plane": "𠮷",
    "halves of signs": "\ud800",
    "joined": "👩\u200d",
}


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(load())


def said(text: str, found: tuple[Tagged, ...]) -> set[tuple[str, str]]:
    return {(one.slot.value, text[one.start : one.end]) for one in found}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_in_its_place(tagger: Tagger, piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    for found in (tagger.spans(text), tagger.people(text)):
        assert all(0 <= one.start < one.end <= len(text) for one in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
        assert all(0 <= one.confidence <= 1.0001 for one in found)


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_the_steps_grow_with_the_text_and_no_faster(tagger: Tagger, piece: str) -> None:
    """Counted, not timed: lines of the tagger that are run; numpy's work is that of the tokens."""
    counts = [_lines_run(tagger, (piece * size)[:size]) for size in (1_024, 4_096)]
    assert counts[1] <= 4.2 * counts[0] + 512
    assert counts[1] <= 160 * 4_096


def _lines_run(tagger: Tagger, text: str) -> int:
    count = 0

    def line(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        if "/understand/" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        tagger.spans(text)
        tagger.people(text)
    finally:
        sys.settrace(before)
    return count


def test_signs_of_any_kind_are_no_fault(tagger: Tagger) -> None:
    pick = random.Random(20261130)
    signs = "王建国李·. 　\n，（）139０aZ'’İß٣²零月号楼姓\ud800ﬁ㍿👍"
    for _ in range(500):
        text = "".join(pick.choice(signs) for _ in range(pick.randrange(60)))
        hints = [
            Hint(pick.choice(["name", "place", "unheard of"]), 3, 9),
            Hint("phone", 90, 99),
            Hint("name", 5, 5),
        ]
        assert all(0 <= one.start < one.end <= len(text) for one in tagger.spans(text, hints))


def test_nothing_said_is_nothing_found(tagger: Tagger) -> None:
    assert tagger.spans("") == tagger.people(" \t　") == ()


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        (
            "幸福家园3号楼2单元电梯坏了三天了，请尽快派人维修，我姓柴，13900001111",
            {("P", "幸福家园3号楼2单元"), ("O", "三天了"), ("N", "姓柴"), ("T", "13900001111")},
        ),
        (
            "No water in Building 4, Lakeside Garden since Monday. My name is Grace Baker, 139 0000 1111",
            {("O", "since Monday"), ("N", "Grace Baker"), ("T", "139 0000 1111")},
        ),
        ("聯繫電話１３９００００１１１１，陳女士", {("T", "１３９００００１１１１"), ("N", "陳女士")}),
    ],
)
def test_a_few_messages(tagger: Tagger, text: str, filled: set[tuple[str, str]]) -> None:
    assert filled <= said(text, tagger.spans(text))


def test_the_traditional_message_is_read_as_the_simplified_one(tagger: Tagger) -> None:
    plain, other = "我叫张丽华，暖气不热", "我叫張麗華，暖氣不熱"
    assert [(one.slot, one.start, one.end) for one in tagger.spans(plain)] == [
        (one.slot, one.start, one.end) for one in tagger.spans(other)
    ]


def test_tokens_stand_where_the_text_has_them() -> None:
    found = tokens("Don't！　3號 樓12")
    assert [*zip(found.starts, found.ends, strict=True)] == [
        (0, 5),
        (5, 6),
        (7, 8),
        (8, 9),
        (10, 11),
        (11, 13),
    ]


def test_a_hint_changes_what_is_seen_of_its_tokens_and_their_neighbours_alone() -> None:
    found = tokens("一二三四五六七八九十" * 2)
    plain, hinted = features(found), features(found, [Hint("name", 8, 10)])
    changed = np.flatnonzero((plain != hinted).any(axis=1))
    assert changed.min() >= 8 - 2
    assert changed.max() <= 9 + 2


def test_chances_are_those_of_all_ways_to_tag() -> None:
    """Against every way written out, for three tokens."""
    chance = np.random.default_rng(5)
    emitted = chance.normal(size=(3, len(TAGS))).astype(np.float32)
    follows = chance.normal(size=(len(TAGS), len(TAGS))).astype(np.float32)
    ways = np.exp(
        emitted[0][:, None, None]
        + emitted[1][None, :, None]
        + emitted[2][None, None, :]
        + follows[:, :, None]
        + follows[None, :, :]
    )
    each = np.stack([ways.sum(axis=(1, 2)), ways.sum(axis=(0, 2)), ways.sum(axis=(0, 1))]) / ways.sum()
    assert np.allclose(chances(emitted, follows), each, atol=1e-5)


def test_every_slot_of_the_corpus_has_its_tags() -> None:
    assert "".join(Slot) == "PORDHNXTSEW"
    assert len(TAGS) == 2 * len(Slot) + 1
