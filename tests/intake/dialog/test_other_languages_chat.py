"""An English talk has no Chinese in it but the citizen's own; one in traditional characters no simplified."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from intake.city import CityProfile
from intake.model.status import KNOWN, StatusUpdate
from intake.model.ticket import TicketView
from intake.notifications.progress_message import SILENT, news
from intake.notifications.template_fields import of_update
from intake.phrases import built_in, called, traditional

CHINESE = re.compile(r"[\u3400-\u9fff]")
BILINGUAL = {"language.ask", "language.zh", "language.hant"}
"""What must be read by whoever cannot read the language that is set."""
STORY = "The road at Xinhua Road 15 has a big hole, my phone is 13912345678"


def shown(chat: Any) -> str:
    """All that stands in the last turn, labels included."""
    return "\n".join([chat.text, *chat.labels])


@pytest.fixture
def english(chats: Any) -> Any:
    return chats(channel="telegram", language="en")


def test_no_english_text_has_chinese_in_it() -> None:
    written = {key for key, text in built_in("en").items() if CHINESE.search(text)}
    assert written <= BILINGUAL


def test_the_first_citys_names_all_have_an_english_one(jiayuguan: CityProfile) -> None:
    groups = (jiayuguan.units, jiayuguan.categories)
    names = {jiayuguan.name, *(one.name for group in groups for one in group.values())}
    assert names == set(jiayuguan.english)
    assert not any(CHINESE.search(english) for english in jiayuguan.english.values())


def test_a_whole_talk_in_english(english: Any) -> None:
    english.starts()
    heard = [shown(english)]
    for word in (STORY, "agree", "agree", "2 Xinhua Road", "submit", "progress", "my data", "help", "add"):
        english.says(word)
        heard.append(shown(english))
    assert len(english.filed) == 1
    assert "Big Data Centre" in "".join(heard)
    assert "after 3 years" in "".join(heard)
    for one in (STORY, "2 Xinhua Road"):
        heard = [text.replace(one, "") for text in heard]
    assert [text for text in heard if CHINESE.search(text)] == []


def view(reference: str = "TG230426093015004") -> TicketView:
    return TicketView(
        reference, "", "accepted", datetime(2026, 4, 1, tzinfo=UTC), "0101", lead_unit="heating"
    )


@pytest.mark.parametrize("type_", sorted(KNOWN - SILENT))
def test_news_names_units_in_the_citizens_language(jiayuguan: CityProfile, type_: str) -> None:
    due = datetime(2026, 5, 1, tzinfo=UTC)
    update = StatusUpdate("e", type_, due, unit="water", lead_unit="housing_construction", due_at=due)
    for language, wrong in (("en", CHINESE.search), ("zh-Hant", lambda text: traditional(text) != text)):
        told = news(update, view(), jiayuguan, language)
        said = dict(of_update(update, view(), jiayuguan, language))
        assert told is not None
        assert not wrong(told.text), told.text
        assert not wrong(said["unit"])


def test_what_the_profile_knows_of_a_place_is_shown_in_the_citizens_characters(chats: Any) -> None:
    chat = chats(language="zh-Hant").says("新華路15號院路燈壞了，我姓王，電話13912345678").says("同意")
    chat.hears("地點：新華路15號院").says("提交").says("查進度").hears("新華路15號院")
    assert chat.filed[0].place is not None
    assert "新华路" in chat.filed[0].place.text


def test_sentences_of_one_message_stand_apart(jiayuguan: CityProfile) -> None:
    due = datetime(2026, 5, 1, tzinfo=UTC)
    update = StatusUpdate("e", "dispatched", due, lead_unit="water", co_units=("heating",), due_at=due)
    told = news(update, view(), jiayuguan, "en")
    assert told is not None
    assert "Bureau. With: Heating Company. Due: " in told.text
    asked = news(StatusUpdate("e", "need_info", due, public_text="哪个单元？"), view(), jiayuguan, "zh-Hans")
    assert asked is not None
    assert "哪个单元？\n请回复" in asked.text


def test_a_name_without_english_stays_as_it_is(xinghe: CityProfile) -> None:
    assert called(xinghe, xinghe.name, "en") == xinghe.name
