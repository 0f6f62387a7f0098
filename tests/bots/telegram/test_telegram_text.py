"""Long texts are cut where no character is harmed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.telegram.outgoing.text import LONGEST, pieces, units

FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(("text", "length"), [("", 0), ("噪音", 2), ("😀", 2), (FAMILY, 11), ("\ud83d", 1)])
def test_length_is_counted_in_utf16_units(text: str, length: int) -> None:
    assert units(text) == length


def test_4096_emoji_make_two_messages_of_whole_emoji() -> None:
    assert [units(piece) for piece in pieces("😀" * 4096)] == [LONGEST, LONGEST]


@pytest.mark.parametrize("character", [FAMILY, "👍🏽", "🇨🇳", "é", "☎\ufe0f"])
def test_what_looks_like_one_character_is_not_cut(character: str) -> None:
    cut = list(pieces("x" * 5 + character * 30, longest=40))
    assert "".join(cut) == "x" * 5 + character * 30
    assert all(not piece.removeprefix("xxxxx").replace(character, "") for piece in cut)


def test_a_line_end_near_the_limit_is_preferred() -> None:
    assert list(pieces("a" * 35 + "\n" + "b" * 20, longest=40)) == ["a" * 35 + "\n", "b" * 20]


def test_a_monster_of_marks_is_cut_all_the_same() -> None:
    cut = list(pieces("a" + "\u0301" * 500, longest=40))
    assert "".join(cut) == "a" + "\u0301" * 500
    assert max(map(units, cut)) <= 40


@given(st.text(st.sampled_from("ab\n 噪😀\u200d\u0301🇨🏽"), max_size=300), st.integers(4, 50))
def test_nothing_is_lost_and_every_piece_fits(text: str, longest: int) -> None:
    cut = list(pieces(text, longest))
    assert "".join(cut) == text
    assert all(units(piece) <= longest for piece in cut)
