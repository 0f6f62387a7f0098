"""What a button carries, and what it must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.telegram import buttons
from intake.model.messages import Tap


@pytest.mark.parametrize("data", ["", "garbage", "1|step", "|step|option", "1:step:option", "😀"])
def test_data_no_button_of_ours_carried_is_nothing(data: str) -> None:
    assert buttons.decode(data) is None


def test_an_option_too_long_is_refused_when_made_not_when_sent() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        buttons.encode(Tap("1", "category", "噪" * 20))


@pytest.mark.parametrize("tap", [Tap("1", "a|b", "c"), Tap("", "a", "b"), Tap("1|2", "a", "b")])
def test_flow_and_step_may_not_be_taken_for_each_other(tap: Tap) -> None:
    with pytest.raises(ValueError, match="step"):
        buttons.encode(tap)


def test_sixty_four_bytes_are_enough_and_allowed() -> None:
    tap = Tap("1", "s", "x" * 60)
    assert len(buttons.encode(tap)) == 64
    assert buttons.decode(buttons.encode(tap)) == tap


@given(
    st.builds(Tap, st.text("123", min_size=1, max_size=2), st.text("abc_.:", max_size=8), st.text(max_size=8))
)
def test_a_button_brings_back_what_it_was_given(tap: Tap) -> None:
    assert buttons.decode(buttons.encode(tap)) == tap


@given(st.text(max_size=64))
def test_no_data_raises(data: str) -> None:
    assert isinstance(buttons.decode(data), Tap | None)
