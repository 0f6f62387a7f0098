"""Telegram tells a first reaction to a message as a change of it."""

from typing import Any

import pytest

from intake.model.messages import Media, MediaKind

STORY = "新华路5号楼的暖气不热已经三天了"


def test_a_reaction_to_the_story_is_met_with_silence(known: Any) -> None:
    known._send(text=STORY, source="5")
    draft = known.draft
    known._send(text=STORY, source="5", edits=True).hears_nothing()
    assert known.draft == draft


def test_a_reaction_to_a_filed_matter_offers_no_supplement(filed: Any) -> None:
    filed._send(text="谢谢你们", source="9")
    filed._send(text="谢谢你们", source="9", edits=True).hears_nothing()


def test_a_reaction_to_a_photo_is_met_with_silence(known: Any) -> None:
    photo = (Media(MediaKind.PHOTO, "F1"),)
    known._send(text="看这里漏水", media=photo, source="6")
    known._send(text="看这里漏水", media=photo, source="6", edits=True).hears_nothing()


@pytest.mark.parametrize("times", [1, 3])
def test_a_change_is_heard_and_its_own_reactions_are_not(known: Any, times: int) -> None:
    known._send(text=STORY, source="5")
    known._send(text=f"{STORY}，老人受不了", source="5", edits=True).hears("更正")
    for _ in range(times):
        known._send(text=f"{STORY}，老人受不了", source="5", edits=True).hears_nothing()
    known._send(text=STORY, source="5", edits=True).hears("更正")


def _photo(name: str) -> tuple[Media, ...]:
    return (Media(MediaKind.PHOTO, name),)


def test_a_picture_replaced_by_a_change_is_filed_instead_of_the_old_one(known: Any) -> None:
    known._send(text=STORY, source="5")
    known._send(text="看这里", media=_photo("F1"), source="6")
    old = known.draft.attachments
    known._send(text="看这里", media=_photo("F2"), source="6", edits=True).hears("更正")
    assert len(known.draft.attachments) == len(old) == 1
    assert known.draft.attachments != old


def test_one_without_words_is_replaced_too(known: Any) -> None:
    known._send(text=STORY, source="5")
    known._send(media=_photo("F1"), source="6")
    old = known.draft.attachments
    known._send(media=_photo("F2"), source="6", edits=True).hears("更正")
    assert known.draft.attachments not in ((), old)


def test_words_that_a_drafts_picture_gets_later_are_the_drafts_though_an_older_ticket_is_open(
    filed: Any,
) -> None:
    told = len(filed.told)
    filed._send(text=STORY, source="5")
    filed._send(media=_photo("F1"), source="6")
    filed._send(text="三楼的管道也在漏水", media=_photo("F1"), source="6", edits=True).hears("更正")
    assert "三楼的管道也在漏水" in filed.draft.content
    assert len(filed.draft.attachments) == 1
    assert len(filed.told) == told
